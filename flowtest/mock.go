package flowtest

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/value"
)

// mock is what an action gets in place of its effect outside.
type mock struct {
	name  string
	rng   hcl.Range
	when  expr.Of[bool]
	takes time.Duration
	fail  *mockError

	// Of kinds whose effect is an HTTP request.
	status               expr.Of[int]
	headers              expr.Of[map[string]string]
	json                 expr.Of[any]
	text, bytes, encoded expr.Of[string]

	outputs map[string]expr.Of[any] // of other kinds, by name
	kind    string
	spec    *schema.Spec // of the kind; nil if it is not known
	http    bool
}

// describeMocks declares the block in a test.
func (c *Case) describeMocks(s *schema.Spec) {
	schema.BlockFunc(s, "mock", "What an action that reaches outside gets in a test, by the name of the action.",
		schema.Block{Repeated: true, Labels: []string{"ACTION"}, Spec: func() *schema.Spec { return schema.Describe(&mock{http: true}) }}, c.addMock)
	s.Then(func(ctx *schema.Context) { c.addSharedMocks(ctx) })
}

// addMock decodes a mock by the declarations of the kind of its action.
func (c *Case) addMock(ctx *schema.Context, b *hclsyntax.Block) hcl.Diagnostics {
	if len(b.Labels) != 1 {
		return hcl.Diagnostics{diag.Error(b.DefRange(), "Missing label", `A mock names its action: mock "ACTION" { … }.`)}
	}
	if c.target == nil {
		return nil // the unknown flow is a finding
	}
	name := b.Labels[0]
	step := c.anyStep(name)
	if step == nil {
		return hcl.Diagnostics{diag.Error(b.LabelRanges[0], "Unknown action", fmt.Sprintf("The flow %q has no action %q.%s", c.flowName, name, diag.DidYouMean(name, c.allActions())))}
	}
	if !step.ReachesOutside() {
		return hcl.Diagnostics{diag.Error(b.LabelRanges[0], "Mock without effect", fmt.Sprintf("Action %q of kind %q does not reach outside, so that it runs in the test as always. Remove the mock.", name, step.Kind))}
	}
	m := &mock{name: name, rng: b.DefRange(), kind: step.Kind, spec: c.file.suite.specOf(step.Kind), http: step.Traits.Exchanges}
	inner := *ctx
	inner.Scope = ctx.Scope.With("input", cty.DynamicPseudoType).With("each", cty.DynamicPseudoType).With("call", callType())
	_, diags := schema.DecodeSpec(&inner, schema.Describe(m), b, 1)
	c.mocks[name] = append(c.mocks[name], m)
	return diags
}

// addSharedMocks adds the mocks of the file for actions that have none in the test.
func (c *Case) addSharedMocks(ctx *schema.Context) {
	own := map[string]bool{}
	for name := range c.mocks {
		own[name] = true
	}
	for _, b := range c.file.mocks {
		if len(b.Labels) != 1 || c.anyStep(b.Labels[0]) == nil {
			continue
		}
		first := !c.file.used[b]
		c.file.used[b] = true
		if own[b.Labels[0]] && !first {
			continue
		}
		diags := c.addMock(ctx, b)
		if first {
			c.file.report(diags...)
		}
		if list := c.mocks[b.Labels[0]]; own[b.Labels[0]] && len(list) > 0 {
			c.mocks[b.Labels[0]] = list[:len(list)-1] // it was decoded for its findings
		}
	}
}

// callType is the type of call in the expressions of mocks.
func callType() cty.Type {
	return cty.Object(map[string]cty.Type{"number": cty.Number, "attempt": cty.Number, "key": cty.String, "path": cty.String})
}

// Describe declares the block.
func (m *mock) Describe(s *schema.Spec) {
	s.Doc = "What an action gets in place of its effect outside. The fields of the action are evaluated and checked as always. Of several mocks of one action each answers one call, in the order in which they are written, and the last answers all further calls.\n\n" +
		"A mock of `http` and `webhook` is a response, which the action reads as always: a `status` that is not in its `success` fails it. A mock of another kind has the outputs of that kind as its attributes; one that is left out is null.\n\n" +
		"Expressions may read `input`, the fields of the action, `each` inside of a loop, and `call.number` (from 1), `call.attempt`, `call.key` (the idempotency key) and `call.path`."
	schema.Expr(s, &m.when, "when", "Whether the mock answers a call.")
	schema.Attr(s, &m.takes, "takes", "How long the answer takes, such as longer than the `timeout` of the action.")
	schema.Single(s, &m.fail, "error", "The call fails.")
	if m.http {
		m.describeResponse(s)
	} else {
		m.describeOutputs(s)
	}
	s.Check(m.check)
}

