package flow

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/internal/urltext"
	"github.com/webhook-gateway/gateway/internal/value"
)

// Reply declares an answer to a caller: the fields of action "respond" and of
// a trigger's response block.
type Reply struct {
	status  expr.Of[int]
	headers expr.Of[map[string]string]
	json    expr.Of[any]
	body    expr.Of[string]
	base64  expr.Of[string]

	constant *Response // set if the answer does not depend on the run
}

// DescribeReply declares the fields of the answer.
func (r *Reply) DescribeReply(s *schema.Spec) {
	schema.Expr(s, &r.status, "status", "HTTP status, from 200 to 599.", schema.Default("200"))
	schema.Expr(s, &r.headers, "headers", "Further header fields. A value of the run in a template of `Location` or `Content-Location` is percent-encoded, as in the `url` of the action `http`: `https://shop.example.com/orders/${webhook.id}`.", schema.URLMembers(urlHeaders()...))
	schema.Expr(s, &r.json, "json", "The body, written as JSON.")
	schema.Expr(s, &r.body, "body", "The body as text, sent as `text/plain` unless `headers` names another type.")
	schema.Expr(s, &r.base64, "body_base64", "The body in base64, for bytes that are not text, such as a picture. Sent as `application/octet-stream` unless `headers` names another type.")
	s.Check(r.checkFields)
}

