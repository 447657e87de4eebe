// Package mail holds the action "email" and the connection "smtp".
package mail

import (
	"context"
	"errors"
	"fmt"
	"html"
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
)

// Email sends a message. message.go composes it, smtp_pool.go delivers it.
type Email struct {
	connection           *Connection
	from                 expr.Of[any]
	to, cc, bcc, replyTo expr.Of[any]
	subject, text, html  expr.Of[string]
	headers              expr.Of[map[string]string]
	attachments          []*attachment
	maxSize              expr.Size

	pool *sessionPool // set by Open
}

// Describe declares the fields, outputs and examples.
func (m *Email) Describe(s *schema.Spec) {
	m.maxSize = 25 << 20
	s.Doc = "Sends an e-mail. It succeeds when the mail server has accepted the message for all recipients: `to`, `cc` and `bcc` together. If the server refuses one of them, the message is not sent, and the error names the recipient.\n\n" +
		"An address is `jane@example.com`, `Jane <jane@example.com>` or `{ name = webhook.name, address = webhook.email }`, which takes any name; several are a list, and null is left out. Addresses and names may have letters of any script. The message carries a domain such as `büro.example` in ASCII, as `xn--bro-hoa.example`. If the part before the @ has other letters than ASCII, the mail server must offer SMTPUTF8 (RFC 6531); otherwise the action fails with a permanent error. A line break in an address, the subject or a header fails the action.\n\n" +
		"The `Message-ID` depends on the run and the action, so that a repeated message, by `retry` or after a restart, has the same one. In `retry`, `5xx` stands for temporary refusals of the mail server (its codes from 400 to 499, such as greylisting), `connect` and `timeout` have their usual meaning. A permanent refusal (500 to 599) is not tried again. If the connection is lost between the message and the server's answer, trying again may deliver it twice."
	flow.UseConnection(s, &m.connection, "smtp", "The mail server. The default is the only one in the files.")
	addresses := schema.TypeName("string, object or list of these")
	schema.Expr(s, &m.from, "from", "The sender. The default is that of the connection.", schema.TypeName("string or object"))
	schema.Expr(s, &m.to, "to", "The recipients.", addresses)
	schema.Expr(s, &m.cc, "cc", "The recipients of a copy.", addresses)
	schema.Expr(s, &m.bcc, "bcc", "The recipients of a blind copy.", addresses)
	schema.Expr(s, &m.replyTo, "reply_to", "The addresses for answers.", addresses)
	schema.Expr(s, &m.subject, "subject", "The subject.", schema.Required(), schema.Nullable())
	schema.Expr(s, &m.text, "text", "The message as text. The default is made from `html`.")
	schema.Expr(s, &m.html, "html", "The message as HTML. Values of the run are escaped: `<b>${webhook.name}</b>` shows the name unchanged. `unescaped(value)` inserts HTML of the run on purpose. Put values in HTML attributes in quotes.", schema.Escape(html.EscapeString))
	schema.Expr(s, &m.headers, "headers", "Further header fields, such as `List-Unsubscribe`.")
	schema.Repeated(s, &m.attachments, "attachment", "Files to send along, and pictures that the HTML shows.")
	schema.Attr(s, &m.maxSize, "max_size", "The limit for the size of all attachments together. Above it the action fails before anything is sent.")
	s.Output("message_id", cty.String, "The message's `Message-ID`, with its angle brackets.")
	s.Check(m.checkSettings)
	m.describeExamples(s)
}

func (m *Email) describeExamples(s *schema.Spec) {
	s.Example(schema.Example{
		Title: "Confirm an order",
		HCL:   "to      = webhook.body.email\nsubject = \"Your order ${webhook.body.order}\"\ntext    = \"Thank you. We send ${length(webhook.body.items)} items tomorrow.\"\nretry { attempts = 5 }",
		Input: `{"email": "jane@example.com", "order": "A-1", "items": ["lamp", "bulb"]}`,
		Want:  `{"message_id": "<mmmwvzho2vrwjrvg7mhetsnruu3neqn4@example.com>"}`,
	})
	s.Example(schema.Example{
		Title: "HTML with values of the run, a picture and a file",
		HCL: "connection = connection.smtp.mail\nfrom       = \"Lamp Shop <shop@example.com>\"\nto         = { name = webhook.body.name, address = webhook.body.email }\nbcc        = [\"archive@example.com\"]\nreply_to   = \"help@example.com\"\nsubject    = \"Your invoice\"\n" +
			"html       = <<-HTML\n  <img src=\"cid:logo.png\" alt=\"Lamp Shop\">\n  <p>Dear ${webhook.body.name},</p>\n  <ul>%{ for item in webhook.body.items }<li>${item}</li>%{ endfor }</ul>\nHTML\n" +
			"attachment \"logo.png\" {\n  content_base64 = \"iVBORw0KGgo=\"\n  inline         = true\n}\nattachment \"order.csv\" {\n  filename = \"order-${webhook.body.order}.csv\"\n  content  = join(\"\\n\", webhook.body.items)\n}",
		Input: `{"name": "Jane \"J\" <Doe>", "email": "jane@example.com", "order": "A-1", "items": ["lamp & bulb", "cable"]}`,
		Want:  `{"message_id": "<mmmwvzho2vrwjrvg7mhetsnruu3neqn4@example.com>"}`,
	})
}