func (m *mock) describeResponse(s *schema.Spec) {
	schema.Expr(s, &m.status, "status", "The status of the response.", schema.Default("200"))
	schema.Expr(s, &m.headers, "headers", "Header fields of the response.")
	schema.Expr(s, &m.json, "json", "The body as JSON.")
	schema.Expr(s, &m.text, "text", "The body as text.")
	schema.Expr(s, &m.bytes, "body", "The body unchanged; `headers` gives its type.")
	schema.Expr(s, &m.encoded, "body_base64", "The body in base64; `headers` gives its type.")
}

// describeOutputs declares an attribute for each output of the kind.
func (m *mock) describeOutputs(s *schema.Spec) {
	if m.spec == nil {
		return
	}
	m.outputs = map[string]expr.Of[any]{}
	for _, o := range m.spec.Outputs() {
		schema.Func(s, o.Name, typeWords(o.Type), o.Doc, func(c *schema.Context, a *hclsyntax.Attribute) hcl.Diagnostics {
			e, diags := expr.Compile(a.Expr, c.Scope, o.Type)
			if e != nil {
				m.outputs[o.Name] = expr.Bind[any](e)
			}
			return diags
		}, schema.Dynamic())
	}
	if m.spec.OutputType() == cty.DynamicPseudoType {
		var all expr.Of[any]
		schema.Expr(s, &all, "output", "The outputs of the action, an object.")
		s.Then(func(*schema.Context) { m.outputs[""] = all })
	}
}

func typeWords(t cty.Type) string {
	if t == cty.DynamicPseudoType {
		return "any"
	}
	return t.FriendlyNameForConstraint()
}

