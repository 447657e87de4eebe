package triggers

import (
	"context"
	"net/http"
	"net/netip"
	"slices"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/auth"
	"github.com/webhook-gateway/gateway/auth/challenge"
	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/value"
	"github.com/webhook-gateway/gateway/triggers/input"
)

// The modes of an endpoint.
const (
	modeAsync = "async"
	modeSync  = "sync"
)

// knownMethods returns the methods that an endpoint may accept.
func knownMethods() []string {
	return []string{
		http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut,
		http.MethodPatch, http.MethodDelete, http.MethodOptions,
	}
}

// defaultTimeout is the time that a caller waits for a sync run.
const defaultTimeout = 30 * time.Second

// maxMaxBody is the largest max_body, the same as that of limits.body.
const maxMaxBody = 1 << 30

// webhook starts a run for each HTTP request that it accepts.
type webhook struct {
	queue

	auths          []auth.Kind
	challengeKinds []challenge.Kind

	path         string
	rotate       int
	methods      []string
	contentTypes []string
	maxBody      expr.Size // 0 for limits.body
	mode         string
	allowIPs     []string
	strict       bool
	timeout      time.Duration
	when         expr.Of[bool]
	variables    []*input.Variable
	checks       []auth.Check
	written      []writtenCheck // the same, as the file has them
	challenges   []namedChallenge
	unauthorized *unauthorized
	response     *response
	dedupe       *dedupe
	orderBy      expr.Of[string]
	forward      []string

	route    route
	pathErr  error
	declared func() cty.Type // of webhook; nil before and after the flow is compiled
	at       hcl.Range       // of the path, or of the trigger
	early    auth.Policy     // checks that need no body
	late     auth.Policy     // checks that read the body
	ranges   []mediaRange    // accepted types of bodies
	accept   string          // ranges as the value of a header
	allowed  []netip.Prefix
	// signedURL lists the places of the checks whose signature covers the URL.
	signedURL []hcl.Range
	// clientCertificates lists the places of the checks that need one.
	clientCertificates []hcl.Range
	reads              []expr.Reader     // of the trigger's own expressions
	secrets            credentialNames   // set by checkSettings
	index              map[string]int    // variables by name
	known              *input.MemberTree // the named members of the body; nil unless strict
	needed             *value.Parts      // of JSON bodies; nil for all

	cors       *cors
	rateLimit  *rateLimit
	allowIPsAt *hcl.Range // nil if all addresses are accepted
}

