// Package redact takes secrets out of texts and JSON-like values, and seals
// values that have to be stored but must not be read.
package redact

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"html"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Placeholder stands where a secret was.
const Placeholder = "(sensitive)"

// minLength is the length in bytes of the shortest secret that is redacted:
// "on" as a secret would make every line unreadable.
const minLength = 5

// Redactor replaces the values of secrets in texts. The zero value replaces nothing.
type Redactor struct{ finder finder }

// New returns a redactor of secrets.
func New(secrets []string) *Redactor {
	var texts []string
	for _, s := range secrets {
		texts = append(texts, encodedForms(s)...)
	}
	return &Redactor{newFinder(slices.DeleteFunc(texts, func(t string) bool { return len(t) < minLength }))}
}

// Text redacts a text. It returns a text without secrets as it is, at no cost of memory:
// of a large value most texts are such.
func (r *Redactor) Text(text string) string {
	begin, end, found := find(&r.finder, text, 0)
	if !found {
		return text
	}
	var out strings.Builder
	from := 0
	for ; found; begin, end, found = find(&r.finder, text, from) {
		_, _ = out.WriteString(text[from:begin])
		_, _ = out.WriteString(Placeholder)
		from = end
	}
	_, _ = out.WriteString(text[from:])
	return out.String()
}

// Found reports whether a text holds a secret.
func (r *Redactor) Found(text []byte) bool {
	_, _, found := find(&r.finder, text, 0)
	return found
}

// Value redacts all texts of a JSON-like value. It returns a value without secrets as
// it is, apart from objects that are no maps, which become maps.
func (r *Redactor) Value(v any) any {
	out, _ := r.change(v)
	return out
}

// change redacts all texts of a value, and reports whether the result is another value.
func (r *Redactor) change(v any) (out any, changed bool) {
	switch v := v.(type) {
	case string:
		text := r.Text(v)
		return text, text != v
	case []any:
		return r.changeList(v)
	case map[string]any:
		return r.changeMembers(v)
	case interface{ Map() map[string]any }:
		out, _ := r.changeMembers(v.Map())
		return out, true
	}
	return v, false
}

func (r *Redactor) changeList(list []any) (out []any, changed bool) {
	out = list
	for i, e := range list {
		redacted, other := r.change(e)
		if !other {
			continue
		}
		if !changed {
			out, changed = slices.Clone(list), true
		}
		out[i] = redacted
	}
	return out, changed
}

func (r *Redactor) changeMembers(members map[string]any) (out map[string]any, changed bool) {
	out = members
	for k, e := range members {
		name := r.Text(k)
		redacted, other := r.change(e)
		if !other && name == k {
			continue
		}
		if !changed {
			out, changed = maps.Clone(members), true
		}
		delete(out, k)
		out[name] = redacted
	}
	return out, changed
}

// encodedForms lists the forms in which a text may hold a secret: plain, in
// quotes, in HTML, in a URL, in hex, and in base64 at any offset, as basic
// credentials hold a password.
func encodedForms(s string) []string {
	if len(s) < minLength {
		return nil
	}
	out := []string{s, html.EscapeString(s), url.QueryEscape(s), url.PathEscape(s), hex.EncodeToString([]byte(s)), strings.ToUpper(hex.EncodeToString([]byte(s)))}
	out = append(out, quotedForms(s, quoteLevels)...)
	for _, e := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding, base64.RawStdEncoding, base64.RawURLEncoding} {
		out = append(out, e.EncodeToString([]byte(s)))
	}
	for shift := range 3 {
		for _, e := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			if text := base64At(e, s, shift); len(text) > minLength {
				out = append(out, text)
			}
		}
	}
	return out
}

// quoteLevels is how many quoted texts may be around a secret: JSON in a text of
// JSON in a text of JSON.
const quoteLevels = 3

// quotedForms lists the forms of a text in so many levels of quotes, as Go and JSON
// write them. There are none if quotes do not change it.
func quotedForms(s string, levels int) []string {
	if levels == 0 {
		return nil
	}
	quoted := strconv.Quote(s)
	all := []string{quoted[1 : len(quoted)-1]}
	if text, err := json.Marshal(s); err == nil {
		all = append(all, string(text[1:len(text)-1]))
	}
	var out []string
	for _, form := range slices.Compact(all) {
		if form != s {
			out = append(append(out, form), quotedForms(form, levels-1)...)
		}
	}
	return out
}

// base64At returns the base64 characters that depend on s alone if shift bytes,
// modulo 3, stand before it. The characters at both ends are left out, because
// they also hold bits of neighbours.
func base64At(e *base64.Encoding, s string, shift int) string {
	text := e.EncodeToString([]byte("\x00\x00"[:shift] + s))
	first := (shift*8 + 5) / 6
	last := (shift + len(s)) * 8 / 6
	return text[first:last]
}
