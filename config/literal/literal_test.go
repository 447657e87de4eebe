package literal_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/webhook-gateway/gateway/config/literal"
	"github.com/webhook-gateway/gateway/internal/value"
)

// TestValuesAreReadBack: the literal of each value has that value.
func TestValuesAreReadBack(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`null`, `true`, `-12.50`, `1e3`, `""`, `"a\"b\\c\n\r\t"`, `"${x} %{y} $${z} $ %"`, `"\u0000\u202e😀"`,
		`[]`, `{}`, `[1, "a", [true, null]]`, `{"a": 1, "b c": 2, "null": 3, "for": 4, "a-b": 5, "": 6, "1": 7, "${x}": 8}`,
		`{"items": [{"sku": "L-1", "qty": 2, "note": "` + strings.Repeat("long ", 30) + `"}], "more": {"x": {"y": []}}}`,
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			want := decode(t, text)
			written := literal.Value(want)
			e, diags := hclsyntax.ParseExpression([]byte(written), "x.hcl", hcl.InitialPos)
			if diags.HasErrors() {
				t.Fatalf("%v in %s", diags, written)
			}
			v, diags := e.Value(nil)
			if diags.HasErrors() {
				t.Fatalf("%v in %s", diags, written)
			}
			back, err := ctyjson.Marshal(v, v.Type())
			if err != nil {
				t.Fatal(err)
			}
			if got := decode(t, string(back)); !value.Equal(got, want) {
				t.Errorf("%s is read as %v, want %v", written, got, want)
			}
		})
	}
}

func decode(t *testing.T, text string) any {
	t.Helper()
	v, err := value.Decode([]byte(text), value.Limits{Depth: 20})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestLongValuesHaveLines(t *testing.T) {
	t.Parallel()
	got := literal.Value(map[string]any{"long": []any{strings.Repeat("a", 40), strings.Repeat("b", 40)}, "short": []any{true}})
	want := "{\nlong = [\n\"" + strings.Repeat("a", 40) + "\",\n\"" + strings.Repeat("b", 40) + "\",\n]\nshort = [true]\n}"
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
