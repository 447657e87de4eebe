package diag_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/diag"
)

// tricky is a source with a range that a careless renderer gets wrong.
type tricky struct {
	name string
	src  string
	at   func(t *testing.T, src string) *hcl.Range
	// marked is the part that the JSON snippet highlights.
	marked string
}

const file = "x.hcl"

func needle(s string) func(*testing.T, string) *hcl.Range {
	return func(t *testing.T, src string) *hcl.Range { t.Helper(); return at(t, file, src, s) }
}

func place(start, end hcl.Pos) func(*testing.T, string) *hcl.Range {
	return func(*testing.T, string) *hcl.Range { return &hcl.Range{Filename: file, Start: start, End: end} }
}

func pos(line, column, at int) hcl.Pos { return hcl.Pos{Line: line, Column: column, Byte: at} }

func trickyCases() []tricky {
	long := "a = \"" + strings.Repeat("left ", 40) + "HERE" + strings.Repeat(" right", 40) + "\"\n"
	return []tricky{
		{"tabs", "flow \"a\" {\n\tb\t= 12\t# c\n}\n", needle("|12|"), "12"},
		{"tab marked", "a\t= 1\n", needle("a|\t|="), "\t"},
		{"crlf", "flow \"a\" {\r\n  b = 1\r\n}\r\n", needle("|b| = 1"), "b"},
		{"crlf several lines", "flow \"a\" {\r\n  b = 1\r\n}\r\n", needle("|{\r\n  b = 1\r\n}|"), "{\n  b = 1\n}"},
		{"line end marked", "a = 1\r\nb = 2\r\n", place(pos(1, 6, 5), pos(2, 1, 7)), ""},
		{"line marked with its end", "a = 1\nb = 2\n", needle("|a = 1\n|"), "a = 1"},
		{"wide", "a = \"日本語\" + x\n", needle("+ |x|"), "x"},
		{"wide marked", "a = \"日本語\"\n", needle("\"|日本語|"), "日本語"},
		{"combining", "a = \"e\u0301e\u0301\" + x\n", needle("+ |x|"), "x"},
		{"combining first", "\u0301a = x\n", needle("|x|"), "x"},
		{"emoji", "a = \"👩‍🚀 ❤️ 🇩🇪\" + x\n", needle("+ |x|"), "x"},
		{"middle of a character", "a = \"ö\"\n", place(pos(1, 6, 6), pos(1, 7, 7)), "ö"},
		{"invalid utf-8", "a = \"\xff\xfe\" + x\n", needle("+ |x|"), "x"},
		{"control characters", "a = \"\x1b[31m\x07\u202egnp\u200b\x7f\" + x\n", needle("+ |x|"), "x"},
		{"byte order mark", "\ufeffa = x\n", needle("|x|"), "x"},
		{"byte order mark, no bytes", "\ufeffa = x\n", place(pos(1, 5, 0), pos(1, 6, 0)), "x"},
		{"line and column only", "a = 1\nö = xy\n", place(pos(2, 5, 0), pos(2, 7, 0)), "xy"},
		{"no end", "a = xy\n", place(pos(1, 5, 4), hcl.Pos{}), "x"},
		{"end before start", "a = xy\n", place(pos(1, 5, 4), pos(1, 2, 1)), "x"},
		{"empty at the end of the file", "flow \"a\" {\n  b = 1\n", place(pos(3, 1, 19), pos(3, 1, 19)), ""},
		{"empty, no last line end", "flow \"a\" {\n  b = 1", place(pos(2, 8, 18), pos(2, 8, 18)), ""},
		{"empty in an empty file", "", place(pos(1, 1, 0), pos(1, 1, 0)), ""},
		{"end past the file", "a = 1\nb = 2\n", place(pos(2, 5, 10), pos(9, 9, 999)), "2"},
		{"column past the line", "a = 1\nb = 2\n", place(pos(1, 50, 999), pos(1, 60, 999)), ""},
		{"start past the file", "a = 1\n", place(pos(7, 3, 99), pos(7, 5, 101)), ""},
		{"no position", "a = 1\n", place(hcl.Pos{}, hcl.Pos{}), "a"},
		{"six lines", "a = [\n  1,\n\n  2,\n  3,\n]\n", needle("|[\n  1,\n\n  2,\n  3,\n]|"), "[\n  1,\n\n  2,\n  3,\n]"},
		{"blank line inside", "a = [\n\n  1,\n]\n", needle("|[\n\n  1,\n]|"), "[\n\n  1,\n]"},
		{"long line", long, needle("|HERE|"), "HERE"},
		{"long line, beginning", long, needle("|a|"), "a"},
		{"long line, end", long, place(pos(1, 451, 450), pos(1, 451, 450)), ""},
		{"long line, all marked", long, place(pos(1, 5, 4), pos(1, 451, 450)), long[4:450]},
		{"long line of wide characters", "a = \"" + strings.Repeat("語", 99) + "\" + x\n", needle("+ |x|"), "x"},
		{"missing brace", "flow \"a\" {\n  b {\n}\n\nflow \"c\" {\n  d = x\n}\n", needle("|x|"), "x"},
		{"second block", "locals { a = 1 }\n# flow \"no\" {\nflow \"b\" {\n  c = \"${d}\"\n}\n\nflow \"e\" {}\nf = x\n", needle("${|d|}"), "d"},
		{"outside of blocks", "flow \"e\" {}\nf = x\n", needle("= |x|"), "x"},
	}
}

