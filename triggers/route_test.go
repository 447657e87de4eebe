package triggers

import (
	"slices"
	"strings"
	"testing"
)

func TestParsePath(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		path, pattern string
		names         []string
	}{
		"root":             {"/", "/", nil},
		"literal":          {"/orders", "/orders", nil},
		"placeholder":      {"/orders/{region}", "/orders/{region}", []string{"region"}},
		"two":              {"/{a}/x/{b-c}", "/{a}/x/{b-c}", []string{"a", "b-c"}},
		"escape":           {"/b%C3%BCcher/a%20b", "/bücher/a b", nil},
		"plain umlaut":     {"/bücher", "/bücher", nil},
		"colon inside":     {"/orders:batch", "/orders:batch", nil},
		"dots in names":    {"/.well-known/a..b", "/.well-known/a..b", nil},
		"escaped question": {"/a%3Fb", "/a?b", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := parsePath(c.path)
			if err != nil || r.pattern != c.pattern || !slices.Equal(r.names, c.names) {
				t.Errorf("%+v, %v", r, err)
			}
		})
	}
}

func TestWrongPaths(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ path, want string }{
		"no slash":         {"orders", "begins with a slash"},
		"URL":              {"https://example.com/a", "begins with a slash"},
		"query":            {"/a?b=1", "webhook.query"},
		"fragment":         {"/a#b", "fragment"},
		"slash at end":     {"/orders/", `write "/orders"`},
		"empty segment":    {"/a//b", "two slashes"},
		"dot dot":          {"/a/../b", "can't be part"},
		"escaped dot dot":  {"/a/%2e%2E/b", "can't be part"},
		"dot":              {"/./a", "can't be part"},
		"part of segment":  {"/a-{id}", "whole segment"},
		"two in one":       {"/{a}{b}", "whole segment"},
		"open brace":       {"/{a", "whole segment"},
		"close brace":      {"/a}", "whole segment"},
		"brace alone":      {"/{", "whole segment"},
		"no name":          {"/{}", "can't be read as"},
		"no identifier":    {"/{1a}", "can't be read as"},
		"rest of path":     {"/{a...}", "can't be read as"},
		"name twice":       {"/{a}/{a}", "twice"},
		"escaped slash":    {"/a%2Fb", "escaped slash"},
		"escaped brace":    {"/%7Ba%7D", "escaped slash, backslash or brace"},
		"half an escape":   {"/a%2", "%25"},
		"star":             {"/a/*", "write {name}"},
		"colon":            {"/a/:id", "write {name}"},
		"control":          {"/a%00", "control character"},
		"not UTF-8":        {"/a%ff", "not UTF-8"},
		"empty after base": {"//", "no slash at its end"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := parsePath(c.path)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%+v, %v, want %q", r, err, c.want)
			}
		})
	}
}

// FuzzParsePath checks that the pattern of a path parses to the same pattern.
func FuzzParsePath(f *testing.F) {
	for _, seed := range []string{"/", "/a/{b}", "/b%C3%BCcher", "/a%25b", "/%2e", "a", "/{a}/{a}", "//"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, path string) {
		r, err := parsePath(path)
		if err != nil {
			return
		}
		for segment := range strings.SplitSeq(strings.TrimPrefix(r.pattern, "/"), "/") {
			if segment == ".." || segment == "." || segment == "" && r.pattern != "/" {
				t.Errorf("%q has the segment %q", r.pattern, segment)
			}
		}
		if strings.Count(r.pattern, "/") != strings.Count(path, "/") || strings.Count(r.pattern, "{") != len(r.names) {
			t.Errorf("%q became %q with the names %q", path, r.pattern, r.names)
		}
	})
}
