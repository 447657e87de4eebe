package triggers

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// route is a parsed path.
type route struct {
	pattern string   // with its escapes decoded: "/orders/{region}"
	names   []string // of the segments in braces, in order
}

// parsePath parses the path of the configuration. It decodes escapes, because the
// paths of requests are decoded before they are matched, and refuses escapes that
// would change the segments. It refuses a slash at the end: "/orders" and
// "/orders/" are different paths in HTTP, but people read them as the same.
func parsePath(path string) (route, error) {
	rest, ok := strings.CutPrefix(path, "/")
	switch {
	case !ok:
		return route{}, fmt.Errorf("a path begins with a slash: %q", "/"+path)
	case strings.ContainsAny(path, "?#"):
		return route{}, errors.New("a path has neither a query nor a fragment; read the query as webhook.query")
	case rest == "":
		return route{pattern: "/"}, nil
	case strings.HasSuffix(rest, "/"):
		return route{}, fmt.Errorf("a path has no slash at its end: write %q", "/"+strings.TrimRight(rest, "/"))
	}
	var r route
	for segment := range strings.SplitSeq(rest, "/") {
		if err := r.addSegment(segment); err != nil {
			return route{}, err
		}
	}
	return r, nil
}

func (r *route) addSegment(segment string) error {
	if segment == "" {
		return errors.New("two slashes follow each other, without a segment between them")
	}
	if strings.ContainsAny(segment, "{}") {
		return r.addPlaceholder(segment)
	}
	literal, err := decodeLiteral(segment)
	if err != nil {
		return err
	}
	r.pattern += "/" + literal
	return nil
}

func (r *route) addPlaceholder(segment string) error {
	name := strings.TrimSuffix(strings.TrimPrefix(segment, "{"), "}")
	switch {
	case len(name) != len(segment)-2 || strings.ContainsAny(name, "{}"):
		return fmt.Errorf("a {name} must be a whole segment, so %q can't be matched", segment)
	case !hclsyntax.ValidIdentifier(name):
		return fmt.Errorf("%q can't be read as webhook.path.NAME: use letters, digits, _ and -, and start with a letter", segment)
	case slices.Contains(r.names, name):
		return fmt.Errorf("{%s} occurs in the path twice", name)
	}
	r.names = append(r.names, name)
	r.pattern += "/" + segment
	return nil
}

func decodeLiteral(segment string) (string, error) {
	literal, err := url.PathUnescape(segment)
	switch {
	case err != nil:
		return "", fmt.Errorf("%q holds a percent sign without an escape; write %%25 for a percent sign", segment)
	case literal == "." || literal == "..":
		return "", fmt.Errorf("%q can't be part of a path: clients resolve it before they send a request", literal)
	case strings.ContainsAny(literal, "/{}\\"):
		return "", fmt.Errorf("%q holds an escaped slash, backslash or brace, which can't be distinguished from an unescaped one", segment)
	case literal == "*" || literal == "**" || literal[0] == ':':
		return "", fmt.Errorf("%q is not a placeholder; write {name} for a segment with any text", literal)
	case !utf8.ValidString(literal) || strings.ContainsFunc(literal, unicode.IsControl):
		return "", fmt.Errorf("%q holds a control character or is not UTF-8", segment)
	}
	return literal, nil
}