func (c tricky) report(t *testing.T) diag.Report {
	t.Helper()
	return diag.Report{
		Files: map[string][]byte{file: []byte(c.src)},
		Diags: hcl.Diagnostics{{Severity: hcl.DiagError, Summary: "Tricky", Subject: c.at(t, c.src)}},
	}
}

func TestTrickyText(t *testing.T) {
	t.Parallel()
	var all strings.Builder
	for _, c := range trickyCases() {
		got := write(t, "text", c.report(t), diag.Options{Width: 60})
		_, got, _ = strings.Cut(got, "\n\n")
		all.WriteString("== " + c.name + "\n" + got)
		for _, r := range got {
			if r < ' ' && r != '\n' || r == '\u202e' || r == '\ufffe' {
				t.Errorf("%s: character %U reaches the terminal", c.name, r)
			}
		}
		for line := range strings.Lines(got) {
			if n := len([]rune(strings.TrimSuffix(line, "\n"))); n > 60 {
				t.Errorf("%s: line of %d characters: %q", c.name, n, line)
			}
		}
	}
	golden(t, "tricky.txt", all.String())
}

func TestTrickyJSON(t *testing.T) {
	t.Parallel()
	for _, c := range trickyCases() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var got struct {
				Diagnostics []struct {
					Snippet *struct {
						Code  string
						Start int `json:"highlight_start_offset"`
						End   int `json:"highlight_end_offset"`
					}
				}
			}
			if err := json.Unmarshal([]byte(write(t, "json", c.report(t), diag.Options{})), &got); err != nil {
				t.Fatal(err)
			}
			snippet := got.Diagnostics[0].Snippet
			if snippet == nil {
				if c.name != "start past the file" {
					t.Error("no snippet")
				}
				return
			}
			if marked := snippet.Code[snippet.Start:snippet.End]; marked != c.marked {
				t.Errorf("highlights %q of %q, want %q", marked, snippet.Code, c.marked)
			}
		})
	}
}

// TestUTF16Columns compares the columns of GitHub and SARIF with UTF-16 offsets.
func TestUTF16Columns(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ start, end string }{
		"wide":                  {`"startColumn": 13`, `"endColumn": 14`},
		"combining":             {`"startColumn": 14`, `"endColumn": 15`},
		"emoji":                 {`"startColumn": 23`, `"endColumn": 24`},
		"tabs":                  {`"startColumn": 6`, `"endColumn": 8`},
		"byte order mark":       {`"startColumn": 5`, `"endColumn": 6`},
		"line and column only":  {`"startColumn": 5`, `"endColumn": 7`},
		"line end marked":       {`"startColumn": 6`, `"endColumn": 6`},
		"start past the file":   {`"startColumn": 3`, `"endColumn": 5`},
		"middle of a character": {`"startColumn": 6`, `"endColumn": 7`},
	}
	for _, c := range trickyCases() {
		want, ok := tests[c.name]
		if !ok {
			continue
		}
		delete(tests, c.name)
		got := write(t, "sarif", c.report(t), diag.Options{})
		if !strings.Contains(got, want.start+",") || !strings.Contains(got, want.end+"\n") {
			t.Errorf("%s: want %s and %s in\n%s", c.name, want.start, want.end, got)
		}
	}
	for name := range tests {
		t.Errorf("there is no case %q", name)
	}
}
