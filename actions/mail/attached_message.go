package mail

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"mime"
	"strings"
)

// The transfer encodings of an attached message.
const (
	encoding7Bit = "7bit"
	encoding8Bit = "8bit"
)

// maxMessageLine is the maximum length of a line without its end (RFC 5322, section
// 2.1.1).
const maxMessageLine = 998

// isMessageType reports whether a part holds a message. Such a part is not encoded
// in base64 or quoted-printable (RFC 2046, section 5.2.1).
func isMessageType(contentType string) bool {
	media, _, err := mime.ParseMediaType(contentType)
	return err == nil && strings.HasPrefix(media, "message/") && media != "message/global"
}

// prepareMessage checks that the part can be sent without an encoding, and gives
// its lines the ends that mail has.
func (p *attachedPart) prepareMessage(inline bool) error {
	if inline {
		return errors.New("a message is attached, and not shown inside the HTML; leave inline out")
	}
	text := strings.NewReplacer("\r\n", "\r\n", "\n", "\r\n", "\r", "\r\n").Replace(string(p.data))
	if strings.ContainsRune(text, 0) {
		return errors.New("a message has no zero bytes; it can't be encoded either (RFC 2046, section 5.2.1)")
	}
	for line := range strings.SplitSeq(text, "\r\n") {
		if len(line) > maxMessageLine {
			return fmt.Errorf("a line of the message has %d bytes, more than %d; it can't be encoded either (RFC 2046, section 5.2.1)", len(line), maxMessageLine)
		}
	}
	p.data, p.token = []byte(text), rand.Text()
	return nil
}

// encoding returns the transfer encoding of an attached message.
func (p *attachedPart) encoding() string {
	if isASCII(string(p.data)) {
		return encoding7Bit
	}
	return encoding8Bit
}

// insertMessage puts the attached message in the place of its token, which the mail
// library has written in base64 as it writes every attachment.
func (p *attachedPart) insertMessage(data []byte) ([]byte, error) {
	token := []byte(base64.StdEncoding.EncodeToString([]byte(p.token)))
	if bytes.Count(data, token) != 1 {
		return nil, fmt.Errorf("the attached message %q has no place of its own", p.name)
	}
	return bytes.Replace(data, token, p.data, 1), nil
}