func (r *Reply) checkFields(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics {
	var diags hcl.Diagnostics
	switch {
	case r.json.IsSet() && r.body.IsSet():
		diags = append(diags, d.Problem("body", "Two bodies", `An answer has either "json" or "body".`))
	case r.base64.IsSet() && (r.json.IsSet() || r.body.IsSet()):
		diags = append(diags, d.Problem("body_base64", "Two bodies", `An answer has one of "json", "body" and "body_base64".`))
	}
	if text, ok := r.base64.Constant(); ok {
		if _, err := value.DecodeBase64(text); err != nil {
			diags = append(diags, d.Problem("body_base64", "Wrong body", "This is "+err.Error()+"."))
		}
	}
	status, ok := r.status.Constant()
	switch {
	case ok && (status < 200 || status > 599):
		diags = append(diags, d.Problem("status", "Wrong status", "The status of an answer is a number from 200 to 599."))
	case ok && hasNoBody(status) && (r.json.IsSet() || r.body.IsSet() || r.base64.IsSet()):
		diags = append(diags, d.Problem("status", "Answer without a body", fmt.Sprintf("An answer with the status %d has no body: leave the body out, or use another status.", status)))
	}
	if headers, ok := r.headers.Constant(); ok {
		for _, name := range slices.Sorted(maps.Keys(headers)) {
			if err := CheckHeader(name, headers[name]); err != nil {
				diags = append(diags, d.Problem("headers", "Wrong header", diag.Sentence(err)))
			}
		}
	}
	if !diags.HasErrors() && r.isConstant() {
		r.constant, _ = r.buildResponse(context.Background(), nil, http.StatusOK)
	}
	return diags
}

func (r *Reply) exprs() []*expr.Expr {
	return []*expr.Expr{r.status.Expr(), r.headers.Expr(), r.json.Expr(), r.body.Expr(), r.base64.Expr()}
}

func (r *Reply) isConstant() bool {
	for _, e := range r.exprs() {
		if e != nil && e.Tier() != expr.Constant {
			return false
		}
	}
	return true
}

// Sensitive reports whether the answer holds a secret or another sensitive value.
// That is known once all actions of the flow are compiled: an expression may read the
// output of a sensitive one.
func (r *Reply) Sensitive() bool {
	return slices.ContainsFunc(r.exprs(), func(e *expr.Expr) bool { return e != nil && e.Sensitive() })
}

// Computes reports whether the answer has an expression that may take long.
func (r *Reply) Computes() bool { return AnyComputes(r.exprs()...) }

// hasNoBody reports whether answers with the status end after their header
// (RFC 9110, sections 15.3.5 and 15.4.5).
func hasNoBody(status int) bool {
	return status == http.StatusNoContent || status == http.StatusNotModified
}

// ConstantStatus returns the status if it is known at load.
func (r *Reply) ConstantStatus() (int, bool) { return r.status.Constant() }

// Build makes the answer for a run. status is the default.
func (r *Reply) Build(ctx context.Context, env expr.Env, status int) (*Response, error) {
	if r.constant == nil {
		return r.buildResponse(ctx, env, status)
	}
	if r.status.IsSet() || r.constant.Status == status {
		return r.constant, nil
	}
	out := *r.constant
	out.Status = status
	return &out, nil
}

func (r *Reply) buildResponse(ctx context.Context, env expr.Env, status int) (*Response, error) {
	out := &Response{Sensitive: r.Sensitive()}
	var err error
	if out.Status, err = r.status.EvalOr(ctx, env, status); err != nil {
		return nil, err
	}
	if out.Status < 200 || out.Status > 599 {
		return nil, &Error{Class: Invalid, Message: fmt.Sprintf("%d is not a status of an answer; use 200 to 599", out.Status)}
	}
	if !hasNoBody(out.Status) {
		if err := r.buildBody(ctx, env, out); err != nil {
			return nil, err
		}
	}
	headers, err := r.headers.EvalOr(ctx, env, nil)
	if err != nil {
		return nil, err
	}
	if len(headers) == 0 {
		return out, nil
	}
	shared := out.Header
	out.Header = http.Header{}
	maps.Copy(out.Header, shared)
	for name, text := range headers {
		if isURLHeader(name) {
			if text, err = urltext.Join(text); err != nil {
				return nil, InvalidValue(r.headers.Expr(), fmt.Errorf("the header field %s: %w", name, err))
			}
		}
		if err := CheckHeader(name, text); err != nil {
			return nil, &Error{Class: Invalid, Message: err.Error()}
		}
		out.Header.Set(name, text)
	}
	return out, nil
}

// urlHeaders returns the header fields of an answer that are URLs.
func urlHeaders() []string { return []string{"Location", "Content-Location"} }

func isURLHeader(name string) bool {
	return slices.Contains(urlHeaders(), http.CanonicalHeaderKey(name))
}

func (r *Reply) buildBody(ctx context.Context, env expr.Env, out *Response) error {
	if r.json.IsSet() {
		v, err := r.evalJSON(ctx, env)
		if err != nil {
			return err
		}
		out.Header = jsonHeader
		if out.Body, err = encodeJSON(env, v); err != nil {
			return r.encodingError(err)
		}
		return nil
	}
	if r.base64.IsSet() {
		return r.buildBytes(ctx, env, out)
	}
	if !r.body.IsSet() {
		return nil
	}
	text, err := r.body.EvalOr(ctx, env, "")
	if err != nil {
		return err
	}
	if err := takeAnswer(env, int64(len(text))); err != nil {
		return err
	}
	out.Header = textHeader
	out.Body = []byte(text)
	return nil
}

// evalJSON returns the value of the body, in a form that can only be written if nobody
// else wants it.
func (r *Reply) evalJSON(ctx context.Context, env expr.Env) (any, error) {
	if c, ok := env.(*Call); ok && !c.keepsValue(r.json.Expr()) {
		return r.json.Expr().EvalForJSON(ctx, env)
	}
	return r.json.Eval(ctx, env)
}

func (r *Reply) buildBytes(ctx context.Context, env expr.Env, out *Response) error {
	text, err := r.base64.EvalOr(ctx, env, "")
	if err != nil {
		return err
	}
	if err := takeAnswer(env, int64(len(text))); err != nil {
		return err
	}
	out.Header = bytesHeader
	if out.Body, err = value.DecodeBase64(text); err != nil {
		return InvalidValue(r.base64.Expr(), fmt.Errorf("body_base64 is %w", err))
	}
	return nil
}

func (r *Reply) encodingError(err error) error {
	if failure := (*Error)(nil); errors.As(err, &failure) {
		return failure
	}
	if r.json.Expr().Sensitive() {
		return &Error{Class: Invalid, Message: "the answer can't be written as JSON; details are hidden because it reads a secret"}
	}
	return &Error{Class: Invalid, Message: "the answer can't be written as JSON: " + err.Error(), Err: err}
}

// The header of an answer by the kind of its body. All answers without further fields
// share it.
var (
	jsonHeader  = http.Header{"Content-Type": {"application/json"}}
	textHeader  = http.Header{"Content-Type": {"text/plain; charset=utf-8"}}
	bytesHeader = http.Header{"Content-Type": {"application/octet-stream"}}
)