// Describe declares the block.
func (w *webhook) Describe(s *schema.Spec) {
	w.rotate, w.methods, w.contentTypes = 1, []string{http.MethodPost}, []string{"json"}
	w.mode, w.timeout, w.index = modeAsync, defaultTimeout, map[string]int{}
	s.Doc = "Starts a run for each accepted request. The trigger answers challenges of providers, and checks the address, the credentials, the type, the condition and the values of a request, in this order; the table of answers lists the responses to refused requests."
	schema.Attr(s, &w.path, "path", "The path of the endpoint. A segment is literal text or a placeholder `{name}`, which the flow reads as `webhook.path.name`. The path has no slash at the end, and percent escapes are decoded. By default the gateway derives a stable path that can't be guessed.")
	schema.Attr(s, &w.rotate, "rotate", "Increase this number to change the path that the gateway derives.")
	schema.Attr(s, &w.methods, "methods", "The accepted methods; another method gets 405. `HEAD` and `OPTIONS` that are not listed are answered without a run, see the page of answers.",
		schema.OneOf(knownMethods()...))
	schema.Attr(s, &w.contentTypes, "content_types", "The accepted types of bodies; another type gets 415. `json` stands for `application/json`, `text/json` and `application/*+json`, `form` for `application/x-www-form-urlencoded`, `multipart` for `multipart/form-data`, `xml` for `application/xml`, `text/xml` and `application/*+xml`, `text` for `text/plain`. Write other types in full, such as `text/csv` or `image/*`. If a type is neither text nor one of the above, `webhook.body` is null and the flow reads `webhook.raw`. A body without a type is read as JSON if JSON is accepted. A request without a body needs no type.")
	schema.Attr(s, &w.maxBody, "max_body", "The largest body of a request to this flow, compressed or not, such as `5MiB`; from 1B to 1GiB. A larger one gets 413. By default `limits.body` of the `gateway` block.")
	schema.Attr(s, &w.mode, "mode", "`async`: the run is stored, the caller is answered, and the run starts in the background. `sync`: the caller waits for the run.", schema.OneOf(modeAsync, modeSync))
	s.Then(w.declareRequest)
	schema.BlockFunc(s, "variable", "A value of the request, checked before a run starts and read as `webhook.NAME`.",
		schema.Block{Repeated: true, Labels: []string{"NAME"}, Spec: func() *schema.Spec { return schema.Describe(input.ForRequest()) }}, w.addVariable)
	s.Then(w.declareVariables)
	schema.Kinds(s, "auth", "A check of the caller. If there are several blocks, a caller needs to pass one of them; without a block each caller is accepted.", w.auths,
		w.addCheck)
	schema.Kinds(s, "challenge", "Answers the requests with which a provider makes sure that the endpoint is yours, before it sends events. They start no run, need no variable, and are checked by no `when` and no `dedupe`. A challenge also answers `GET`, `HEAD` and `OPTIONS` of an endpoint that does not list them in `methods`.", w.challengeKinds, w.addChallenge)
	schema.Single(s, &w.unauthorized, "unauthorized", "The answer to callers that no `auth` block accepts.")
	s.Then(w.declareVariables) // with the type of webhook.auth
	s.Then(w.observeReads)
	w.describeWhen(s)
	schema.Attr(s, &w.forward, "forward", "sync: header fields that prove who the caller is, such as `Authorization`, and that the flow sends on. `headers` of the actions `http` and `webhook` may read them as `webhook.headers[\"Authorization\"]`, and nothing else may. They are in no record, and missing after `respond` with `then = \"continue\"`.")
	schema.Attr(s, &w.allowIPs, "allow_ips", "The addresses and networks (CIDR) from which requests are accepted; another address gets 403. By default all are accepted. Behind a proxy, set `trusted_proxies` in the `gateway` block: otherwise each request has the address of the proxy.")
	schema.Attr(s, &w.strict, "strict", "`true` refuses members of the body that neither a variable nor its type names.")
	schema.Attr(s, &w.timeout, "timeout", "sync: the time that the caller waits. After it the caller gets 504.")
	schema.Single(s, &w.response, "response", "async: the immediate response. sync: the response if the run reaches no action `respond`. By default 200 and `ok`.")
	w.describeQueue(s)
	schema.Single(s, &w.cors, "cors", "Lets scripts of web pages send requests to the endpoint.")
	w.describeExamples(s)
	s.Check(w.checkSettings)
}

