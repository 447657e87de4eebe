package web

import (
	"encoding/base64"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/outbound"
)

// Connection is an HTTP server and the credentials for it. A nil Connection is
// an action without one.
type Connection struct {
	baseURL string
	headers map[string]string
	Basic   *Basic
	Bearer  *Bearer
	header  *namedCredential
	query   *namedCredential
	TLS     *TLS

	Base      *url.URL // baseURL, parsed; nil if it has findings
	SecretURL bool     // base_url reads a secret
}

// Basic are the credentials of HTTP Basic authentication (RFC 7617).
type Basic struct{ Username, Password string }

// Bearer is the token of an Authorization header (RFC 6750).
type Bearer struct{ Token string }

type namedCredential struct{ name, value string }

// Describe declares the attributes and examples.
func (n *Connection) Describe(s *schema.Spec) {
	s.Doc = "An HTTP server, and the credentials that its users share. They go to this server only: to its scheme, host and port."
	schema.Attr(s, &n.baseURL, "base_url", "The base of an action's `url` that is a path.", schema.Required(), schema.Secret())
	schema.Attr(s, &n.headers, "headers", "Header fields of every request.", schema.Secret(), schema.CredentialMembers())
	schema.Single(s, &n.Basic, "basic", "Authenticates by user name and password (RFC 7617).")
	schema.Single(s, &n.Bearer, "bearer", "Authenticates by a token (RFC 6750).")
	schema.Single(s, &n.header, "header", "Authenticates by a header field.")
	schema.Single(s, &n.query, "query", "Authenticates by a parameter in the query. Servers often log query parameters; prefer another way if there is one.")
	schema.Single(s, &n.TLS, "tls", "A certificate authority or a client certificate of its own.")
	s.Check(n.checkSettings)
	s.Example(schema.Example{
		Title: "A service with a token",
		HCL:   "base_url = \"https://api.example.com/v2\"\nbearer { token = secret.shop_token }",
	})
	s.Example(schema.Example{
		Title: "An internal server with a certificate authority of its own",
		HCL:   "base_url = \"https://warehouse.internal\"\nheaders  = { X-Client = \"gateway\" }\nbasic {\n  username = \"shop\"\n  password = secret.shop_password\n}\ntls { ca = file(\"warehouse-ca.pem\") }",
	})
}

// Describe declares the block.
func (b *Basic) Describe(s *schema.Spec) {
	s.Doc = "Sent as `Authorization: Basic …`."
	schema.Attr(s, &b.Username, "username", "The user's name, without a colon.", schema.Required(), schema.Secret())
	schema.Attr(s, &b.Password, "password", "The password.", schema.Required(), schema.Credential())
	s.Check(func(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics {
		if strings.Contains(b.Username, ":") {
			return hcl.Diagnostics{d.Problem("username", "Wrong user name", "A user name has no colon, because a colon ends the name in the header.")}
		}
		return nil
	})
}

// Describe declares the block.
func (b *Bearer) Describe(s *schema.Spec) {
	s.Doc = "Sent as `Authorization: Bearer …`."
	schema.Attr(s, &b.Token, "token", "The token.", schema.Required(), schema.Credential())
	s.Check(func(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics {
		return checkCredential(d, "token", "Authorization", b.Token)
	})
}

// Describe declares the block.
func (n *namedCredential) Describe(s *schema.Spec) {
	s.Doc = "A credential under a name."
	schema.Attr(s, &n.name, "name", "Its name.", schema.Required())
	schema.Attr(s, &n.value, "value", "The credential.", schema.Required(), schema.Credential())
}

func checkCredential(d *schema.Decoded, attr, name, text string) hcl.Diagnostics {
	if err := flow.CheckHeader(name, text); err != nil {
		return hcl.Diagnostics{d.Problem(attr, "Wrong header", diag.Sentence(err))}
	}
	return nil
}

func (n *Connection) checkSettings(c *schema.Context, d *schema.Decoded) hcl.Diagnostics {
	var diags hcl.Diagnostics
	base, err := ParseBaseURL(n.baseURL)
	if err != nil {
		diags = append(diags, d.Problem("base_url", "Wrong URL", diag.Sentence(err)))
	}
	for _, name := range slices.Sorted(maps.Keys(n.headers)) {
		if err := flow.CheckHeader(name, n.headers[name]); err != nil {
			diags = append(diags, d.Problem("headers", "Wrong header", diag.Sentence(err)))
		}
	}
	ways := 0
	for _, in := range d.Block.Body.Blocks {
		if in.Type == "tls" {
			continue
		}
		if ways++; ways == 2 {
			diags = append(diags, diag.Error(in.DefRange(), "Two credentials", `A connection has one of "basic", "bearer", "header" and "query". Write further credentials into "headers".`))
		}
	}
	if n.header != nil {
		diags = append(diags, checkCredential(d, "header", n.header.name, n.header.value)...)
	}
	if err == nil && n.TLS != nil && base.Scheme != "https" {
		diags = append(diags, d.Problem("base_url", "TLS without https", `The tls block has no effect on http://: write "https://" or leave the block out.`))
	}
	if e, _ := expr.Compile(d.Expr("base_url"), c.Scope, cty.String); e != nil {
		n.SecretURL = e.Sensitive()
	}
	n.Base = base
	return append(diags, c.CheckURL(d, "base_url")...)
}

// hasCredentials reports whether the connection holds anything that another
// server must not see.
func (n *Connection) hasCredentials() bool {
	return n.Basic != nil || n.Bearer != nil || n.header != nil || n.query != nil || n.TLS != nil || len(n.headers) > 0
}

// addCredentials adds the connection's headers and credentials to a request to
// its own server, and marks them as sensitive: they are not sent on to another
// server after a redirect.
func (n *Connection) addCredentials(r *outbound.Request) {
	set := func(name, text string) {
		r.Header.Set(name, text)
		r.Sensitive = append(r.Sensitive, name)
	}
	for _, name := range slices.Sorted(maps.Keys(n.headers)) {
		set(name, n.headers[name])
	}
	switch {
	case n.Basic != nil:
		pair := n.Basic.Username + ":" + n.Basic.Password
		set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(pair)))
	case n.Bearer != nil:
		set("Authorization", "Bearer "+n.Bearer.Token)
	case n.header != nil:
		set(n.header.name, n.header.value)
	case n.query != nil:
		target, err := url.Parse(r.URL)
		if err != nil {
			return // the client reports the error
		}
		addQuery(target, url.Values{n.query.name: {n.query.value}})
		r.URL = target.String()
	}
}
