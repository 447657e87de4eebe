package mail

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/textproto"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/webhook-gateway/gateway/flow"
)

// maxWordLength bounds a word in a header: lines break at spaces only and have
// at most 998 bytes (RFC 5322, section 2.1.1).
const maxWordLength = 900

// checkHeader refuses header fields that a flow must not set.
func checkHeader(name, text string) error {
	if err := flow.CheckHeader(name, text); err != nil {
		return err
	}
	if err := checkLine(text); err != nil {
		return fmt.Errorf("the value of the header field %s %w", name, err)
	}
	canonical := textproto.CanonicalMIMEHeaderKey(name)
	if attr, ok := gatewayHeaders()[canonical]; ok {
		return fmt.Errorf("the header field %s is written by the gateway%s", name, attr)
	}
	if strings.HasPrefix(canonical, "Content-") {
		return fmt.Errorf("the header field %s is written by the gateway", name)
	}
	if isASCII(text) && slices.ContainsFunc(strings.Fields(text), func(w string) bool { return len(w) > maxWordLength }) {
		return fmt.Errorf("the value of the header field %s has a word of more than %d bytes", name, maxWordLength)
	}
	return nil
}

// gatewayHeaders lists the header fields that the gateway writes, each with a
// hint for the error message.
func gatewayHeaders() map[string]string {
	return map[string]string{
		"From": `; use "from"`, "To": `; use "to"`, "Cc": `; use "cc"`, "Bcc": `; use "bcc"`,
		"Reply-To": `; use "reply_to"`, "Subject": `; use "subject"`,
		"Date": "", "Message-Id": "", "Mime-Version": "", "Return-Path": "", "Received": "",
	}
}

// checkSubject refuses subjects that do not fit in one header line.
func checkSubject(text string) error {
	if err := checkLine(text); err != nil {
		return fmt.Errorf("the subject %w", err)
	}
	if len(text) > 2000 {
		return errors.New("the subject has more than 2000 bytes")
	}
	return nil
}

// maxLineLength bounds a line with encoded words (RFC 2047, section 2), and lines of
// other headers that have spaces at which to break.
const maxLineLength = 76

// encodeHeader returns the text of a header field if it is safe there, or else
// encoded words (RFC 2047).
func encodeHeader(name, text string) string {
	text = strings.ToValidUTF8(text, "\ufffd")
	long := slices.ContainsFunc(strings.Fields(text), func(w string) bool { return len(w) > maxLineLength-len(name+": ") })
	if isASCII(text) && !long && !strings.ContainsAny(text, "\t") && !strings.Contains(text, "=?") &&
		!strings.Contains(text, "  ") && strings.TrimSpace(text) == text {
		return text
	}
	return encodeWords(name, text)
}

// encodeCustomHeader encodes a field that a flow adds. ASCII stays unchanged,
// because its words may have a meaning.
func encodeCustomHeader(name, text string) string {
	if isASCII(text) && !strings.Contains(text, "=?") {
		return text
	}
	return encodeWords(name, strings.ToValidUTF8(text, "\ufffd"))
}

// encodeWords writes a text as encoded words of at most 75 bytes, without
// cutting a character. The first one fits on the line of the field's name. The
// spaces between them are not part of the text.
func encodeWords(name, text string) string {
	const around = len("=?utf-8?b?" + "?=")
	var words []string
	for text != "" {
		n, most := 0, 45 // 60 in base64
		if words == nil {
			most = max((maxLineLength-len(name+": ")-around)/4*3, utf8.UTFMax)
		}
		for n < len(text) {
			_, size := utf8.DecodeRuneInString(text[n:])
			if n+size > most {
				break
			}
			n += size
		}
		words = append(words, "=?utf-8?b?"+base64.StdEncoding.EncodeToString([]byte(text[:n]))+"?=")
		text = text[n:]
	}
	return strings.Join(words, " ")
}

// foldHeader breaks the value of a header field at spaces into lines. The first
// word stays on the line of the name: some programs take a field whose first line
// is empty for an empty one.
func foldHeader(name, text string) string {
	var b strings.Builder
	length := len(name + ": ")
	for i, word := range strings.Split(text, " ") {
		switch {
		case i == 0:
		case word != "" && length+1+len(word) > maxLineLength:
			b.WriteString("\r\n ")
			length = 1
		default:
			b.WriteByte(' ')
			length++
		}
		b.WriteString(word)
		length += len(word)
	}
	return b.String()
}