func (m *Email) checkSettings(c *schema.Context, d *schema.Decoded) hcl.Diagnostics {
	diags := m.checkConnection(c, d)
	if !m.to.IsSet() && !m.cc.IsSet() && !m.bcc.IsSet() {
		diags = append(diags, d.Problem("to", "Missing attribute", `"to" is required: Who the message is for.`))
	}
	if !m.text.IsSet() && !m.html.IsSet() {
		diags = append(diags, d.Problem("text", "Missing attribute", `The message is required, as "text", as "html" or as both.`))
	}
	diags = append(diags, m.checkAddresses(d)...)
	if text, ok := m.subject.Constant(); ok {
		if err := checkSubject(text); err != nil {
			diags = append(diags, d.Problem("subject", "Wrong subject", diag.Sentence(err)))
		}
	}
	headers, _ := m.headers.Constant()
	for _, name := range slices.Sorted(maps.Keys(headers)) {
		if err := checkHeader(name, headers[name]); err != nil {
			diags = append(diags, d.Problem("headers", "Wrong header", diag.Sentence(err)))
		}
	}
	if m.maxSize < 0 || m.maxSize > 1<<30 {
		diags = append(diags, d.Problem("max_size", "Wrong value", "The size of attachments is from 0B to 1GiB."))
	}
	return diags
}

func (m *Email) checkAddresses(d *schema.Decoded) hcl.Diagnostics {
	var diags hcl.Diagnostics
	wrong := func(name string, from *expr.Expr, err error) {
		if err != nil {
			diags = append(diags, d.Problem(name, "Wrong address", diag.Sentence(flow.HideSecret(from, err))))
		}
	}
	if v, ok := m.from.Constant(); ok {
		_, err := mailboxFromValue(v)
		wrong("from", m.from.Expr(), err)
	}
	for _, field := range m.addressFields(&draft{}) {
		if v, ok := field.expr.Constant(); ok {
			_, err := mailboxesFromValue(v)
			wrong(field.name, field.expr.Expr(), err)
		}
	}
	return diags
}

// checkConnection chooses the only mail server if the action names none.
func (m *Email) checkConnection(c *schema.Context, d *schema.Decoded) hcl.Diagnostics {
	if m.connection == nil && (!d.Has("connection") || isNull(c, d.Expr("connection"))) {
		only, count, known := flow.OnlyConnection[*Connection](c.Scope, "smtp")
		switch {
		case known && count == 0:
			return hcl.Diagnostics{d.Problem("connection", "No mail server", `The files have no mail server. Describe one as connection "smtp" "NAME" { … }.`)}
		case count > 1:
			return hcl.Diagnostics{d.Problem("connection", "Missing attribute", fmt.Sprintf(`There are %d mail servers: say by which one the message goes, with connection = connection.smtp.NAME.`, count))}
		case known:
			m.connection = only
		}
	}
	if m.connection != nil && m.connection.from == "" && !m.from.IsSet() {
		return hcl.Diagnostics{d.Problem("from", "Missing attribute", `"from" is required, here or in the connection: Who the message is from.`)}
	}
	return nil
}

// isNull reports whether an expression is null at load.
func isNull(c *schema.Context, e hclsyntax.Expression) bool {
	v, diags := c.Scope.Evaluate(e)
	return !diags.HasErrors() && v.IsKnown() && v.IsNull()
}

// Open returns the pool that all actions with the same mail server share.
func (m *Email) Open(r *flow.Resources) error {
	if m.connection == nil {
		return errors.New("the action lacks its connection")
	}
	var err error
	m.pool, err = openPool(r, m.connection)
	return err
}

// Traits tells the engine how to treat the action.
func (*Email) Traits() flow.Traits {
	return flow.Traits{Performs: true, OwnOutputs: true, Repeats: []string{"from"}, Sends: func(any) bool { return true }}
}

// Run does one attempt.
func (m *Email) Run(ctx context.Context, c *flow.Call) (any, error) {
	draft, err := m.evalDraft(ctx, c)
	if err != nil {
		return nil, err
	}
	message, err := draft.compose(c.IdempotencyKey(), c.Clock().Now())
	if err != nil {
		return nil, &flow.Error{Class: flow.Invalid, Message: err.Error(), Err: err}
	}
	return flow.Perform(ctx, c, func(ctx context.Context) (any, error) {
		if err := m.pool.sendMessage(ctx, message); err != nil {
			return nil, m.sendError(ctx, c, err)
		}
		return map[string]any{"message_id": message.id}, nil
	})
}

// mayRevealSecret reports whether the server's replies may repeat a secret.
func (m *Email) mayRevealSecret(c *flow.Call) bool {
	all := []*expr.Expr{m.from.Expr(), m.to.Expr(), m.cc.Expr(), m.bcc.Expr(), m.replyTo.Expr(), m.subject.Expr(), m.text.Expr(), m.html.Expr(), m.headers.Expr()}
	for _, a := range m.attachments {
		all = append(all, a.expressions()...)
	}
	return c.Step.Sensitive || slices.ContainsFunc(all, func(e *expr.Expr) bool { return e != nil && e.Sensitive() })
}
