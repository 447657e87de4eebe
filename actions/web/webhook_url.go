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

// placeholderPattern matches __NAME__. A name has no separator of URLs, and no
// underscore at its ends.
var placeholderPattern = regexp.MustCompile(`__([^_/?&=#\s](?:[^/?&=#\s]*?[^_/?&=#\s])??)__`)

// replacePlaceholders replaces the placeholders in the texts of the file. A
// value that is inserted is never read as a placeholder. A URL that begins with
// one is a path below the base URL of a connection, for each value.
func replacePlaceholders(text string, replace func(param string) (string, error)) (string, error) {
	if at := placeholderPattern.FindStringIndex(text); at != nil && at[0] == 0 {
		text = "/" + text
	}
	return urltext.MapLiterals(text, func(literal string) (string, error) {
		var out strings.Builder
		at := 0
		for _, m := range placeholderPattern.FindAllStringSubmatchIndex(literal, -1) {
			inserted, err := replace(literal[m[2]:m[3]])
			if err != nil {
				return "", err
			}
			out.WriteString(literal[at:m[0]] + inserted)
			at = m[1]
		}
		return out.String() + literal[at:], nil
	})
}

// checkURL finds URLs and placeholders that no run could send.
func (w *Webhook) checkURL(d *schema.Decoded) hcl.Diagnostics {
	if !w.url.IsSet() {
		return nil
	}
	e := w.url.Expr()
	forms, samples := e.URLForms(), e.URLSamples()
	if text, fixed := w.url.Constant(); fixed {
		forms, samples = []string{text}, []string{text}
	}
	for _, form := range forms {
		if diags := w.checkPlaceholders(d, form); diags.HasErrors() {
			return diags
		}
	}
	if d.Has("connection") && !w.connection.hasBaseURL() {
		return nil // the connection has findings of its own
	}
	for _, sample := range samples {
		filled, _ := replacePlaceholders(sample, insertExample)
		if _, err := w.connection.resolveTemplate(filled); err != nil {
			return hcl.Diagnostics{d.Problem("url", "Wrong URL", diag.Sentence(err))}
		}
	}
	return nil
}

func insertExample(string) (string, error) { return urltext.Value("x"), nil }

// checkPlaceholders finds placeholders without a field, and those in the host.
func (w *Webhook) checkPlaceholders(d *schema.Decoded, form string) hcl.Diagnostics {
	var names, unknown []string
	for _, f := range w.fields {
		names = append(names, f.param)
	}
	filled, _ := replacePlaceholders(form, func(param string) (string, error) {
		if !slices.Contains(names, param) {
			unknown = append(unknown, param)
		}
		return insertExample(param)
	})
	switch {
	case len(unknown) > 0 && w.url.Expr().Sensitive():
		return hcl.Diagnostics{d.Problem("url", "Unknown placeholder", "The URL, which is a secret, has a placeholder for which no field is sent.")}
	case len(unknown) > 0:
		return hcl.Diagnostics{d.Problem("url", "Unknown placeholder", fmt.Sprintf(
			"No field is sent as %q.%s Declare field %q {}, or write %%5F%%5F for underscores that are meant.", unknown[0], diag.DidYouMean(unknown[0], names), unknown[0]))}
	case urltext.HostValue(filled) >= 0 || w.connection == nil && filled != form && strings.HasPrefix(filled, "/"):
		return hcl.Diagnostics{d.Problem("url", "Placeholder in the host", "A value would choose the server of the request. Write placeholders in the path or the query.")}
	}
	return nil
}

// fillURL replaces the placeholders in the URL of a run by fields. It returns
// the names of the fields that are in the URL. Errors repeat nothing of the URL
// and the values.
func (w *Webhook) fillURL(text string, fields map[string]any) (*url.URL, []string, error) {
	var used []string
	template := text
	if _, fixed := w.url.Constant(); fixed || len(w.url.Expr().URLForms()) > 0 {
		var err error
		text, err = replacePlaceholders(text, func(param string) (string, error) {
			used = append(used, param)
			return insertField(fields, param)
		})
		if err != nil {
			return nil, nil, err
		}
	}
	target, err := w.connection.resolveTemplate(text)
	if err == nil && len(used) > 0 && hasDotSegment(target.Path) && w.hasPathPlaceholder(template) {
		err = errDotSegment
	}
	if err != nil {
		return nil, nil, &flow.Error{Class: flow.Invalid, Message: err.Error(), Err: err, Range: w.url.Expr().Range()}
	}
	return target, used, nil
}

// hasPathPlaceholder reports whether a placeholder stands in the path: another
// value makes another path.
func (w *Webhook) hasPathPlaceholder(template string) bool {
	var paths []string
	for _, example := range []string{"x", "y"} {
		filled, _ := replacePlaceholders(template, func(string) (string, error) { return urltext.Value(example), nil })
		if u, err := w.connection.resolveTemplate(filled); err == nil {
			paths = append(paths, u.Path)
		}
	}
	return len(paths) != 2 || paths[0] != paths[1]
}

// insertField returns the value of a field for its place in the URL.
func insertField(fields map[string]any, param string) (string, error) {
	given := fields[param]
	if given == nil {
		return "", &flow.Error{Class: flow.Invalid, Message: fmt.Sprintf("the URL needs the field %q, which has no value; give it a default", param)}
	}
	text, err := expr.Convert[string](given)
	if err != nil {
		return "", &flow.Error{Class: flow.Invalid, Message: fmt.Sprintf("the URL needs the field %q, which is %s and can't be part of it", param, value.Describe(given))}
	}
	return urltext.Value(text), nil
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
func remainingFields(fields map[string]any, inURL []string) map[string]any {
	out := make(map[string]any, len(fields))
	for name, v := range fields {
		if !slices.Contains(inURL, name) {
			out[name] = v
		}
	}
	return out
}
