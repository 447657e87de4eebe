package richtext

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/webhook-gateway/gateway/internal/testutil/jirad"
)

// plain reads a document back from its JSON, as it is sent.
func plain(t testing.TB, doc Node) any {
	t.Helper()
	text, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	var out any
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatal(err)
	}
	return normalVersion(out)
}

// normalVersion gives the numbers of a document as the check knows them.
func normalVersion(v any) any {
	switch v := v.(type) {
	case float64:
		return int(v)
	case []any:
		for i := range v {
			v[i] = normalVersion(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = normalVersion(v[k])
		}
	}
	return v
}

func TestADF(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, markdown, want string }{ // want: the content
		{"nothing", "", `[]`},
		{"paragraphs", "one\ntwo\n\nthree", `[{"type":"paragraph","content":[{"type":"text","text":"one two"}]},{"type":"paragraph","content":[{"type":"text","text":"three"}]}]`},
		{"heading", "## Order *A-1*", `[{"type":"heading","attrs":{"level":2},"content":[{"type":"text","text":"Order "},{"type":"text","text":"A-1","marks":[{"type":"em"}]}]}]`},
		{"styles", "**a _b_** ~~c~~ `d*`", `[{"type":"paragraph","content":[{"type":"text","text":"a ","marks":[{"type":"strong"}]},{"type":"text","text":"b","marks":[{"type":"strong"},{"type":"em"}]},{"type":"text","text":" "},{"type":"text","text":"c","marks":[{"type":"strike"}]},{"type":"text","text":" "},{"type":"text","text":"d*","marks":[{"type":"code"}]}]}]`},
		{"code in bold", "**a `b`**", `[{"type":"paragraph","content":[{"type":"text","text":"a ","marks":[{"type":"strong"}]},{"type":"text","text":"b","marks":[{"type":"code"}]}]}]`},
		{"link", "[a](https://x.example/?a=1&b=2 \"t\")", `[{"type":"paragraph","content":[{"type":"text","text":"a","marks":[{"type":"link","attrs":{"href":"https://x.example/?a=1&b=2"}}]}]}]`},
		{"link of a script", "[a](javascript:alert)", `[{"type":"paragraph","content":[{"type":"text","text":"a (javascript:alert)"}]}]`},
		{"image", "![a lamp](https://x.example/l.png)", `[{"type":"paragraph","content":[{"type":"text","text":"a lamp","marks":[{"type":"link","attrs":{"href":"https://x.example/l.png"}}]}]}]`},
		{"addresses", "see https://x.example/a_b. Or <https://y.example>", `[{"type":"paragraph","content":[{"type":"text","text":"see "},{"type":"text","text":"https://x.example/a_b","marks":[{"type":"link","attrs":{"href":"https://x.example/a_b"}}]},{"type":"text","text":". Or "},{"type":"text","text":"https://y.example","marks":[{"type":"link","attrs":{"href":"https://y.example"}}]}]}]`},
		{"breaks", "a  \nb\\\nc", `[{"type":"paragraph","content":[{"type":"text","text":"a"},{"type":"hardBreak"},{"type":"text","text":"b"},{"type":"hardBreak"},{"type":"text","text":"c"}]}]`},
		{"escapes and entities", `\*a\* &amp; &copy; &amp;lt; AT&T`, `[{"type":"paragraph","content":[{"type":"text","text":"*a* & © &lt; AT&T"}]}]`},
		{"code", "```go\nx := 1 < 2\n\ny\n```\n", `[{"type":"codeBlock","attrs":{"language":"go"},"content":[{"type":"text","text":"x := 1 < 2\n\ny"}]}]`},
		{"indented code", "    a\n    b\n", `[{"type":"codeBlock","content":[{"type":"text","text":"a\nb"}]}]`},
		{"lists", "- a\n  1. b\n- c\n", `[{"type":"bulletList","content":[{"type":"listItem","content":[{"type":"paragraph","content":[{"type":"text","text":"a"}]},{"type":"orderedList","content":[{"type":"listItem","content":[{"type":"paragraph","content":[{"type":"text","text":"b"}]}]}]}]},{"type":"listItem","content":[{"type":"paragraph","content":[{"type":"text","text":"c"}]}]}]}]`},
		{"list that begins elsewhere", "3. a\n", `[{"type":"orderedList","attrs":{"order":3},"content":[{"type":"listItem","content":[{"type":"paragraph","content":[{"type":"text","text":"a"}]}]}]}]`},
		{"list within a list at once", "- - a\n", `[{"type":"bulletList","content":[{"type":"listItem","content":[{"type":"paragraph"},{"type":"bulletList","content":[{"type":"listItem","content":[{"type":"paragraph","content":[{"type":"text","text":"a"}]}]}]}]}]}]`},
		{"heading in a list", "- # a\n", `[{"type":"bulletList","content":[{"type":"listItem","content":[{"type":"paragraph","content":[{"type":"text","text":"a","marks":[{"type":"strong"}]}]}]}]}]`},
		{"quotation", "> a\n> > b\n", `[{"type":"blockquote","content":[{"type":"paragraph","content":[{"type":"text","text":"a"}]},{"type":"paragraph","content":[{"type":"text","text":"b"}]}]}]`},
		{"rule", "a\n\n---\n", `[{"type":"paragraph","content":[{"type":"text","text":"a"}]},{"type":"rule"}]`},
		{"table", "| a | b |\n|---|---|\n| **1** | |\n", `[{"type":"table","content":[{"type":"tableRow","content":[{"type":"tableHeader","content":[{"type":"paragraph","content":[{"type":"text","text":"a"}]}]},{"type":"tableHeader","content":[{"type":"paragraph","content":[{"type":"text","text":"b"}]}]}]},{"type":"tableRow","content":[{"type":"tableCell","content":[{"type":"paragraph","content":[{"type":"text","text":"1","marks":[{"type":"strong"}]}]}]},{"type":"tableCell","content":[{"type":"paragraph"}]}]}]}]`},
		{"HTML", "<b>a</b> &\n\n<div>\nx\n</div>\n", `[{"type":"paragraph","content":[{"type":"text","text":"<b>a</b> &"}]},{"type":"paragraph","content":[{"type":"text","text":"<div>"},{"type":"hardBreak"},{"type":"text","text":"x"},{"type":"hardBreak"},{"type":"text","text":"</div>"}]}]`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			doc := plain(t, ADF(tt.markdown))
			if err := jirad.CheckADF(doc); err != nil {
				t.Errorf("not valid: %v", err)
			}
			var want any
			if err := json.Unmarshal([]byte(tt.want), &want); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(normalVersion(want), doc.(map[string]any)["content"]); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestPlainADF(t *testing.T) {
	t.Parallel()
	doc := plain(t, PlainADF("*a*\r\n<b>\n\n\nc_d_\n"))
	if err := jirad.CheckADF(doc); err != nil {
		t.Error(err)
	}
	if got := jirad.ADFText(doc); got != "*a*\n<b>\nc_d_" {
		t.Errorf("%q", got)
	}
	if got := jirad.ADFText(plain(t, PlainADF(""))); got != "" {
		t.Errorf("%q", got)
	}
}

// nasty are values that look like formatting, each in a way of its own.
func nasty() []string {
	return []string{
		"**bold**", "# heading", "- item", "1. item", "> quote", "[a](https://evil.example)", "<https://evil.example>",
		"https://evil.example", "```\ncode", "`code`", "a\n\n# b", "    code", "| a | b |\n|---|---|", "---", "&lt;&amp;",
		"__x__", "a\\", "!", "line\nbreak\r\nand more", "Müller & Söhne 😀 \"quoted\" a=b&c=d", "\U000F0000\U000F0041\U000F0080", " ", "~~x~~",
		"{code}\nx{code}", "{noformat}{code}", "h1. x", "[x|https://evil.example]", "*b* _i_ -s- +u+ ^p^ ~q~ ??c?? {color:red}x{color}", "bq. x", "(x) :) (!)", `C:\temp`, "||a||", "!img.png!",
	}
}

// TestGuardedValues: a value stays text wherever it is put, and nothing of it
// is lost.
func TestGuardedValues(t *testing.T) {
	t.Parallel()
	places := map[string]string{ // §: the value; what stands around it is text alone
		"paragraph": "before § after", "start": "§ after", "heading": "## §", "item": "- §\n- x", "bold": "a **§** b",
		"table": "| a | b |\n|---|---|\n| § | x |", "code": "a `§` b", "block": "```\n§\n```", "quotation": "> §", "label": "[§](https://x.example)",
		"indented": "a\n\n    §\n",
	}
	for where, markdown := range places {
		t.Run(where, func(t *testing.T) {
			t.Parallel()
			shape := shapeOf(plain(t, ADF(fill(markdown, "VALUE"))))
			for _, v := range nasty() {
				doc := plain(t, ADF(fill(markdown, Guard(v))))
				if err := jirad.CheckADF(doc); err != nil {
					t.Errorf("%q: %v", v, err)
				}
				if got := shapeOf(doc); got != shape {
					t.Errorf("%q changes the form from %s to %s", v, shape, got)
				}
				want := fill(jirad.ADFText(plain(t, ADF(fill(markdown, "VALUE")))), "")
				if got := jirad.ADFText(doc); newlines(got) != replaceOnce(want, "VALUE", newlines(v)) {
					t.Errorf("%q came as %q", v, got)
				}
			}
		})
	}
}
