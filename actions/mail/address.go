package mail

import (
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/webhook-gateway/gateway/internal/netname"
	"github.com/webhook-gateway/gateway/internal/value"
)

// mailbox is the name and address of a sender or recipient.
type mailbox struct {
	name      string
	address   string // for mail servers: the domain is ASCII
	needsUTF8 bool   // the part before the @ is not ASCII
}

// toHeader returns the form for the header field of a name. A display name that
// looks like an encoded word is encoded too: readers decode it even in quotes.
func (a mailbox) toHeader(field string) string {
	if isASCII(a.name) && !strings.Contains(a.name, "=?") {
		return (&mail.Address{Name: a.name, Address: a.address}).String()
	}
	return encodeWords(field, a.name) + " " + a.toPath()
}

// toPath returns the form for SMTP commands.
func (a mailbox) toPath() string { return (&mail.Address{Address: a.address}).String() }

// domain returns the part after the @.
func (a mailbox) domain() string { return a.address[strings.LastIndexByte(a.address, '@')+1:] }

// parseMailbox reads "jane@example.com" and "Jane <jane@example.com>" (RFC
// 5322, section 3.4): one address, never several, so that a value of the run
// can't add some. Its errors quote the text.
func parseMailbox(text string) (mailbox, error) {
	if err := checkLine(text); err != nil {
		return mailbox{}, fmt.Errorf("an address %w", err)
	}
	if strings.TrimSpace(text) == "" {
		return mailbox{}, errors.New("an address is empty; null leaves it out")
	}
	parsed, err := mail.ParseAddress(text)
	if err != nil {
		return mailbox{}, addressError(text)
	}
	return newMailbox(parsed.Name, parsed.Address)
}

// newMailbox checks the two parts of a mailbox. The part of the address before the
// @ has no quotes.
func newMailbox(name, address string) (mailbox, error) {
	for _, part := range []string{name, address} {
		if err := checkLine(part); err != nil {
			return mailbox{}, fmt.Errorf("an address %w", err)
		}
	}
	at := strings.LastIndexByte(address, '@')
	if at < 1 {
		return mailbox{}, addressError(address)
	}
	quoted := strings.Trim((&mail.Address{Address: address}).String(), "<>")
	parsed, ok := netname.ParseEmail(quoted)
	if !ok {
		return mailbox{}, addressError(address)
	}
	local := norm.NFC.String(address[:at])
	return mailbox{name: name, address: local + "@" + parsed.Domain, needsUTF8: !isASCII(local)}, nil
}

func addressError(text string) error {
	const most = 100
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "…"
	}
	return fmt.Errorf(`%q is not an e-mail address; write one such as "jane@example.com" or "Jane <jane@example.com>", and several as a list`, text)
}

// mailboxesFromValue reads the value of an attribute: an address, an object
// with name and address, or a list of these. Null gives none.
func mailboxesFromValue(v any) ([]mailbox, error) {
	list, isList := v.([]any)
	if !isList {
		list = []any{v}
	}
	var out []mailbox
	for _, item := range list {
		if item == nil {
			continue
		}
		a, err := mailboxFromValue(item)
		if err != nil {
			return nil, err
		}
		out = append(out, a)
	}
	return out, nil
}

func mailboxFromValue(v any) (mailbox, error) {
	switch v := v.(type) {
	case string:
		return parseMailbox(v)
	case map[string]any:
		address, ok := v["address"].(string)
		name, named := v["name"].(string)
		if ok && (named || v["name"] == nil) {
			return newMailbox(name, unquoteLocal(strings.TrimSpace(address)))
		}
		return mailbox{}, errors.New(`an address as an object is { name = "Jane", address = "jane@example.com" }`)
	}
	return mailbox{}, fmt.Errorf("an address is a text, and not of type %s", value.TypeName(v))
}

// unquoteLocal removes the quotes of the part before the @, if it has any.
func unquoteLocal(address string) string {
	if !strings.HasPrefix(address, `"`) {
		return address
	}
	if parsed, err := mail.ParseAddress(address); err == nil && parsed.Name == "" {
		return parsed.Address
	}
	return address
}

// checkLine refuses line breaks and control characters, which could begin a
// new header line.
func checkLine(text string) error {
	if strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) && r != '\t' || r == '\u2028' || r == '\u2029' }) {
		return errors.New("holds a line break or another control character")
	}
	return nil
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII })
}
