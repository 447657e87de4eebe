package web

import (
	"context"
	"net/http"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/auth"
	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/value"
	"github.com/webhook-gateway/gateway/outbound"
)

// Webhook delivers the fields of a contact or an event to a receiver.
// webhook_fields.go evaluates the fields, webhook_url.go fills the URL.
type Webhook struct {
	url      expr.Of[string]
	method   string
	encoding string
	fields   []*webhookField
	throttle *throttle
	signer   auth.Signer
	requestFields
}

// The values of "encoding".
const (
	encodingForm = "form"
	encodingJSON = "json"
)

// Describe declares the fields, outputs and examples.
func (w *Webhook) Describe(s *schema.Spec) {
	w.method, w.encoding = http.MethodPost, encodingForm
	s.Doc = "Sends fields to a receiver of webhooks, such as a CRM. Each attempt carries the same `Idempotency-Key`; `action \"http\"` sends requests of any other form.\n\n" +
		"A field that is null or missing takes its `default`; without one it is left out. In a flow with a contact the field `email` is always sent.\n\n" +
		"With `POST` the body holds all fields. With `GET` the query does, but for those that the URL has by a placeholder. Each attempt sends the request once, as in action `http`."
	schema.Expr(s, &w.url, "url", "An absolute URL, or with a `connection` a path below its `base_url`. `__NAME__` in its path or query is replaced by the field that is sent under that name, percent-encoded. The action fails if such a field has no value. Write `%5F%5F` for two underscores that are not a placeholder. Values of the run in a template are percent-encoded as in action `http`, and are never read as placeholders.", schema.Required(), schema.URL(), schema.CredentialInURL())
	schema.Attr(s, &w.method, "method", "`POST`, or `GET` for the fields in the query.", schema.OneOf(http.MethodPost, http.MethodGet))
	schema.Attr(s, &w.encoding, "encoding", "The format of the body: `form` (`application/x-www-form-urlencoded`), in which a list repeats its name, or `json`, an object.", schema.OneOf(encodingForm, encodingJSON))
	schema.BlockFunc(s, "field", "A field that is sent.",
		schema.Block{Repeated: true, Labels: []string{"NAME"}, Spec: func() *schema.Spec { return schema.Describe(&webhookField{}) }}, w.addField)
	schema.Single(s, &w.throttle, "throttle", "At most one delivery per key and window, on all gateways that share a store. Inside the window the action succeeds, sends nothing and sets `throttled`. A failed delivery frees the window.")
	schema.Kinds(s, "sign", "Signs the request, so that the receiver can tell who sent it.", auth.Signers(),
		func(_ *hclsyntax.Block, signer auth.Signer) { w.signer = signer }, schema.Once())
	w.describeFields(s)
	s.Output("status", cty.Number, "The status, such as 200; null if the delivery was throttled.")
	s.Output("headers", cty.Map(cty.String), "The header fields, as in action `http`.")
	s.Output("body", cty.DynamicPseudoType, "The body, decoded by its type, as in action `http`.")
	s.Output("throttled", cty.Bool, "Whether `throttle` kept the request back.")
	s.Check(w.checkSettings)
	w.describeExamples(s)
}

func (w *Webhook) describeExamples(s *schema.Spec) {
	s.Example(schema.Example{
		Title: "Create a user in a CRM",
		HCL:   "url = \"https://api.example.com/users?email=__email__\"\nfield \"email\" {}\nfield \"first_name\" {\n  param   = \"vorname\"\n  default = \"Kunde\"\n}\nfield \"source\" { value = \"gateway\" }",
		Input: `{"email": "jörg+shop@example.com"}`,
		Want: `{
  "status": 201,
  "headers": {"Content-Length": "110", "Content-Type": "application/json"},
  "body": {"query": "jörg+shop@example.com", "form": "email=j%C3%B6rg%2Bshop%40example.com&source=gateway&vorname=Kunde"},
  "throttled": false
}`,
	})
	s.Example(schema.Example{
		Title: "Tell a partner, signed, and at most every six hours for each customer",
		HCL: "url      = \"https://api.example.com/events\"\nencoding = \"json\"\nfield \"customer\" {}\nfield \"total\" { value = webhook.body.order.total }\n" +
			"throttle {\n  key   = webhook.body.customer\n  every = \"6h\"\n}\nsign \"standard_webhooks\" { secret = secret.partner }",
		Input: `{"customer": "C-1", "order": {"total": 12.50}}`,
		Want:  `{"status": 204, "headers": {}, "body": null, "throttled": false}`,
	})
}

