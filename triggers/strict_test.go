package triggers

import (
	"slices"
	"testing"
)

func TestStrict(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		variables string
		typ, body string
		refused   []string
	}{
		"all named":        {`variable "a" {}`, "", `{"a": {"b": 1}}`, nil},
		"one not named":    {`variable "a" {}`, "", `{"a": 1, "c": null, "b": []}`, []string{"/b", "/c"}},
		"no variables":     {``, "", `{"a": 1}`, []string{"/a"}},
		"no body":          {``, "", ``, nil},
		"no object":        {``, "", `"a"`, nil},
		"an array":         {``, "", `[1]`, []string{"/0"}},
		"whole body":       {"variable \"a\" {\nfrom = webhook.body\n}", "", `{"b": 1}`, nil},
		"from deeper":      {"variable \"a\" {\nfrom = webhook.body.x.y\n}", "", `{"x": {"y": 1, "z": 2}, "y": 3}`, []string{"/x/z", "/y"}},
		"from a text":      {"variable \"a\" {\nfrom = jsondecode(webhook.body.x).y\n}", "", `{"x": "{\"y\": 1, \"z\": 2}", "y": 3}`, []string{"/y"}},
		"from an element":  {"variable \"a\" {\nfrom = webhook.body.x[0]\n}", "", `{"x": [1, 2]}`, []string{"/x/1"}},
		"two into one":     {"variable \"a\" {\nfrom = webhook.body.x.y\n}\nvariable \"b\" {\nfrom = webhook.body.x.z\n}", "", `{"x": {"y": 1, "z": 2}}`, nil},
		"object of any":    {"variable \"a\" {\ntype = object\n}", "", `{"a": {"b": {"c": 1}}}`, nil},
		"record":           {"variable \"a\" {\ntype = object({ b = number })\n}", "", `{"a": {"b": 1, "c": 2}}`, []string{"/a/c"}},
		"list of records":  {"variable \"a\" {\ntype = list(object({ b = any }))\n}", "", `{"a": [{"b": {"x": 1}}, {"b": 1, "c": 2}]}`, []string{"/a/1/c"}},
		"map of records":   {"variable \"a\" {\ntype = map(object({ b = optional(number) }))\n}", "", `{"a": {"k": {"c": 2}}}`, []string{"/a/k/c"}},
		"tuple of records": {"variable \"a\" {\ntype = tuple([object({}), array])\n}", "", `{"a": [{"c": 2}, [{"d": 1}]]}`, []string{"/a/0/c"}},
		"record and path":  {"variable \"a\" {\ntype = object({ b = number })\n}\nvariable \"c\" {\nfrom = webhook.body.a.c\n}", "", `{"a": {"b": 1, "c": 2, "d": 3}}`, []string{"/a/d"}},
		"header only":      {"variable \"a\" {\nfrom = webhook.headers.a\nrequired = false\n}", "", `{"a": 1}`, []string{"/a"}},
		"form":             {`variable "a" {}`, "application/x-www-form-urlencoded", `a=1&b[c]=2`, []string{"/b"}},
		"XML, list of one": {"variable \"a\" {\ntype = list(object({ b = number }))\nfrom = webhook.body.r.a\n}", "application/xml", `<r><a><b>1</b><c>2</c></a></r>`, []string{"/r/a/c"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := mustLoad(t, c.variables+"\nstrict = true\ncontent_types = [\"json\", \"form\", \"xml\"]")
			if c.typ == "" {
				c.typ = "application/json"
			}
			request := sent{typ: c.typ, body: c.body}
			if c.refused == nil {
				request.accepted(t, w)
				return
			}
			var got []string
			for _, f := range request.refused(t, w, 422).Faults {
				got = append(got, f.Pointer)
				if f.Detail != "No variable names this member." || f.In != "body" {
					t.Errorf("fault %+v", f)
				}
			}
			if !slices.Equal(got, c.refused) {
				t.Errorf("refused %q, want %q", got, c.refused)
			}
		})
	}
}
