// Package web holds the actions "http" and "webhook" and the connection
// "http". Its client, credentials and errors also serve other kinds that speak
// HTTP, such as those of packages jira and slack.
package web

import (
	"context"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
)

// HTTP sends an HTTP request. http_request.go builds the request,
// http_output.go reads the response.
type HTTP struct {
	url    expr.Of[string]
	method expr.Of[string]
	query  expr.Of[map[string]any]
	body   httpBody
	requestFields
}

// Describe declares the fields, outputs and examples.
func (h *HTTP) Describe(s *schema.Spec) {
	s.Doc = "Sends an HTTP request. Each attempt carries the same `Idempotency-Key`, the run's id and the action's name, and a `User-Agent`, unless `headers` says otherwise.\n\n" +
		"`body` depends on the type of the response. JSON (`application/json`, `…+json`) and forms are decoded values. XML (`application/xml`, `text/xml`, `…+xml`) is an object in which `@` begins the names of attributes and `#text` holds the text. Text (`text/…`, or no type at all) is a string. Other types are a string of base64. Compressed bodies (`gzip`, `deflate`, `br`, `zstd`) are decompressed, and text in other encodings than UTF-8 is converted: by its byte order mark, the `charset` of the type or the XML declaration. An answer in an encoding that the gateway does not know fails the action. If the body does not match its type, or JSON, a form or XML is empty, `body` is null; `text` is always set.\n\n" +
		"An answer whose status is not in `success` fails the action; 408, 429 and 5xx may be tried again by `retry`. Each attempt sends the request once: if the connection is lost after the first byte, the attempt fails with the reason `connect`, and its message says that the request may have arrived. Only a request of which no byte was sent, or that an HTTP/2 server refused unprocessed, goes out on another connection. Redirects are further requests of the same attempt. Private addresses are refused unless the gateway's `egress` names them."
	schema.Expr(s, &h.url, "url", "An absolute URL. With a `connection` also a path below its `base_url`, which is the default. In a template such as `https://api.example.com/users/${webhook.id}` a value of the run is percent-encoded, so that it stays in its segment of the path or in the query; a segment that becomes empty, `.` or `..` fails the action. `urlpath` keeps slashes, `urlencode` is not encoded again, and `unescaped` keeps a value unchanged. `local`, `env`, `secret` and `connection` are never encoded. A template that begins with a value of the run takes that value as an absolute URL, and an expression that is no template stays as it is.", schema.URL(), schema.CredentialInURL())
	schema.Expr(s, &h.method, "method", "The method, in capital letters. The default is `GET`, or `POST` with a body.")
	schema.Expr(s, &h.query, "query", "Parameters for the URL's query, percent-encoded. A list repeats its name, a null is left out.", schema.CredentialMembers())
	h.body.describeFields(s)
	h.describeFields(s)
	h.describeOutputs(s)
	s.Check(h.checkSettings)
	h.describeExamples(s)
}

func (h *HTTP) describeOutputs(s *schema.Spec) {
	s.Output("status", cty.Number, "The status, such as 200.")
	s.Output("headers", cty.Map(cty.String), "The header fields. Names are looked up without regard to case; `for` and `keys` list them as in `Content-Type`. Values of a repeated field are joined by commas, those of `Set-Cookie` by line breaks.")
	s.Output("body", cty.DynamicPseudoType, "The body, decoded by its type.")
	s.Output("text", cty.String, "The body as text. Bytes that are not valid text become the character U+FFFD.")
}

