package mail

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/flow"
)

// message is a composed message and its envelope.
type message struct {
	id        string // with angle brackets
	from      string // in angle brackets, as are the recipients
	to        []string
	needsUTF8 bool // an address is not ASCII before its @
	needs8Bit bool // an attached message is not ASCII
	data      []byte
}

// maxRecipients is the number of recipients that every server accepts (RFC
// 5321, section 4.5.3.1.8).
const maxRecipients = 100

// draft holds the evaluated fields of a message.
type draft struct {
	from                mailbox
	to, cc, bcc, reply  []mailbox
	subject, text, html string
	headers             map[string]string
	parts               []*attachedPart
}

// evalDraft evaluates the fields of the message for one attempt.
func (m *Email) evalDraft(ctx context.Context, c *flow.Call) (*draft, error) {
	d := &draft{from: m.connection.sender}
	for _, field := range m.addressFields(d) {
		v, err := field.expr.Eval(ctx, c)
		if err != nil {
			return nil, err
		}
		if *field.to, err = mailboxesFromValue(v); err != nil {
			return nil, flow.InvalidValue(field.expr.Expr(), fmt.Errorf("%s: %w", field.name, err))
		}
	}
	from, err := m.from.Eval(ctx, c)
	if err != nil {
		return nil, err
	}
	if from != nil {
		if d.from, err = mailboxFromValue(from); err != nil {
			return nil, flow.InvalidValue(m.from.Expr(), fmt.Errorf("from: %w", err))
		}
	}
	return d, m.evalContents(ctx, c, d)
}

type addressField struct {
	name string
	expr expr.Of[any]
	to   *[]mailbox
}

func (m *Email) addressFields(d *draft) []addressField {
	return []addressField{{"to", m.to, &d.to}, {"cc", m.cc, &d.cc}, {"bcc", m.bcc, &d.bcc}, {"reply_to", m.replyTo, &d.reply}}
}

// evalContents evaluates all fields but the addresses.
func (m *Email) evalContents(ctx context.Context, c *flow.Call, d *draft) error {
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
		if err := checkHeader(name, d.headers[name]); err != nil {
			return flow.InvalidValue(m.headers.Expr(), err)
		}
	}
	size := 0
	for _, a := range m.attachments {
		p, err := a.buildPart(ctx, c)
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

// compose writes the draft as a message. The id depends on the key alone, so
// that mail programs can drop a duplicate.
func (d *draft) compose(key string, now time.Time) (*message, error) {
	if d.from.address == "" {
		return nil, errors.New("the message has no sender; give from, here or in the connection")
	}
	out := &message{id: "<" + messageID(key, d.from.domain()) + ">", from: d.from.toPath(), needsUTF8: d.from.needsUTF8}
	for _, a := range slices.Concat(d.to, d.cc, d.bcc) {
		if !slices.Contains(out.to, a.toPath()) {
			out.to = append(out.to, a.toPath())
		}
	}
	for _, a := range slices.Concat(d.to, d.cc, d.bcc, d.reply) {
		out.needsUTF8 = out.needsUTF8 || a.needsUTF8
	}
	switch {
	case len(out.to) == 0:
		return nil, errors.New("the message has no recipient: to, cc and bcc are empty")
	case len(out.to) > maxRecipients:
		return nil, fmt.Errorf("the message has %d recipients, and a message goes to %d at most; send several", len(out.to), maxRecipients)
	}
	var b bytes.Buffer
	m, err := d.composeParts(out.id, now)
	if err == nil {
		_, err = m.WriteTo(&b)
	}
	out.data = b.Bytes()
	for _, p := range d.parts {
		if p.token != "" && err == nil {
			out.needs8Bit = out.needs8Bit || p.encoding() == encoding8Bit
			out.data, err = p.insertMessage(out.data)
		}
	}
	return out, err
}

// composeParts builds the header and the parts.
func (d *draft) composeParts(id string, now time.Time) (*gomail.Msg, error) {
	m := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	m.SetDateWithValue(now)
	m.SetMessageIDWithValue(strings.Trim(id, "<>"))
	for name, list := range map[string][]mailbox{"From": {d.from}, "To": d.to, "Cc": d.cc, "Reply-To": d.reply} {
		if len(list) > 0 {
			m.SetGenHeaderPreformatted(gomail.Header(name), foldHeader(name, addressList(name, list)))
		}
	}
	if len(d.to)+len(d.cc) == 0 { // RFC 5322, section 3.6.3: a group without members
		m.SetGenHeaderPreformatted("To", "undisclosed-recipients:;")
	}
	m.SetGenHeaderPreformatted("Subject", foldHeader("Subject", encodeHeader("Subject", d.subject)))
	for name, text := range d.headers {
		m.SetGenHeaderPreformatted(gomail.Header(name), foldHeader(name, encodeCustomHeader(name, text)))
	}
	if slices.ContainsFunc(d.parts, func(p *attachedPart) bool { return p.token != "" && p.encoding() == encoding8Bit }) {
		m.SetGenHeader("Content-Transfer-Encoding", encoding8Bit) // of the parts around it too (RFC 2045, section 6.4)
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
		if err := p.addToMessage(m); err != nil {
			return nil, err
		}
	}
	return m, nil
}

func addressList(field string, list []mailbox) string {
	out := make([]string, len(list))
	for i, a := range list {
		out[i] = a.toHeader(field)
	}
	return strings.Join(out, ", ")
}

// messageID derives the id of a message (RFC 5322, section 3.6.4) from the
// idempotency key of an action.
func messageID(key, domain string) string {
	sum := sha256.Sum256([]byte(key))
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:20])) + "@" + domain
}
