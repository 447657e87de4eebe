package gateway

import (
	"cmp"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// redactor takes the values of secrets out of texts.
type redactor struct{ replacer *strings.Replacer }

const hidden = "(sensitive)"

// shortest is the length in bytes from which on a text is looked for: "on" as
// a secret would make every line unreadable.
const shortest = 5

func newRedactor(secrets []string) *redactor {
	var texts []string
	for _, s := range secrets {
		texts = append(texts, forms(s)...)
	}
	texts = slices.DeleteFunc(texts, func(t string) bool { return len(t) < shortest })
	// Of two that begin alike the longer must be tried first, or its end shows.
	slices.SortFunc(texts, func(a, b string) int {
		return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b))
	})
	var pairs []string
	for _, t := range slices.Compact(texts) {
		pairs = append(pairs, t, hidden)
	}
	return &redactor{strings.NewReplacer(pairs...)}
}

func (r *redactor) clean(text string) string { return r.replacer.Replace(text) }

// finds tells whether a secret stands in a text.
func (r *redactor) finds(text []byte) bool {
	t := string(text)
	return r.clean(t) != t
}

// cleanValue takes secrets out of all texts of a JSON-like value.
func (r *redactor) cleanValue(v any) any {
	switch v := v.(type) {
	case string:
		return r.clean(v)
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = r.cleanValue(e)
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, e := range v {
			out[r.clean(k)] = r.cleanValue(e)
		}
		return out
	case interface{ Map() map[string]any }:
		return r.cleanValue(v.Map())
	}
	return v
}

// forms lists how a secret may stand in a text: as it is, in quotes, in a URL,
// in hex, and in base64 at any place of what was encoded, as a password stands
// in basic credentials.
func forms(s string) []string {
	if len(s) < shortest {
		return nil
	}
	quoted := strconv.Quote(s)
	out := []string{s, quoted[1 : len(quoted)-1], url.QueryEscape(s), url.PathEscape(s), hex.EncodeToString([]byte(s)), strings.ToUpper(hex.EncodeToString([]byte(s)))}
	if text, err := json.Marshal(s); err == nil {
		out = append(out, string(text[1:len(text)-1]))
	}
	for _, e := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding, base64.RawStdEncoding, base64.RawURLEncoding} {
		out = append(out, e.EncodeToString([]byte(s)))
	}
	for shift := range 3 {
		for _, e := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			if text := inBase64(e, s, shift); len(text) > shortest {
				out = append(out, text)
			}
		}
	}
	return out
}

// inBase64 returns the characters that s gives alone when shift bytes, modulo
// 3, stand before it: those at either end that hold bits of a neighbour differ
// from case to case.
func inBase64(e *base64.Encoding, s string, shift int) string {
	text := e.EncodeToString([]byte("\x00\x00"[:shift] + s))
	first := (shift*8 + 5) / 6
	last := (shift + len(s)) * 8 / 6
	return text[first:last]
}
