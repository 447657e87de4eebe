package triggers

import (
	"context"
	"net/http"
	"net/netip"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/webhook-gateway/gateway/auth"
	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/triggers/input"
)

// The modes of an endpoint.
const (
	modeAsync = "async"
	modeSync  = "sync"
)

// knownMethods are the methods that requests to an endpoint may have.
func knownMethods() []string {
	return []string{
		http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut,
		http.MethodPatch, http.MethodDelete, http.MethodOptions,
	}
}

// defaultTimeout is how long a caller waits for a sync run.
const defaultTimeout = 30 * time.Second

// webhook starts a run for each HTTP request that it lets in.
type webhook struct {
	queue

	auths []auth.Kind

	path         string
	rotate       int
	methods      []string
	contentTypes []string
	mode         string
	allowIPs     []string
	strict       bool
	timeout      time.Duration
	variables    []*input.Variable
	checks       []auth.Check
	response     *response
	dedupe       *dedupe
	orderBy      expr.Of[string]

	route   route
	pathErr error
	at      hcl.Range    // of the path, or of the trigger
	early   auth.Policy  // checks that need no body
	late    auth.Policy  // those that do
	ranges  []mediaRange // body types that are accepted
	accept  string       // the same for a header
	allowed []netip.Prefix
	index   map[string]int    // variables by name
	known   *input.MemberTree // the members of the body that have a name; nil unless strict
}

// Describe declares the block.
func (w *webhook) Describe(s *schema.Spec) {
	w.rotate, w.methods, w.contentTypes = 1, []string{http.MethodPost}, []string{"json"}
	w.mode, w.timeout, w.index = modeAsync, defaultTimeout, map[string]int{}
	s.Doc = "Starts a run for each request that comes in. A request is let in by its address, its credentials, its type and its values, in this order; see the table of answers for what a caller gets otherwise."
	schema.Attr(s, &w.path, "path", "Where the endpoint is reached: segments that are literal or `{name}`, which `webhook.path.name` reads. There is no slash at the end, and percent escapes mean what they stand for. Left out, the gateway makes a path that can't be guessed and stays the same.")
	schema.Attr(s, &w.rotate, "rotate", "A greater number changes the path that the gateway makes.")
	schema.Attr(s, &w.methods, "methods", "The methods that are accepted; any other gets 405.",
		schema.OneOf(knownMethods()...))
	schema.Attr(s, &w.contentTypes, "content_types", "The types of bodies that are accepted; any other gets 415. `json` stands for `application/json` and `application/*+json`, `form` for `application/x-www-form-urlencoded`, `multipart` for `multipart/form-data`, `xml` for `application/xml`, `text/xml` and `application/*+xml`, `text` for `text/plain`. Any other is written out, such as `text/csv` or `image/*`; what is neither text nor one of the above leaves `webhook.body` null and is read as `webhook.raw`. A body without a type is taken for JSON where JSON is accepted, and a request without a body has no type.")
	schema.Attr(s, &w.mode, "mode", "`async`: the run is stored, the caller is answered, and the run starts in the background. `sync`: the caller waits for the run.", schema.OneOf(modeAsync, modeSync))
	s.Then(w.knowRequest)
	schema.BlockFunc(s, "variable", "A value of the request, checked before a run starts and read as `webhook.NAME`.",
		schema.Block{Repeated: true, Labels: []string{"NAME"}, Spec: func() *schema.Spec { return schema.Describe(input.ForRequest()) }}, w.addVariable)
	s.Then(w.knowVariables)
	schema.Kinds(s, "auth", "A way to let callers in. Of several any one is enough; without any everybody is let in.", w.auths,
		func(_ *hclsyntax.Block, c auth.Check) { w.checks = append(w.checks, c) })
	schema.Attr(s, &w.allowIPs, "allow_ips", "The addresses and networks (CIDR) that requests may come from; any other gets 403. Left out, all may.")
	schema.Attr(s, &w.strict, "strict", "`true` refuses members of the body that no variable names, to the depth of what the variables' types say.")
	schema.Attr(s, &w.timeout, "timeout", "sync: how long the caller waits; then it gets 504.")
	schema.Single(s, &w.response, "response", "async: what goes back at once. sync: what goes back where no action `respond` was reached. Left out: 200 and `ok`.")
	w.describeQueue(s)
	w.describeLater(s)
	w.describeExamples(s)
	s.Check(w.check)
}

