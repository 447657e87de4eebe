package flowtest

import (
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

func TestAbbreviate(t *testing.T) {
	t.Parallel()
	item := `{"at":"10:00","body":"` + strings.Repeat("x", 300) + `","n":1.50}`
	cases := []struct{ name, text, condition, want string }{
		{"short", `{"b":1,"a":2}`, "true", `{"b":1,"a":2}`},
		{"list", "[" + strings.Repeat(item+",", 9) + item + "]", "[for c in calls.ask : c.n] == []", `[{"n":1.50,"at":"10:00","body":"` + strings.Repeat("x", 30) + `…"},{"n":1.50,"at":"10:00","body":"` + strings.Repeat("x", 30) + `…"}, … 8 more]`},
		{"text", `"` + strings.Repeat("é", 400) + `"`, "true", `"` + strings.Repeat("é", 60) + `…"`},
		{"no JSON", strings.Repeat("é", 300), "true", strings.Repeat("é", 200) + "…"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			e, diags := hclsyntax.ParseExpression([]byte(c.condition), "x", hcl.InitialPos)
			if diags.HasErrors() {
				t.Fatal(diags)
			}
			got := abbreviate(c.text, memberNames(e))
			if got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
			if len(got) > maxShown+len("…") {
				t.Errorf("%d bytes: %s", len(got), got)
			}
		})
	}
}

// TestAbbreviateKeepsWhatIsAsked: the member that the condition reads is shown,
// wherever it stands.
func TestAbbreviateKeepsWhatIsAsked(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	text.WriteString("{")
	for _, letter := range "abcdefghijklmnopqrstuvwxy" {
		text.WriteString(`"` + string(letter) + `":"` + strings.Repeat(string(letter), 50) + `",`)
	}
	text.WriteString(`"z":{"deep":7}}`)
	got := abbreviate(text.String(), map[string]bool{"z": true, "deep": true})
	if !strings.HasPrefix(got, `{"z":{"deep":7},"a":"`) || !strings.HasSuffix(got, " more}") {
		t.Error(got)
	}
}