func (m *mock) check(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics {
	var given []string
	for name := range d.Block.Body.Attributes {
		if name != "when" && name != "takes" {
			given = append(given, name)
		}
	}
	if m.fail != nil && len(given) > 0 {
		return hcl.Diagnostics{d.Problem(given[0], "Two answers", `The call fails by "error", so that there is no answer. Remove one of them.`)}
	}
	var bodies []string
	for _, name := range []string{"json", "text", "body", "body_base64"} {
		if m.http && d.Has(name) {
			bodies = append(bodies, name)
		}
	}
	if len(bodies) > 1 {
		return hcl.Diagnostics{d.Problem(bodies[1], "Two bodies", fmt.Sprintf("The response has a body already, in %q. Leave one of them out.", bodies[0]))}
	}
	if m.takes < 0 {
		return hcl.Diagnostics{d.Problem("takes", "Wrong time", "A call takes 0s or more.")}
	}
	return nil
}

// mockError is a failed call.
type mockError struct {
	class   string
	message string
	status  int
	reason  string
}

// Describe declares the block.
func (e *mockError) Describe(s *schema.Spec) {
	e.message = "the mock fails"
	s.Doc = "The call fails. `retry` tries again after an error that is `transient`."
	schema.Attr(s, &e.class, "class", "`transient`: a later attempt may succeed. `permanent`, `invalid` and `denied`: none does. By default the status decides, and without one the error is permanent.",
		schema.OneOf(string(flow.Transient), string(flow.Permanent), string(flow.Invalid), string(flow.Denied)))
	schema.Attr(s, &e.message, "message", "The message of the error.")
	schema.Attr(s, &e.status, "status", "The status of the answer: 408, 429 and those from 500 on are transient.")
	schema.Attr(s, &e.reason, "reason", "What `on` of a `retry` block chooses errors by. The default is that of the status; without one it is `connect` for a transient error.",
		schema.OneOf(flow.ReasonTimeout, flow.ReasonConnect, flow.Reason429, flow.Reason5xx, flow.ReasonConflict))
	s.Check(func(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics {
		if d.Has("status") && (e.status < 300 || e.status > 599) {
			return hcl.Diagnostics{d.Problem("status", "Wrong status", "The status of a failed call is from 300 to 599.")}
		}
		return nil
	})
}

// build returns the error of the call.
func (e *mockError) build() *flow.Error {
	out := &flow.Error{Class: flow.Class(e.class), Reason: e.reason, Remote: true, Message: e.message}
	class, reason := flow.Permanent, ""
	switch {
	case e.status == http.StatusRequestTimeout:
		class, reason = flow.Transient, flow.ReasonTimeout
	case e.status == http.StatusTooManyRequests:
		class, reason = flow.Transient, flow.Reason429
	case e.status >= 500:
		class, reason = flow.Transient, flow.Reason5xx
	}
	if out.Class == "" {
		out.Class = class
	}
	if out.Reason == "" {
		out.Reason = reason
	}
	if out.Reason == "" && out.Class == flow.Transient {
		out.Reason = flow.ReasonConnect
	}
	out.Remote = out.Class == flow.Transient || out.Class == flow.Permanent
	return out
}

// answer evaluates the mock for a call.
func (m *mock) answer(ctx context.Context, env expr.Env) (*flow.Answer, error) {
	if m.http {
		response, err := m.buildResponse(ctx, env)
		return &flow.Answer{HTTP: response}, err
	}
	if all, ok := m.outputs[""]; ok && all.IsSet() {
		out, err := all.Eval(ctx, env)
		return &flow.Answer{Output: out}, err
	}
	outputs := map[string]any{}
	for _, o := range m.spec.Outputs() {
		v, err := m.outputs[o.Name].Eval(ctx, env)
		if err != nil {
			return nil, err
		}
		outputs[o.Name] = v
	}
	return &flow.Answer{Output: outputs}, nil
}

func (m *mock) buildResponse(ctx context.Context, env expr.Env) (*flow.HTTPAnswer, error) {
	out := &flow.HTTPAnswer{Header: http.Header{}}
	var err error
	if out.Status, err = m.status.EvalOr(ctx, env, http.StatusOK); err != nil {
		return nil, err
	}
	contentType := ""
	switch {
	case m.json.IsSet():
		contentType = "application/json"
		var v any
		if v, err = m.json.Eval(ctx, env); err == nil {
			out.Body, err = value.Append(nil, v)
		}
	case m.text.IsSet():
		contentType = "text/plain; charset=utf-8"
		var text string
		text, err = m.text.Eval(ctx, env)
		out.Body = []byte(text)
	case m.bytes.IsSet():
		var text string
		text, err = m.bytes.Eval(ctx, env)
		out.Body = []byte(text)
	case m.encoded.IsSet():
		var text string
		if text, err = m.encoded.Eval(ctx, env); err == nil {
			out.Body, err = value.DecodeBase64(text)
		}
	}
	if err != nil {
		return nil, err
	}
	if contentType != "" {
		out.Header.Set("Content-Type", contentType)
	}
	headers, err := m.headers.EvalOr(ctx, env, nil)
	for name, text := range headers {
		out.Header.Set(name, text)
	}
	return out, err
}

// mockBlock returns the block to paste for an action that has no mock.
func mockBlock(step *flow.Step, spec *schema.Spec) string {
	var b strings.Builder
	fmt.Fprintf(&b, "mock %q {\n", step.Name)
	if step.Traits.Exchanges {
		b.WriteString("  status = 200\n  json   = {}\n")
	} else {
		width := 0
		for _, o := range spec.Outputs() {
			width = max(width, len(o.Name))
		}
		for _, o := range spec.Outputs() {
			fmt.Fprintf(&b, "  %-*s = %s\n", width, o.Name, sampleOf(o.Type))
		}
	}
	b.WriteString("}")
	return b.String()
}

// sampleOf returns a value of a type, as it is written in a file.
func sampleOf(t cty.Type) string {
	switch {
	case t == cty.String:
		return `""`
	case t == cty.Number:
		return "0"
	case t == cty.Bool:
		return "true"
	case t.IsListType() || t.IsTupleType() || t.IsSetType():
		return "[]"
	case t.IsObjectType():
		var members []string
		for _, name := range slices.Sorted(maps.Keys(t.AttributeTypes())) {
			members = append(members, fmt.Sprintf("%q = %s", name, sampleOf(t.AttributeType(name))))
		}
		return "{ " + strings.Join(members, ", ") + " }"
	case t.IsMapType():
		return "{}"
	}
	return "null"
}