func (w *Webhook) checkSettings(c *schema.Context, d *schema.Decoded) hcl.Diagnostics {
	diags := w.checkFields(d)
	if d.Has("encoding") && w.method == http.MethodGet {
		diags = append(diags, d.Problem("encoding", "Encoding of nothing", "With GET there is no body: the fields become the query. Leave encoding out, or use POST."))
	}
	diags = append(diags, w.addEmailField(c, d)...)
	diags = append(diags, w.checkParams(d)...)
	diags = append(diags, c.CheckURL(d, "url")...)
	return append(diags, w.checkURL(d)...)
}

// Traits tells the engine how to treat the action.
func (w *Webhook) Traits() flow.Traits {
	return flow.Traits{Performs: true, Exchanges: true, Sends: wasSent, Restore: restoreHeaders, Stores: w.throttle != nil}
}

// Run does one attempt.
func (w *Webhook) Run(ctx context.Context, c *flow.Call) (any, error) {
	fields, err := w.evalFields(ctx, c)
	if err != nil {
		return nil, err
	}
	request, err := w.buildRequest(ctx, c, fields)
	if err != nil {
		return nil, err
	}
	window, err := w.throttle.takeWindow(ctx, c)
	if err != nil {
		return nil, err
	}
	if window.taken {
		return map[string]any{"status": nil, "headers": map[string]any{}, "body": nil, "throttled": true}, nil
	}
	answer, err := w.sendRequest(ctx, c, request, c.Step.Sensitive || w.url.IsSet() && w.url.Expr().Sensitive() || w.connection.mayRevealSecret())
	if err != nil {
		window.release(ctx)
		return nil, err
	}
	return &webhookOutput{newHTTPOutput(answer, parseContentType(answer.Header))}, nil
}

// buildRequest builds the request of one attempt.
func (w *Webhook) buildRequest(ctx context.Context, c *flow.Call, fields map[string]any) (*outbound.Request, error) {
	text, err := w.url.Eval(ctx, c)
	if err != nil {
		return nil, err
	}
	target, inURL, err := w.fillURL(text, fields)
	if err != nil {
		return nil, err
	}
	var body []byte
	contentType := ""
	if w.method == http.MethodGet {
		params, err := formValues(remainingFields(fields, inURL))
		if err != nil {
			return nil, w.fieldError(err)
		}
		addQuery(target, params)
	} else if body, contentType, err = w.encodeFields(fields); err != nil {
		return nil, err
	}
	r, err := w.newRequest(ctx, c, w.method, target, body, contentType)
	if err != nil || w.signer == nil {
		return r, err
	}
	set, err := w.signer.Sign(&auth.Outgoing{Header: r.Header, Body: body, Key: c.IdempotencyKey(), Now: c.Clock().Now()})
	if err != nil {
		return nil, &flow.Error{Class: flow.Invalid, Message: "the request can't be signed: " + err.Error()}
	}
	r.Sensitive = append(r.Sensitive, set...)
	return r, nil
}

// webhookOutput is the output of a delivery that was sent.
type webhookOutput struct{ http *httpOutput }

var _ value.Sized = (*webhookOutput)(nil)

// Size returns about how many bytes the output takes.
func (a *webhookOutput) Size() int64 { return a.http.Size() }

// Get returns one output.
func (a *webhookOutput) Get(name string) (any, bool) {
	switch name {
	case "throttled":
		return false, true
	case "status", "headers", "body":
		return a.http.Get(name)
	}
	return nil, false
}

// Map returns all outputs as plain values.
func (a *webhookOutput) Map() map[string]any {
	return map[string]any{"status": a.http.status, "headers": a.http.headers.Map(), "body": a.http.body(), "throttled": false}
}

// wasSent reports whether no throttle held the delivery back.
func wasSent(outputs any) bool {
	members, _ := outputs.(map[string]any)
	held, _ := members["throttled"].(bool)
	return !held
}
