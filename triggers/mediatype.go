package triggers

import (
	"fmt"
	"mime"
	"slices"
	"strings"

	"github.com/webhook-gateway/gateway/config/diag"
)

// mediaRange is a set of body types as content_types names them: one type, or
// with * a whole family of them.
type mediaRange struct {
	main, sub string // sub may be "*", or "*+json" for a family by suffix
}

// shortNames are the ranges that the short names of content_types stand for.
func shortNames() map[string][]mediaRange {
	return map[string][]mediaRange{
		"json":      {{"application", "json"}, {"application", "*+json"}},
		"form":      {{"application", "x-www-form-urlencoded"}},
		"multipart": {{"multipart", "form-data"}},
		"xml":       {{"application", "xml"}, {"text", "xml"}, {"application", "*+xml"}},
		"text":      {{"text", "plain"}},
	}
}

func (m mediaRange) String() string { return m.main + "/" + m.sub }

func (m mediaRange) holds(main, sub string) bool {
	if m.main != "*" && m.main != main {
		return false
	}
	family, ok := strings.CutPrefix(m.sub, "*")
	if !ok {
		return m.sub == sub
	}
	return strings.HasSuffix(sub, family)
}

// parseRanges reads content_types.
func parseRanges(names []string) ([]mediaRange, error) {
	var out []mediaRange
	for _, name := range names {
		ranges, ok := shortNames()[name]
		if !ok {
			m, err := parseRange(name)
			if err != nil {
				return nil, err
			}
			ranges = []mediaRange{m}
		}
		for _, m := range ranges {
			if !slices.Contains(out, m) {
				out = append(out, m)
			}
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("an empty list accepts no body; leave it out to accept JSON")
	}
	return out, nil
}

func parseRange(name string) (mediaRange, error) {
	main, sub, ok := strings.Cut(strings.ToLower(name), "/")
	if !ok {
		short := []string{"json", "form", "multipart", "xml", "text"}
		hint := ""
		if near := diag.Nearest(name, short); near != "" {
			hint = fmt.Sprintf("; did you mean %q", near)
		}
		return mediaRange{}, fmt.Errorf("%q is neither one of %s nor a type such as application/json%s", name, quoted(short), hint)
	}
	if strings.Contains(name, ";") {
		return mediaRange{}, fmt.Errorf("%q has parameters; leave them off, they are judged on their own", name)
	}
	m := mediaRange{main, sub}
	starred := strings.Contains(main+sub, "*")
	plain := mediaRange{strings.Replace(main, "*", "x", 1), strings.Replace(sub, "*", "x", 1)}
	_, _, err := mime.ParseMediaType(plain.String())
	wrongStar := starred && (main == "*" && sub != "*" || main != "*" && strings.Contains(main, "*") ||
		sub != "*" && strings.Contains(sub, "*") && !strings.HasPrefix(sub, "*+"))
	if err != nil || wrongStar || strings.Contains(plain.String(), "*") {
		return mediaRange{}, fmt.Errorf("%q is not a type such as application/json, text/* or application/*+json", name)
	}
	return m, nil
}

// bodyForm is how a body is read.
type bodyForm int

const (
	jsonForm bodyForm = iota
	urlForm
	multipartForm
	xmlForm
	textForm
	opaqueForm // its bytes say nothing to a flow but as webhook.raw
)

// formOf tells how a body of a type is read.
func formOf(main, sub string) bodyForm {
	switch {
	case sub == "json" || strings.HasSuffix(sub, "+json"):
		return jsonForm
	case main == "application" && sub == "x-www-form-urlencoded":
		return urlForm
	case main == "multipart" && sub == "form-data":
		return multipartForm
	case sub == "xml" || strings.HasSuffix(sub, "+xml"):
		return xmlForm
	case main == "text":
		return textForm
	}
	return opaqueForm
}

// accepts tells whether one of the ranges holds a type.
func accepts(ranges []mediaRange, main, sub string) bool {
	return slices.ContainsFunc(ranges, func(m mediaRange) bool { return m.holds(main, sub) })
}

func quoted(list []string) string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = fmt.Sprintf("%q", s)
	}
	return strings.Join(out, ", ")
}
