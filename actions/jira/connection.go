package jira

import (
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/actions/web"
	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
)

// Connection is a Jira: Cloud, whose API has version 3 and documents for
// rich text, or Server and Data Center with version 2 and wiki markup.
type Connection struct {
	baseURL, flavour   string
	email, token       string
	username, password string
	tls                *web.TLS

	server *web.Connection // nil if the settings have findings
}

// The flavours of Jira.
const (
	flavourCloud  = "cloud"
	flavourServer = "server"
)

// Describe declares the attributes and examples.
func (n *Connection) Describe(s *schema.Spec) {
	s.Doc = "A Jira. On Cloud a connection has `email` and `token`, an API token of that account. On Server and Data Center it has `token` alone, a personal access token, or `username` and `password`."
	schema.Attr(s, &n.baseURL, "base_url", "The address of the Jira, such as `https://example.atlassian.net`, including a context path.", schema.Required())
	schema.Attr(s, &n.flavour, "flavour", "The kind of Jira. The default is `cloud` with an `email`, and `server` without; `server` includes Data Center.", schema.OneOf(flavourCloud, flavourServer))
	schema.Attr(s, &n.email, "email", "The e-mail address of the account, on Cloud.", schema.Secret())
	schema.Attr(s, &n.token, "token", "The API token on Cloud, the personal access token on Server.", schema.Credential())
	schema.Attr(s, &n.username, "username", "The user's name, on Server.", schema.Secret())
	schema.Attr(s, &n.password, "password", "The user's password, on Server.", schema.Credential())
	schema.Single(s, &n.tls, "tls", "A certificate authority or a client certificate of its own.")
	s.Check(n.checkSettings)
	s.Example(schema.Example{
		Title: "Jira Cloud",
		HCL:   "base_url = \"https://example.atlassian.net\"\nemail    = \"bot@example.com\"\ntoken    = secret.shop_token",
	})
	s.Example(schema.Example{
		Title: "Jira Data Center with a personal access token",
		HCL:   "base_url = \"https://tracker.example.com/jira\"\ntoken    = secret.shop_token",
	})
	s.Example(schema.Example{
		Title: "Jira Server with a password",
		HCL:   "base_url = \"https://tracker.example.com/jira\"\nusername = \"bot\"\npassword = secret.shop_password",
	})
}

func (n *Connection) checkSettings(c *schema.Context, d *schema.Decoded) hcl.Diagnostics {
	if n.flavour == "" {
		n.flavour = flavourServer
		if d.Has("email") {
			n.flavour = flavourCloud
		}
	}
	base, err := web.ParseBaseURL(n.baseURL)
	if err != nil {
		return hcl.Diagnostics{d.Problem("base_url", "Wrong URL", diag.Sentence(err))}
	}
	if n.tls != nil && base.Scheme != "https" {
		return hcl.Diagnostics{d.Problem("base_url", "TLS without https", `The tls block has no effect on http://: write "https://" or leave the block out.`)}
	}
	server := &web.Connection{Base: base, TLS: n.tls}
	switch given := n.credentials(d); {
	case n.flavour == flavourCloud && given == "email token":
		server.Basic = &web.Basic{Username: n.email, Password: n.token}
	case n.flavour == flavourServer && given == "token":
		server.Bearer = &web.Bearer{Token: n.token}
	case n.flavour == flavourServer && given == "username password":
		server.Basic = &web.Basic{Username: n.username, Password: n.password}
	case n.flavour == flavourCloud:
		return hcl.Diagnostics{diag.Error(d.Block.DefRange(), "Wrong credentials", `Jira Cloud takes "email" and "token", an API token of that account, and no other credentials.`)}
	default:
		return hcl.Diagnostics{diag.Error(d.Block.DefRange(), "Wrong credentials", `Jira Server takes "token", a personal access token, or "username" and "password".`)}
	}
	if err := flow.CheckHeader("Authorization", n.email+n.token+n.username+n.password); err != nil || strings.Contains(n.email+n.username, ":") {
		return hcl.Diagnostics{diag.Error(d.Block.DefRange(), "Wrong credentials", "Credentials are lines of text, and a name has no colon in it.")}
	}
	n.server = server
	return c.CheckURL(d, "base_url")
}

// credentials returns the names of the attributes that are set, in a fixed
// order.
func (n *Connection) credentials(d *schema.Decoded) string {
	var given []string
	for _, name := range []string{"email", "username", "token", "password"} {
		if d.Has(name) {
			given = append(given, name)
		}
	}
	return strings.Join(given, " ")
}
