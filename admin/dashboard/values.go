package dashboard

import (
	"encoding/json"
	"strings"
	"unicode/utf8"

	"github.com/webhook-gateway/gateway/admin/ops"
)

// A page shows a part of large values, and links to the rest.
const (
	maxValue      = 16 << 10  // bytes of one value on a page
	maxPageValues = 768 << 10 // bytes of all values of a page
	maxIndent     = 40        // deeper values of JSON are indented no further
)

// shown is a value on a page.
type shown struct {
	Text     string
	Encoding string // "json", "text" or "base64"
	Size     int    // of the whole value in bytes
	Cut      bool
	Download string // URL of the whole value
}

// budget is how many bytes of values a page may still show.
type budget int

func newBudget() *budget {
	b := budget(maxPageValues)
	return &b
}

// show returns the beginning of a JSON value, indented; nil if there is none. A
// string is shown as its text. whole is the size of the value if this is only the
// beginning of it.
func (b *budget) show(value json.RawMessage, whole int, download string) *shown {
	if len(value) == 0 {
		return nil
	}
	out := &shown{Encoding: "json", Size: len(value), Download: download}
	limit := min(maxValue, int(*b))
	if text, ok := stringOf(value); ok {
		out.Encoding, out.Size = "text", len(text)
		out.Text, out.Cut = cutText(text, limit)
	} else {
		out.Text, out.Cut = indentJSON(value, limit)
	}
	if whole > 0 {
		out.Cut, out.Size = true, whole
	}
	*b -= budget(len(out.Text))
	return out
}

// showBody returns the beginning of a body; nil if there is none.
func (b *budget) showBody(body ops.RunBody, download string) *shown {
	out := b.show(body.Body, body.BodySize, download)
	if out != nil && body.Encoding == "base64" {
		out.Encoding = body.Encoding
	}
	return out
}

func stringOf(value json.RawMessage) (string, bool) {
	var text string
	if value[0] != '"' || json.Unmarshal(value, &text) != nil {
		return "", false
	}
	return text, true
}

// cutText returns at most limit bytes of a text, and whether there are more.
func cutText(text string, limit int) (string, bool) {
	if len(text) <= limit {
		return text, false
	}
	for limit > 0 && !utf8.RuneStart(text[limit]) {
		limit--
	}
	return text[:limit], true
}

// indentJSON writes JSON with a line for each member and element. It stops after
// about limit bytes, so that its cost does not depend on the size of the value,
// and reports whether there is more.
func indentJSON(value []byte, limit int) (text string, cut bool) {
	var out strings.Builder
	depth := 0
	newline := func() {
		out.WriteByte('\n')
		for range min(depth, maxIndent) {
			out.WriteString("  ")
		}
	}
	for i := 0; i < len(value); i++ {
		if out.Len() >= limit {
			return out.String(), true
		}
		switch c := value[i]; c {
		case ' ', '\n', '\t', '\r':
		case '"':
			end := endOfString(value, i)
			if room := limit - out.Len(); end-i > room {
				part, _ := cutText(string(value[i:end]), room)
				out.WriteString(part)
				return out.String(), true
			}
			out.Write(value[i:end])
			i = end - 1
		case '{', '[':
			out.WriteByte(c)
			if next := i + 1; next < len(value) && value[next] == c+2 { // its closing bracket
				out.WriteByte(value[next])
				i = next
				continue
			}
			depth++
			newline()
		case '}', ']':
			depth--
			newline()
			out.WriteByte(c)
		case ',':
			out.WriteByte(c)
			newline()
		case ':':
			out.WriteString(": ")
		default:
			out.WriteByte(c)
		}
	}
	return out.String(), false
}

// endOfString returns the place after the string that begins at a place.
func endOfString(value []byte, begin int) int {
	for i := begin + 1; i < len(value); i++ {
		switch value[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(value)
}
