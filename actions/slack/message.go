// Package slack holds the action "slack" and the connection "slack".
package slack

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/actions/web"
	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
)

// Message posts a message to Slack: by chat.postMessage of the Web API
// (https://docs.slack.dev/reference/methods/chat.postMessage) or by an
// incoming webhook. failure.go reads Slack's errors.
type Message struct {
	connection            *Connection
	channel, text, thread expr.Of[string]
	blocks                expr.Of[[]any]

	api *web.APIClient // set by Open
}

// maxTextLength is Slack's limit for one message, in characters.
const maxTextLength = 40000

// maxBlocks is Slack's limit for one message.
const maxBlocks = 50

// Describe declares the fields, outputs and examples.
func (m *Message) Describe(s *schema.Spec) {
	s.Doc = "Posts a message to Slack.\n\n" +
		"In `text`, values of the run are escaped for Slack (`&`, `<` and `>`), so that they can't make links or mention everyone; the text of the file is not escaped, and `<https://shop.example.com|the shop>` is a link. `unescaped(…)` passes a value unchanged. `blocks` are sent unchanged.\n\n" +
		"Slack has no idempotency keys: if an answer is lost and the action is tried again, the message may appear twice."
	flow.UseConnection(s, &m.connection, "slack", "The webhook or the bot that posts.", schema.Required())
	schema.Expr(s, &m.channel, "channel", "The channel for a bot: the id, such as `C0123456789`, or the name of a public channel, such as `#alerts`. An incoming webhook has a channel of its own.")
	schema.Expr(s, &m.text, "text", "The message in Slack's mrkdwn, at most 40 000 characters. With `blocks` it is the text of notifications.", schema.Escape(escapeText))
	schema.Expr(s, &m.blocks, "blocks", "The message in Block Kit: a list of at most 50 objects, sent as they are. In objects of type `mrkdwn` nothing is escaped; `plain_text` is the type for values of a run.")
	schema.Expr(s, &m.thread, "thread", "The `ts` of the message that this one answers.")
	s.Output("ts", cty.String, "The time stamp that identifies the message in its channel; null with a webhook.")
	s.Output("channel", cty.String, "The id of the channel; null with a webhook.")
	s.Check(m.checkSettings)
	s.Example(schema.Example{
		Title: "Tell a channel",
		HCL:   "connection = connection.slack.team\nchannel    = \"#alerts\"\ntext       = \"*Order ${webhook.body.order}* of ${webhook.body.customer}: <https://shop.example.com/orders|all orders>\"",
		Input: `{"order": "A-1", "customer": "Müller & Söhne"}`,
		Want:  `{"ts": "1700000001.000100", "channel": "C0ALERTS"}`,
	})
	s.Example(schema.Example{
		Title: "Post blocks by an incoming webhook",
		HCL:   "connection = connection.slack.hook\ntext       = \"Order ${webhook.body.order}\"\nblocks = [\n  { type = \"header\", text = { type = \"plain_text\", text = \"Order ${webhook.body.order}\" } },\n  { type = \"divider\" },\n]",
		Input: `{"order": "A-1"}`,
		Want:  `{"ts": null, "channel": null}`,
	})
}

// escapeText escapes the three control characters of Slack
// (https://docs.slack.dev/messaging/formatting-message-text).
func escapeText(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
}

