package slack

import (
	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/actions/web"
	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
)

// Connection is a workspace of Slack, by an incoming webhook or by a bot.
type Connection struct {
	webhookURL, token, baseURL string

	server *web.Connection // nil if the settings have findings
}

// Describe declares the attributes and examples.
func (n *Connection) Describe(s *schema.Spec) {
	n.baseURL = "https://slack.com/api"
	s.Doc = "A workspace of Slack. An incoming webhook posts to the one channel that it was made for. A bot posts to every channel that it is a member of, and can answer in threads: it needs the scope `chat:write`."
	schema.Attr(s, &n.webhookURL, "webhook_url", "The address of an incoming webhook, which is a secret as a whole.", schema.Credential())
	schema.Attr(s, &n.token, "token", "The token of a bot, which begins with `xoxb-`.", schema.Credential())
	schema.Attr(s, &n.baseURL, "base_url", "The base of the URLs of Slack's methods. Only with a `token`.")
	s.Check(n.checkSettings)
	s.Example(schema.Example{
		Title: "An incoming webhook",
		HCL:   "webhook_url = \"https://hooks.slack.com/services/${secret.shop_token}\"",
	})
	s.Example(schema.Example{
		Title: "A bot",
		HCL:   "token = secret.shop_token",
	})
}

func (n *Connection) checkSettings(c *schema.Context, d *schema.Decoded) hcl.Diagnostics {
	switch {
	case d.Has("webhook_url") == d.Has("token"):
		return hcl.Diagnostics{diag.Error(d.Block.DefRange(), "One way to Slack", `A connection "slack" has either "webhook_url" or "token".`)}
	case d.Has("webhook_url") && d.Has("base_url"):
		return hcl.Diagnostics{d.Problem("base_url", "Nothing to add to", `"base_url" goes with a token; a webhook_url is whole.`)}
	case d.Has("webhook_url"):
		base, err := web.ParseBaseURL(n.webhookURL)
		if err != nil {
			return hcl.Diagnostics{d.Problem("webhook_url", "Wrong URL", diag.Sentence(err))}
		}
		n.server = &web.Connection{Base: base, SecretURL: true}
		return c.CheckURL(d, "webhook_url")
	}
	base, err := web.ParseBaseURL(n.baseURL)
	if err != nil {
		return hcl.Diagnostics{d.Problem("base_url", "Wrong URL", diag.Sentence(err))}
	}
	if err := flow.CheckHeader("Authorization", n.token); err != nil || n.token == "" {
		return hcl.Diagnostics{d.Problem("token", "Wrong token", "A token is one line of text that is not empty.")}
	}
	n.server = &web.Connection{Base: base, Bearer: &web.Bearer{Token: n.token}}
	return c.CheckURL(d, "base_url")
}

// isWebhook reports whether the connection is an incoming webhook.
func (n *Connection) isWebhook() bool { return n.webhookURL != "" }
