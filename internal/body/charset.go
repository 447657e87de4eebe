package body

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/unicode"

	"github.com/webhook-gateway/gateway/internal/value"
)

// Charset is a character encoding that a sender named. The zero value is UTF-8 as
// the default.
type Charset struct {
	isNamed bool
	other   encoding.Encoding // nil for UTF-8
}

// FindCharset returns the character encoding of a name as browsers know it
// (WHATWG Encoding Standard): iso-8859-1 is read as its superset windows-1252.
// An empty name is UTF-8. It reports false for an unknown name.
func FindCharset(name string) (Charset, bool) {
	name = strings.Trim(name, " \t\r\n\"'")
	if name == "" {
		return Charset{}, true
	}
	if strings.EqualFold(name, "us-ascii") {
		return Charset{isNamed: true}, true
	}
	found, err := htmlindex.Get(name)
	if err != nil || found == encoding.Replacement {
		return Charset{}, false
	}
	if canonical, err := htmlindex.Name(found); err == nil && canonical == "utf-8" {
		return Charset{isNamed: true}, true
	}
	return Charset{true, found}, true
}

// IsUTF8 reports whether the encoding is UTF-8.
func (c Charset) IsUTF8() bool { return c.other == nil }

// Decode converts text in the encoding to UTF-8. It returns UTF-8 unchanged, and
// writes U+FFFD for bytes that the other encoding does not have.
func (c Charset) Decode(text []byte) ([]byte, error) {
	if c.IsUTF8() {
		return text, nil
	}
	return c.other.NewDecoder().Bytes(text)
}

// DecodeJSONText returns JSON text in UTF-8. JSON is UTF-8 whatever its content
// type says (RFC 8259, section 8.1), so the encoding that a sender named counts
// only for text that is not. UTF-16 is recognized by its byte order mark or by the
// zero byte of its first character, which is ASCII.
func DecodeJSONText(text []byte, charset string) ([]byte, error) {
	if found := detectWideJSON(text); found != nil {
		return found.NewDecoder().Bytes(text)
	}
	if charset == "" || utf8.Valid(text) {
		return text, nil
	}
	found, known := FindCharset(charset)
	if !known {
		return nil, &value.SyntaxError{Reason: unknownCharset(charset)}
	}
	return found.Decode(text)
}

// detectWideJSON returns the encoding of JSON text in UTF-16, nil for other text.
func detectWideJSON(text []byte) encoding.Encoding {
	switch {
	case len(text) < 2:
		return nil
	case text[0] == 0xfe && text[1] == 0xff, text[0] == 0 && text[1] != 0:
		return unicode.UTF16(unicode.BigEndian, unicode.UseBOM)
	case text[0] == 0xff && text[1] == 0xfe, text[0] != 0 && text[1] == 0:
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	}
	return nil
}

// DecodeText returns text in UTF-8. A byte order mark wins over the encoding that a
// sender named (WHATWG Encoding Standard, section 6), and is removed.
func DecodeText(text []byte, charset Charset) ([]byte, error) {
	switch {
	case bytes.HasPrefix(text, []byte("\xfe\xff")), bytes.HasPrefix(text, []byte("\xff\xfe")):
		return unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewDecoder().Bytes(text)
	case bytes.HasPrefix(text, []byte(byteOrderMark)):
		return text[len(byteOrderMark):], nil
	}
	return charset.Decode(text)
}

func (c Charset) decodeString(text string) string {
	if c.IsUTF8() {
		return text
	}
	out, err := c.other.NewDecoder().String(text)
	if err != nil {
		return toUTF8(text)
	}
	return out
}

const byteOrderMark = "\xef\xbb\xbf"

// unknownCharset returns the reason to refuse an encoding that the gateway
// cannot read.
func unknownCharset(name string) string {
	return fmt.Sprintf("the character encoding %s is not known", value.Quote(name))
}