func (m *Message) checkSettings(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics {
	if !m.text.IsSet() && !m.blocks.IsSet() {
		return hcl.Diagnostics{diag.Error(d.Block.DefRange(), "Empty message", `A message has "text", or "blocks", or both.`)}
	}
	var diags hcl.Diagnostics
	if text, ok := m.text.Constant(); ok {
		if err := checkText(text); err != nil {
			diags = append(diags, d.Problem("text", "Wrong text", diag.Sentence(err)))
		}
	}
	if blocks, ok := m.blocks.Constant(); ok {
		if err := checkBlocks(blocks); err != nil {
			diags = append(diags, d.Problem("blocks", "Wrong blocks", diag.Sentence(err)))
		}
	}
	if m.connection == nil || m.connection.server == nil {
		return diags // the connection has findings of its own
	}
	switch {
	case m.connection.isWebhook() && d.Has("channel"):
		diags = append(diags, d.Problem("channel", "Channel of a webhook", "An incoming webhook posts to the channel that it was made for. Leave channel out, or use a connection with a token."))
	case !m.connection.isWebhook() && !d.Has("channel"):
		diags = append(diags, d.Problem("channel", "Missing attribute", `"channel" is required: a bot may post to many channels.`))
	}
	return diags
}

func checkText(text string) error {
	if n := utf8.RuneCountInString(text); n > maxTextLength {
		return fmt.Errorf("the text has %d characters, and Slack takes at most %d", n, maxTextLength)
	}
	return nil
}

func checkBlocks(blocks []any) error {
	if len(blocks) > maxBlocks {
		return fmt.Errorf("there are %d blocks, and a message has at most %d", len(blocks), maxBlocks)
	}
	for i, b := range blocks {
		if block, ok := b.(map[string]any); !ok || block["type"] == nil {
			return fmt.Errorf(`block %d is not an object with a "type", such as { type = "divider" }`, i)
		}
	}
	return nil
}

// Open returns the client that all actions with the same settings share.
func (m *Message) Open(r *flow.Resources) error {
	if m.connection == nil || m.connection.server == nil {
		return errors.New("the connection lacks its webhook_url or token")
	}
	var err error
	m.api, err = web.OpenAPIClient(r, m.connection.server)
	return err
}

// Traits reports that the action has an outside effect.
func (*Message) Traits() flow.Traits {
	return flow.Traits{Performs: true, OwnOutputs: true, Repeats: []string{"channel"}}
}

// Run does one attempt.
func (m *Message) Run(ctx context.Context, c *flow.Call) (any, error) {
	message, err := m.buildMessage(ctx, c)
	if err != nil {
		return nil, err
	}
	return flow.Perform(ctx, c, func(ctx context.Context) (any, error) { return m.post(ctx, c, message) })
}

// post sends a message and reads Slack's answer.
func (m *Message) post(ctx context.Context, c *flow.Call, message map[string]any) (any, error) {
	path := "chat.postMessage"
	if m.connection.isWebhook() {
		path = ""
	}
	answer, err := m.api.Call(ctx, c, http.MethodPost, path, message)
	if err != nil {
		return nil, err
	}
	if m.connection.isWebhook() {
		if err := webhookError(answer, c.Clock().Now()); err != nil {
			return nil, flow.WithExchange(err, m.api.Exchange(c, http.MethodPost, answer, false))
		}
		return map[string]any{"ts": nil, "channel": nil}, nil
	}
	out := web.DecodeObject(answer)
	if err := methodError(answer, out, c.Clock().Now()); err != nil {
		return nil, flow.WithExchange(err, m.api.Exchange(c, http.MethodPost, answer, false))
	}
	return map[string]any{"ts": out["ts"], "channel": out["channel"]}, nil
}

// buildMessage evaluates the fields of the message.
func (m *Message) buildMessage(ctx context.Context, c *flow.Call) (map[string]any, error) {
	out := map[string]any{}
	for name, e := range map[string]expr.Of[string]{"channel": m.channel, "text": m.text, "thread_ts": m.thread} {
		text, err := e.EvalOr(ctx, c, "")
		if err != nil {
			return nil, err
		}
		if text != "" {
			out[name] = text
		}
	}
	blocks, err := m.blocks.EvalOr(ctx, c, nil)
	if err != nil {
		return nil, err
	}
	if err := checkBlocks(blocks); err != nil {
		return nil, flow.InvalidValue(m.blocks.Expr(), err)
	}
	if len(blocks) > 0 {
		out["blocks"] = blocks
	}
	text, _ := out["text"].(string)
	if err := checkText(text); err != nil {
		return nil, flow.InvalidValue(m.text.Expr(), err)
	}
	switch {
	case text == "" && len(blocks) == 0:
		return nil, &flow.Error{Class: flow.Invalid, Message: "the message is empty: text is empty and there are no blocks"}
	case !m.connection.isWebhook() && out["channel"] == nil:
		return nil, &flow.Error{Class: flow.Invalid, Message: "the channel is empty; give the id of one, or the name of a public one"}
	}
	return out, nil
}