func (w *webhook) describeExamples(s *schema.Spec) {
	s.Example(schema.Example{
		Title: "Accept orders and respond when they are processed",
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
		Title: "Accept a form with optional fields, and a value from a header",
		HCL: `trigger "webhook" {
  path          = "/contact"
  mode          = "sync"
  content_types = ["form", "json"]

  variable "email" {
    type   = string
    format = "email"
  }
  variable "seats" {
    type    = number # a field that was left empty has the default
    default = 1
  }
  variable "newsletter" {
    type    = bool # a checkbox sends "on", or nothing
    default = false
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
	s.Example(openExample())
	s.Example(formTextExample())
	s.Example(plainTextExample())
	s.Example(sensitiveExample())
}

func formTextExample() schema.Example {
	return schema.Example{
		Title: "Read JSON that a sender puts into a field of a form, as GitHub can",
		HCL: `trigger "webhook" {
  path          = "/push"
  mode          = "sync"
  content_types = ["form"]

  variable "ref" {
    type = string
    from = jsondecode(webhook.body.payload).ref
  }
  variable "commits" {
    type = list(object({ id = string }))
    from = jsondecode(webhook.body.payload).commits
  }
}`,
		Input: `{"payload": "{\"ref\": \"refs/heads/main\", \"commits\": [{\"id\": \"2f1c\"}]}"}`,
	}
}

func plainTextExample() schema.Example {
	return schema.Example{
		Title: "Read JSON that comes as text/plain, with JSON in one of its members, as Amazon SNS sends it",
		HCL: `trigger "webhook" {
  path          = "/notifications"
  mode          = "sync"
  content_types = ["text"]

  variable "topic" {
    type = string
    from = jsondecode(webhook.raw).TopicArn
  }
  variable "order_id" {
    type = string
    from = jsondecode(jsondecode(webhook.raw).Message).order_id
  }
}`,
		Input: `"{\"TopicArn\": \"arn:aws:sns:eu-central-1:1:orders\", \"Message\": \"{\\\"order_id\\\": \\\"A-1\\\"}\"}"`,
	}
}

// response is the configured response of the trigger.
type response struct {
	reply flow.Reply
}

// Describe declares the block.
func (r *response) Describe(s *schema.Spec) {
	s.Doc = "The response to the caller."
	r.reply.DescribeReply(s)
}

// Parts gives the endpoint.
func (w *webhook) Parts(string) flow.Parts {
	return flow.Parts{
		HTTP: &flow.HTTPPart{
			Endpoint:     w,
			Route:        flow.Route{Path: w.route.pattern, Rotate: w.rotate, Methods: w.methods, ChallengeMethods: w.challengeMethods(), Range: w.at},
			Challenge:    w.Challenge,
			Imitate:      w.imitate,
			Example:      w.fillExample,
			Async:        w.isAsync(),
			Timeout:      w.timeout,
			Computes:     w.computes(),
			Dedupes:      w.dedupe != nil,
			Auth:         w.authKinds(),
			AuthRefusal:  w.unauthorizedStatus(),
			ReadsKeys:    slices.ContainsFunc(w.checks, auth.ReadsKeys),
			Handshakes:   len(w.handshakeSenders()) > 0,
			MaxBody:      int64(w.maxBody),
			HidesPath:    slices.ContainsFunc(w.variables, isSensitiveSegment),
			SignedURL:    w.signedURL,
			SignsTexts:   w.signsTexts(),
			ChecksBodies: w.checksBodies(),
			ClientCerts:  w.clientCertificates,
			AllowsIPs:    w.allowIPsAt, CountsAddress: w.rateLimit != nil && !w.rateLimit.key.IsSet(),
			CORS:         w.corsSettings(),
			NeedsRespond: w.response == nil && !w.isAsync(),
		},
		Codec: anyCodec{w}, Queue: w.limits(), Credential: w.secrets.check, Inputs: w.inputs,
		Sensitive: findSensitive(webhookRoot, []string{"body"}, w.variables, holdsVariable), Reads: w.reads, TakeReads: w.takeReads,
	}
}

func (w *webhook) inputs() []flow.Input {
	return inputsOf(w.variables, acceptsType(w.ranges, "application", "json"))
}

// computes reports whether the response or the keys may take long to compute.
func (w *webhook) computes() bool {
	keys := []*expr.Expr{w.orderBy.Expr(), w.when.Expr()}
	if w.rateLimit != nil {
		keys = append(keys, w.rateLimit.key.Expr())
	}
	if w.dedupe != nil {
		keys = append(keys, w.dedupe.key.Expr())
	}
	return flow.AnyComputes(keys...) || w.response != nil && w.response.reply.Computes()
}

// Reply returns the response of a run that reached no respond.
func (w *webhook) Reply(ctx context.Context, env expr.Env) (*flow.Response, error) {
	if w.response != nil {
		return w.response.reply.Build(ctx, env, http.StatusOK)
	}
	if w.answersWithoutBody() {
		return &flow.Response{Status: http.StatusOK}, nil
	}
	return &flow.Response{
		Status: http.StatusOK,
		Header: http.Header{"Content-Type": {"text/plain; charset=utf-8"}},
		Body:   []byte("ok"),
	}, nil
}

// backgroundExample returns an async trigger with the settings of async triggers.
func backgroundExample() schema.Example {
	return schema.Example{
		Title: "Accept the orders of one shop in the background, each order once, the orders of a customer in sequence",
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