func (h *HTTP) describeExamples(s *schema.Spec) {
	s.Example(schema.Example{
		Title: "Ask a service",
		HCL:   "url   = \"https://api.example.com/stock\"\nquery = { sku = webhook.body.sku }",
		Input: `{"sku": "L-1 & more"}`,
		Want: `{
  "status": 200,
  "headers": {"Content-Length": "31", "Content-Type": "application/json"},
  "body": {"sku": "L-1 & more", "stock": 3},
  "text": "{\"sku\":\"L-1 & more\",\"stock\":3}\n"
}`,
	})
	s.Example(schema.Example{
		Title: "Send JSON, and try again after temporary failures",
		HCL:   "url     = \"https://api.example.com/orders\"\nheaders = { X-Shop = \"lamps\" }\njson = {\n  order = webhook.body.order\n  total = webhook.body.total\n}\nsuccess = \"200-299,409\"\nretry { attempts = 5 }",
		Input: `{"order": "A-1", "total": 12.50}`,
		Want: `{
  "status": 201,
  "headers": {"Content-Length": "16", "Content-Type": "application/json"},
  "body": {"order": "A-1"},
  "text": "{\"order\":\"A-1\"}\n"
}`,
	})
	s.Example(schema.Example{
		Title: "Pass an uploaded file on",
		HCL:   "url = \"https://api.example.com/uploads\"\nmultipart {\n  part \"title\" { value = webhook.body.title }\n  part \"file\" {\n    content_base64 = webhook.body.file.content\n    filename       = webhook.body.file.filename\n    content_type   = webhook.body.file.content_type\n  }\n}",
		Input: `{"title": "Grüße", "file": {"filename": "a.jpg", "content_type": "image/jpeg", "content": "/9j/4A=="}}`,
		Want:  `{"status": 204, "headers": {}, "body": null, "text": ""}`,
	})
	s.Example(schema.Example{
		Title: "Use a connection",
		HCL:   "connection = connection.http.shop\nurl        = \"/orders/${webhook.body.order}\"\nmethod     = \"DELETE\"",
		Input: `{"order": "A-1"}`,
		Want:  `{"status": 204, "headers": {}, "body": null, "text": ""}`,
	})
}

func (h *HTTP) checkSettings(c *schema.Context, d *schema.Decoded) hcl.Diagnostics {
	diags := h.body.checkAttributes(d)
	if headers, ok := h.headers.Constant(); ok && h.body.multipart != nil {
		for name := range headers {
			if strings.EqualFold(name, "Content-Type") {
				diags = append(diags, d.Problem("headers", "Type of a multipart body", "The type of the body names the boundary between its parts, and the gateway writes it. Leave Content-Type out."))
			}
		}
	}
	diags = append(diags, h.checkFields(d)...)
	if method, ok := h.method.Constant(); ok {
		if err := checkMethod(method); err != nil {
			diags = append(diags, d.Problem("method", "Wrong method", diag.Sentence(err)))
		}
	}
	if query, ok := h.query.Constant(); ok {
		if _, err := formValues(query); err != nil {
			diags = append(diags, d.Problem("query", "Wrong query", diag.Sentence(err)))
		}
	}
	diags = append(diags, c.CheckURL(d, "url")...)
	return append(diags, h.checkURL(d)...)
}

func (h *HTTP) checkURL(d *schema.Decoded) hcl.Diagnostics {
	if d.Has("connection") && !h.connection.hasBaseURL() {
		return nil // the connection has findings of its own
	}
	text, fixed := h.url.Constant()
	if !fixed && (h.url.IsSet() || h.connection != nil) {
		return h.checkSamples(d)
	}
	if !h.url.IsSet() && h.connection == nil {
		return hcl.Diagnostics{d.Problem("url", "Missing attribute", `"url" is required, unless there is a connection.`)}
	}
	if _, err := h.connection.resolveURL(text); err != nil {
		return hcl.Diagnostics{d.Problem("url", "Wrong URL", diag.Sentence(err))}
	}
	return nil
}

// checkSamples finds URLs that are wrong with any value of a run.
func (h *HTTP) checkSamples(d *schema.Decoded) hcl.Diagnostics {
	if !h.url.IsSet() {
		return nil
	}
	for _, sample := range h.url.Expr().URLSamples() {
		if _, err := h.connection.resolveEncodedURL(sample); err != nil {
			return hcl.Diagnostics{d.Problem("url", "Wrong URL", diag.Sentence(err))}
		}
	}
	return nil
}

// Traits tells the engine how to treat the action.
func (*HTTP) Traits() flow.Traits {
	return flow.Traits{Performs: true, Exchanges: true, Prompt: true, Restore: restoreHeaders}
}

// Run does one attempt.
func (h *HTTP) Run(ctx context.Context, c *flow.Call) (any, error) {
	request, err := h.buildRequest(ctx, c)
	if err != nil {
		return nil, err
	}
	answer, err := h.sendRequest(ctx, c, request, h.mayRevealSecret(c))
	if err != nil {
		return nil, err
	}
	kind := parseContentType(answer.Header)
	if err := checkEncoding(answer, kind); err != nil {
		return nil, &flow.Error{Class: flow.Permanent, Remote: true, Message: err.Error(), Err: err, Exchange: newExchange(request, answer, h.mayRevealSecret(c))}
	}
	return newHTTPOutput(answer, kind), nil
}

// mayRevealSecret reports whether even the server's name is a secret.
func (h *HTTP) mayRevealSecret(c *flow.Call) bool {
	return c.Step.Sensitive || h.url.IsSet() && h.url.Expr().Sensitive() || h.connection.mayRevealSecret()
}
