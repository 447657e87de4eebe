package expr

import (
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// TestNoLookalikesInKeys: texts in the key of an object are no mistaken names, whatever
// comes before them in the key.
func TestNoLookalikesInKeys(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		`"w.s"`: 1, `{ a = "w.s" }`: 1, `{ "w.s" = 1 }`: 0,
		`{ (join("", values({ a = "x" }), ["w.s"])) = "y" }`:   0,
		`{ (join("", values({ a = "x" }), ["w.s"])) = "w.s" }`: 1,
	} {
		source, diags := hclsyntax.ParseExpression([]byte(text), "a.hcl", hcl.InitialPos)
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		s := tierScope().With("w", cty.Object(map[string]cty.Type{"s": cty.String}))
		if got := s.CheckNames(source); len(got) != want {
			t.Errorf("%s: findings are %v, want %d", text, got, want)
		}
	}
}
