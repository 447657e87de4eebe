package body

import (
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/webhook-gateway/gateway/internal/value"
)

func FuzzParseQuery(f *testing.F) {
	for _, c := range queryCases(f) {
		f.Add(c.Query)
	}
	f.Add("\xff[\xfe]=%ff&%")
	f.Add("a=%ff&charset=koi8-r&b=\xfe")
	f.Add(strings.Repeat("&", MaxParameters+1))
	f.Fuzz(func(t *testing.T, query string) {
		v, err := ParseQuery(query, value.Limits{})
		if err != nil {
			checkRefusal(t, []byte(query), err)
			if strings.Count(query, "&") < MaxParameters && utf8.ValidString(query) && !strings.Contains(query, "%") {
				t.Fatalf("refused: %v", err)
			}
			return
		}
		parameters := strings.Count(query, "&") + 1
		if leaves := countLeaves(t, v, 0); leaves > parameters {
			t.Fatalf("%d leaves of %d parameters", leaves, parameters)
		}
		checkFixpoint(t, v, value.DefaultDepth)
		form, err := ParseForm([]byte(query), Charset{}, value.Limits{})
		if err != nil || !reflect.DeepEqual(form, v) {
			t.Fatalf("as a form: %#v, %v; as a query: %#v", form, err, v)
		}
	})
}

// countLeaves counts the leaves of a parsed query and checks that they are
// strings and not too deep: the levels of a name, the rest of it, and a list
// around each where names clash.
func countLeaves(t *testing.T, v any, depth int) int {
	t.Helper()
	if depth > 2*(maxQueryDepth+2) {
		t.Fatalf("nested deeper than %d", depth)
	}
	leaves := 0
	switch v := v.(type) {
	case map[string]any:
		for name, member := range v {
			if !utf8.ValidString(name) || name == "" && depth == 0 {
				t.Fatalf("name %q", name)
			}
			leaves += countLeaves(t, member, depth+1)
		}
	case []any:
		for _, item := range v {
			leaves += countLeaves(t, item, depth+1)
		}
	case string:
		if !utf8.ValidString(v) {
			t.Fatalf("text %q is not UTF-8", v)
		}
		leaves = 1
	default:
		t.Fatalf("leaf %#v is no string", v)
	}
	return leaves
}