func (w *webhook) describeLater(s *schema.Spec) {
	schema.Later(s, "rate_limit", "Bounds how many requests may come.", "until then limit requests in front of the gateway.", true)
	schema.Later(s, "challenge", "Answers a provider's registration handshake.", "until then answer it with action \"branch\" and action \"respond\".", true)
}

func (w *webhook) describeExamples(s *schema.Spec) {
	s.Example(schema.Example{
		Title: "Take orders, and answer when they are done",
		HCL: `trigger "webhook" {
  path = "/orders/{region}"
  mode = "sync"

  variable "order_id" {
    type = string
  }
  variable "total" {
    type = number
    min  = 0
  }
  variable "items" {
    type = list(object({ sku = string, qty = number }))
    min  = 1
  }
}`,
		Input: `{"order_id": "A-1", "total": 12.5, "items": [{"sku": "LAMP-01", "qty": 1}]}`,
	})
	s.Example(backgroundExample())
	s.Example(schema.Example{
		Title: "Take a form, with a value from a header",
		HCL: `trigger "webhook" {
  path          = "/contact"
  mode          = "sync"
  content_types = ["form", "json"]

  variable "email" {
    type   = string
    format = "email"
  }
  variable "request_id" {
    type     = string
    from     = webhook.headers["X-Request-Id"]
    required = false
  }
  response {
    status = 202
    json   = { received = webhook.email }
  }
}`,
		Input: `{"email": "jane@example.com"}`,
	})
}

// response is the answer that the trigger itself gives.
type response struct {
	reply flow.Reply
}

// Describe declares the block.
func (r *response) Describe(s *schema.Spec) {
	s.Doc = "The answer to the caller."
	r.reply.DescribeReply(s)
}

// Parts gives the endpoint.
func (w *webhook) Parts(string) flow.Parts {
	return flow.Parts{
		HTTP: &flow.HTTPPart{
			Endpoint:     w,
			Route:        flow.Route{Path: w.route.pattern, Rotate: w.rotate, Methods: w.methods, Range: w.at},
			Async:        w.isAsync(),
			Timeout:      w.timeout,
			NeedsRespond: w.response == nil && !w.isAsync(),
		},
		Codec: w, Queue: w.limits(),
	}
}

// Reply is what goes back where no respond was reached.
func (w *webhook) Reply(ctx context.Context, env expr.Env) (*flow.Response, error) {
	if w.response != nil {
		return w.response.reply.Build(ctx, env, http.StatusOK)
	}
	return &flow.Response{
		Status: http.StatusOK,
		Header: http.Header{"Content-Type": {"text/plain; charset=utf-8"}},
		Body:   []byte("ok"),
	}, nil
}

// backgroundExample is an async trigger with what only such a one has.
func backgroundExample() schema.Example {
	return schema.Example{
		Title: "Take orders of one shop in the background, each once, those of a customer one after another",
		HCL: `trigger "webhook" {
  path     = "/orders"
  order_by = webhook.customer

  auth "basic" {
    username = "shop"
    password = secret.shop_password
  }
  variable "order_id" {
    type = string
  }
  variable "customer" {
    type = string
  }
  dedupe {
    key = webhook.order_id
    ttl = "7d"
  }
  response {
    status = 202
    json   = { accepted = webhook.order_id }
  }
}`,
		Input: `{"order_id": "A-1", "customer": "C-1"}`,
	}
}
