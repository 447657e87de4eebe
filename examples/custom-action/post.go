package main

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/actions/web"
	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/outbound"
)

// post sends a text to a URL. Its requests go through the guard of package
// outbound, so that flows reach only what the gateway's egress allows.
type post struct {
	url  expr.Of[string]
	text expr.Of[string]

	client *outbound.Client // set by Open
}

// Describe declares the fields.
func (p *post) Describe(s *schema.Spec) {
	s.Doc = "Posts a text to a URL."
	schema.Expr(s, &p.url, "url", "The absolute URL.", schema.Required())
	schema.Expr(s, &p.text, "text", "The text.", schema.Required())
	s.Output("status", cty.Number, "The status of the response.")
	s.Example(schema.Example{
		Title: "Tell a service about an order",
		HCL:   "url  = \"https://api.example.com/notes\"\ntext = \"order ${webhook.body.order}\"",
		Input: `{"order": "A-1"}`,
	})
}

// Traits says that the action has an effect outside.
func (*post) Traits() flow.Traits { return flow.Traits{} }

// Open makes the client. All actions with the same egress share it, and it
// stays open across a reload.
func (p *post) Open(r *flow.Resources) error {
	egress := slices.Sorted(slices.Values(r.Settings.Egress))
	var err error
	p.client, err = flow.Resource(r, "post\n"+strings.Join(egress, "\n"), func() (*outbound.Client, func(), error) {
		policy, err := outbound.ParsePolicy(egress)
		if err != nil {
			return nil, nil, err
		}
		client := outbound.New(outbound.Options{Policy: policy, UserAgent: "custom-action"})
		return client, client.CloseIdle, nil
	})
	return err
}

// Run does one attempt.
func (p *post) Run(ctx context.Context, c *flow.Call) (any, error) {
	target, err := p.url.Eval(ctx, c)
	if err != nil {
		return nil, err
	}
	text, err := p.text.Eval(ctx, c)
	if err != nil {
		return nil, err
	}
	response, err := p.client.Do(ctx, &outbound.Request{
		Method: http.MethodPost, URL: target, Body: []byte(text),
		Header: http.Header{"Content-Type": {"text/plain; charset=utf-8"}, "Idempotency-Key": {c.IdempotencyKey()}},
	})
	if err != nil {
		return nil, web.TransportFailure(err, c.Step.Sensitive || p.url.Expr().Sensitive())
	}
	if e := web.TemporaryStatus(response, c.Clock().Now()); e != nil {
		e.Message = fmt.Sprintf("the service answered %d", response.Status)
		return nil, e
	}
	if response.Status >= http.StatusMultipleChoices {
		return nil, &flow.Error{Class: flow.Permanent, Remote: true, Message: fmt.Sprintf("the service answered %d", response.Status)}
	}
	return map[string]any{"status": response.Status}, nil
}
