package body

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"

	"github.com/webhook-gateway/gateway/internal/value"
)

// decodeXMLText returns the text of a document in UTF-8. charset is the encoding
// that its content type names.
func decodeXMLText(body []byte, charset Charset) ([]byte, error) {
	if found := detectUTF16(body); found != nil {
		return found.NewDecoder().Bytes(body)
	}
	if bytes.HasPrefix(body, []byte(byteOrderMark)) {
		return body, nil
	}
	if charset.isNamed {
		return charset.Decode(body)
	}
	if isLongDeclaration(body) {
		return nil, value.NewSyntaxError(body, 0, "", fmt.Sprintf("an XML declaration of more than %d bytes", maxXMLDeclaration))
	}
	label, at := declaredEncoding(body)
	if isWideEncoding(label) {
		return body, nil
	}
	found, known := FindCharset(label)
	if !known {
		return nil, value.NewSyntaxError(body, int64(at), "", unknownCharset(label))
	}
	return found.Decode(body)
}

// detectUTF16 returns the encoding of text that begins with a byte order mark of
// UTF-16, or with an angle bracket in 16 bits, nil for other text.
func detectUTF16(body []byte) encoding.Encoding {
	switch {
	case bytes.HasPrefix(body, []byte("\xfe\xff")):
		return unicode.UTF16(unicode.BigEndian, unicode.UseBOM)
	case bytes.HasPrefix(body, []byte("\xff\xfe")):
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	case bytes.HasPrefix(body, []byte("\x00<")):
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	case bytes.HasPrefix(body, []byte("<\x00")):
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
	}
	return nil
}

// maxXMLDeclaration is the maximum size of an XML declaration in bytes.
const maxXMLDeclaration = 1024

func isLongDeclaration(body []byte) bool {
	return bytes.HasPrefix(body, []byte("<?xml ")) && len(body) > maxXMLDeclaration &&
		!bytes.Contains(body[:maxXMLDeclaration], []byte("?>"))
}

var encodingPattern = regexp.MustCompile(`^<\?xml[ \t\r\n][^>]*?[ \t\r\n]encoding[ \t\r\n]*=[ \t\r\n]*["']([^"'>]*)["']`)

// declaredEncoding returns the encoding that the XML declaration names, and its
// offset.
func declaredEncoding(body []byte) (label string, at int) {
	found := encodingPattern.FindSubmatchIndex(body[:min(len(body), maxXMLDeclaration)])
	if found == nil {
		return "", 0
	}
	return string(body[found[2]:found[3]]), found[2]
}

// isWideEncoding reports whether a name is that of an encoding of 16 or 32 bits.
func isWideEncoding(label string) bool {
	label = strings.ToLower(label)
	for _, wide := range []string{"utf-16", "utf16", "ucs-2", "ucs2", "utf-32", "utf32", "ucs-4", "ucs4", "iso-10646-ucs", "unicode"} {
		if strings.HasPrefix(label, wide) {
			return true
		}
	}
	return false
}
