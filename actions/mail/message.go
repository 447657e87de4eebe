package mail

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"maps"
	"net/mail"
	"slices"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/flow"
)

// mailMessage is a message as it goes to a server.
type mailMessage struct {
	id            string // with angle brackets
	from          string // in angle brackets, as are the recipients
	to            []string
	international bool // an address has other letters than ASCII before its @
	data          []byte
}

// mostRecipients is how many recipients any server takes at once (RFC 5321,
// section 4.5.3.1.8).
const mostRecipients = 100

// mailDraft is a message before it is written.
type mailDraft struct {
	from                mailAddress
	to, cc, bcc, reply  []mailAddress
	subject, text, html string
	headers             map[string]string
	parts               []*part
}

// draft reads what one attempt sends.
func (m *Email) draft(ctx context.Context, c *flow.Call) (*mailDraft, error) {
	d := &mailDraft{from: m.connection.sender}
	for _, field := range m.addressFields(d) {
		v, err := field.expr.Eval(ctx, c)
		if err != nil {
			return nil, err
		}
		if *field.to, err = addressesOf(v); err != nil {
			return nil, flow.InvalidValue(field.expr.Expr(), fmt.Errorf("%s: %w", field.name, err))
		}
	}
	from, err := m.from.Eval(ctx, c)
	if err != nil {
		return nil, err
	}
	if from != nil {
		if d.from, err = addressOf(from); err != nil {
			return nil, flow.InvalidValue(m.from.Expr(), fmt.Errorf("from: %w", err))
		}
	}
	return d, m.contents(ctx, c, d)
}

type addressField struct {
	name string
	expr expr.Of[any]
	to   *[]mailAddress
}

func (m *Email) addressFields(d *mailDraft) []addressField {
	return []addressField{{"to", m.to, &d.to}, {"cc", m.cc, &d.cc}, {"bcc", m.bcc, &d.bcc}, {"reply_to", m.replyTo, &d.reply}}
}

// contents reads all but the addresses.
func (m *Email) contents(ctx context.Context, c *flow.Call, d *mailDraft) error {
	for _, field := range []struct {
		expr expr.Of[string]
		to   *string
	}{{m.subject, &d.subject}, {m.text, &d.text}, {m.html, &d.html}} {
		text, err := field.expr.EvalOr(ctx, c, "")
		if err != nil {
			return err
		}
		*field.to = strings.ToValidUTF8(text, "\ufffd")
	}
	if err := checkSubject(d.subject); err != nil {
		return flow.InvalidValue(m.subject.Expr(), err)
	}
	var err error
	if d.headers, err = m.headers.EvalOr(ctx, c, nil); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(d.headers)) {
		if err := checkMailHeader(name, d.headers[name]); err != nil {
			return flow.InvalidValue(m.headers.Expr(), err)
		}
	}
	size := 0
	for _, a := range m.attachments {
		p, err := a.build(ctx, c)
		if err != nil {
			return err
		}
		if p == nil {
			continue
		}
		if size += len(p.data); size > int(m.maxSize) {
			return &flow.Error{Class: flow.Invalid, Message: fmt.Sprintf("the attachments have more than %s in all; raise max_size, or send a link", m.maxSize)}
		}
		d.parts = append(d.parts, p)
	}
	return nil
}

// write makes a message of the draft. The id follows from the key alone, so
// that whoever gets a message twice can tell.
func (d *mailDraft) write(key string, now time.Time) (*mailMessage, error) {
	if d.from.address == "" {
		return nil, errors.New("the message has no sender; give from, here or in the connection")
	}
	out := &mailMessage{id: "<" + messageID(key, d.from.domain()) + ">", from: d.from.path(), international: d.from.international}
	for _, a := range slices.Concat(d.to, d.cc, d.bcc) {
		if !slices.Contains(out.to, a.path()) {
			out.to = append(out.to, a.path())
		}
		out.international = out.international || a.international
	}
	switch {
	case len(out.to) == 0:
		return nil, errors.New("the message has no recipient: to, cc and bcc are empty")
	case len(out.to) > mostRecipients:
		return nil, fmt.Errorf("the message has %d recipients, and a message goes to %d at most; send several", len(out.to), mostRecipients)
	}
	var b bytes.Buffer
	m, err := d.compose(out.id, now)
	if err == nil {
		_, err = m.WriteTo(&b)
	}
	out.data = b.Bytes()
	return out, err
}

// compose puts header and parts together.
func (d *mailDraft) compose(id string, now time.Time) (*gomail.Msg, error) {
	m := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	m.SetDateWithValue(now)
	m.SetMessageIDWithValue(strings.Trim(id, "<>"))
	m.FromMailAddress(d.from.header())
	for name, list := range map[gomail.AddrHeader][]mailAddress{gomail.HeaderTo: d.to, gomail.HeaderCc: d.cc, gomail.HeaderReplyTo: d.reply} {
		if len(list) > 0 {
			m.SetAddrHeaderFromMailAddress(name, headersOf(list)...)
		}
	}
	m.SetGenHeader(gomail.HeaderSubject, headerText(d.subject))
	for name, text := range d.headers {
		m.SetGenHeader(gomail.Header(name), fieldText(text))
	}
	text := d.text
	if text == "" && d.html != "" {
		text = plainText(d.html)
	}
	if text != "" || d.html == "" {
		m.SetBodyString(gomail.TypeTextPlain, text)
	}
	if d.html != "" {
		m.AddAlternativeString(gomail.TypeTextHTML, d.html)
	}
	for _, p := range d.parts {
		if err := p.addTo(m); err != nil {
			return nil, err
		}
	}
	return m, nil
}

func headersOf(list []mailAddress) []*mail.Address {
	out := make([]*mail.Address, len(list))
	for i, a := range list {
		out[i] = a.header()
	}
	return out
}

// messageID makes the id of a message (RFC 5322, section 3.6.4) from the key
// of an action.
func messageID(key, domain string) string {
	sum := sha256.Sum256([]byte(key))
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:20])) + "@" + domain
}
