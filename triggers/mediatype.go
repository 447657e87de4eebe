package triggers

import (
	"fmt"
	"mime"
	"slices"
	"strings"

	"github.com/webhook-gateway/gateway/config/diag"
)

// mediaRange is a media range of content_types: one type, or a family of types
// with an asterisk.
type mediaRange struct {
	main, sub string // sub may be "*", or "*+json" for a family by suffix
}

// shortNames returns the ranges of the short names of content_types.
func shortNames() map[string][]mediaRange {
	return map[string][]mediaRange{
		"json":      {{"application", "json"}, {"text", "json"}, {"application", "*+json"}},
		"form":      {{"application", "x-www-form-urlencoded"}},
		"multipart": {{"multipart", "form-data"}},
		"xml":       {{"application", "xml"}, {"text", "xml"}, {"application", "*+xml"}},
		"text":      {{"text", "plain"}},
	}
}

func (m mediaRange) String() string { return m.main + "/" + m.sub }

func (m mediaRange) matches(main, sub string) bool {
	if m.main != "*" && m.main != main {
		return false
	}
	family, ok := strings.CutPrefix(m.sub, "*")
	if !ok {
		return m.sub == sub
	}
	return strings.HasSuffix(sub, family)
}

// parseRanges parses content_types.
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
		return mediaRange{}, fmt.Errorf("%q is neither one of %s nor a type such as application/json%s", name, diag.QuoteList(short), hint)
	}
	if strings.Contains(name, ";") {
		return mediaRange{}, fmt.Errorf("%q has parameters; remove them", name)
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

// bodyFormat is the format in which a body is decoded.
type bodyFormat int

const (
	formatJSON bodyFormat = iota
	formatURLEncoded
	formatMultipart
	formatXML
	formatText
	formatBinary // a flow can read only webhook.raw
)

// formatOfType returns the format of a media type.
func formatOfType(main, sub string) bodyFormat {
	switch {
	case sub == "json" || strings.HasSuffix(sub, "+json"):
		return formatJSON
	case main == "application" && sub == "x-www-form-urlencoded":
		return formatURLEncoded
	case main == "multipart" && sub == "form-data":
		return formatMultipart
	case sub == "xml" || strings.HasSuffix(sub, "+xml"):
		return formatXML
	case main == "text":
		return formatText
	}
	return formatBinary
}

// acceptsType reports whether one of the ranges includes a type.
func acceptsType(ranges []mediaRange, main, sub string) bool {
	return slices.ContainsFunc(ranges, func(m mediaRange) bool { return m.matches(main, sub) })
}
