package web

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/urltext"
	"github.com/webhook-gateway/gateway/internal/value"
)

// urlTemplate is a URL with placeholders. It is parsed once, so that a
// placeholder inside a value is not replaced.
type urlTemplate struct {
	texts  []string // one more than params
	params []string // each between two texts
	path   int      // the number of params in the path; the others are in the query
}

// placeholderPattern matches __NAME__. A name has no separator of URLs, and no
// underscore at its ends.
func placeholderPattern() *regexp.Regexp {
	return regexp.MustCompile(`__([^_/?&=#\s](?:[^/?&=#\s]*?[^_/?&=#\s])??)__`)
}

func parseURLTemplate(text string) urlTemplate {
	var u urlTemplate
	at := 0
	for _, m := range placeholderPattern().FindAllStringSubmatchIndex(text, -1) {
		u.texts = append(u.texts, text[at:m[0]])
		u.params = append(u.params, text[m[2]:m[3]])
		if !strings.Contains(text[:m[0]], "?") {
			u.path++
		}
		at = m[1]
	}
	u.texts = append(u.texts, text[at:])
	return u
}

// checkURL finds URLs and placeholders that no run could send.
func (w *Webhook) checkURL(d *schema.Decoded) hcl.Diagnostics {
	w.template = parseURLTemplate(w.url)
	var names []string
	for _, f := range w.fields {
		names = append(names, f.param)
	}
	for _, param := range w.template.params {
		if slices.Contains(names, param) {
			continue
		}
		if w.secret {
			return hcl.Diagnostics{d.Problem("url", "Unknown placeholder", "The URL, which is a secret, has a placeholder for which no field is sent.")}
		}
		return hcl.Diagnostics{d.Problem("url", "Unknown placeholder", fmt.Sprintf(
			"No field is sent as %q.%s Declare field %q {}, or write %%5F%%5F for underscores that are meant.", param, diag.DidYouMean(param, names), param))}
	}
	if host := w.template.texts[0]; len(w.template.params) > 0 && !w.hasWholeHost(host) {
		return hcl.Diagnostics{d.Problem("url", "Placeholder in the host", "A value would choose the server of the request. Write placeholders in the path or the query.")}
	}
	if d.Has("connection") && !w.connection.hasBaseURL() {
		return nil // the connection has findings of its own
	}
	given := map[string]any{}
	for _, param := range w.template.params {
		given[param] = "x"
	}
	if _, err := w.template.expand(given, w.connection); err != nil {
		return hcl.Diagnostics{d.Problem("url", "Wrong URL", diag.Sentence(err))}
	}
	return nil
}

// hasWholeHost reports whether the text contains the complete host of the URL.
func (w *Webhook) hasWholeHost(text string) bool {
	_, rest, absolute := strings.Cut(text, "://")
	if !absolute {
		return w.connection != nil
	}
	return strings.ContainsAny(rest, "/?")
}

// expand replaces the placeholders by fields. Errors repeat nothing of the URL
// and the values.
func (u *urlTemplate) expand(fields map[string]any, connection *Connection) (*url.URL, error) {
	var text strings.Builder
	for i, param := range u.params {
		text.WriteString(u.texts[i])
		v, err := expr.Convert[string](fields[param])
		switch {
		case fields[param] == nil:
			return nil, &flow.Error{Class: flow.Invalid, Message: fmt.Sprintf("the URL needs the field %q, which has no value; give it a default", param)}
		case err != nil:
			return nil, &flow.Error{Class: flow.Invalid, Message: fmt.Sprintf("the URL needs the field %q, which is %s and can't be part of it", param, value.Describe(fields[param]))}
		case v == "" && i < u.path:
			return nil, &flow.Error{Class: flow.Invalid, Message: fmt.Sprintf("the URL needs the field %q in its path, and the value is empty", param)}
		}
		text.WriteString(urltext.Encode(v))
	}
	text.WriteString(u.texts[len(u.params)])
	target, err := connection.resolveURL(text.String())
	if err == nil && u.path > 0 && hasDotSegment(target.Path) {
		err = errDotSegment
	}
	if err != nil {
		return nil, &flow.Error{Class: flow.Invalid, Message: err.Error(), Err: err}
	}
	return target, nil
}

var errDotSegment = errors.New(`with the values of its fields the path holds "." or ".." as a step, which leads elsewhere`)

// hasDotSegment reports whether a path has a "." or "..", which servers
// resolve.
func hasDotSegment(path string) bool {
	for step := range strings.FieldsFuncSeq(path, func(c rune) bool { return c == '/' || c == '\\' }) {
		// Some servers read "..;x" as "..".
		if step, _, _ := strings.Cut(step, ";"); step == "." || step == ".." {
			return true
		}
	}
	return false
}

// remainingFields returns the fields that are not in the URL.
func (u *urlTemplate) remainingFields(fields map[string]any) map[string]any {
	out := make(map[string]any, len(fields))
	for name, v := range fields {
		if !slices.Contains(u.params, name) {
			out[name] = v
		}
	}
	return out
}
