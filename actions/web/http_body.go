package web

import (
	"context"
	"fmt"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/value"
)

// httpBody holds the attributes for the body of a request.
type httpBody struct {
	json        expr.Of[any]
	form        expr.Of[map[string]any]
	text        expr.Of[string]
	bytes       expr.Of[string]
	base64      expr.Of[string]
	contentType expr.Of[string]
	multipart   *multipartBody

	chosen *bodyAttribute // the attribute that is set, nil if none; set by checkAttributes
}

func (b *httpBody) describeFields(s *schema.Spec) {
	schema.Expr(s, &b.json, "json", "The body, written as JSON and sent as `application/json`.")
	schema.Expr(s, &b.form, "form", "The body as a form, sent as `application/x-www-form-urlencoded`. A list repeats its name, a null is left out.")
	schema.Expr(s, &b.text, "text", "The body as text, sent as `text/plain; charset=utf-8`.")
	schema.Expr(s, &b.bytes, "body", "The body unchanged, such as `webhook.raw`, sent as `application/octet-stream`.")
	schema.Expr(s, &b.base64, "body_base64", "The body in base64, for bytes that are not text, such as an uploaded file. Sent as `application/octet-stream`.")
	schema.Single(s, &b.multipart, "multipart", "The body as `multipart/form-data`, for APIs that take files.")
	schema.Expr(s, &b.contentType, "content_type", "The body's type, if it is not the one above.")
}

// attributes lists the attributes, of which a request has at most one.
func (b *httpBody) attributes() []bodyAttribute {
	return []bodyAttribute{
		{"json", b.json.Expr(), "application/json", b.encodeJSON},
		{"form", b.form.Expr(), "application/x-www-form-urlencoded", b.encodeForm},
		{"text", b.text.Expr(), "text/plain; charset=utf-8", encodeText(b.text)},
		{"body", b.bytes.Expr(), "application/octet-stream", encodeText(b.bytes)},
		{"body_base64", b.base64.Expr(), "application/octet-stream", b.decodeBase64},
	}
}

type bodyAttribute struct {
	name        string
	expr        *expr.Expr // nil if the attribute is not set
	contentType string
	encode      func(ctx context.Context, env expr.Env) ([]byte, error)
}

func (b *httpBody) checkAttributes(d *schema.Decoded) hcl.Diagnostics {
	for _, f := range b.attributes() {
		if f.expr == nil {
			continue
		}
		if b.chosen != nil {
			return hcl.Diagnostics{d.Problem(f.name, "Two bodies", fmt.Sprintf("The request has a body already, in %q. Leave one of them out.", b.chosen.name))}
		}
		b.chosen = &f
	}
	switch {
	case b.multipart != nil && b.chosen != nil:
		return hcl.Diagnostics{d.Problem(b.chosen.name, "Two bodies", `The request has a body already, in "multipart". Leave one of them out.`)}
	case b.multipart != nil && b.contentType.IsSet():
		return hcl.Diagnostics{d.Problem("content_type", "Type of a multipart body", `The type of the body names the boundary between its parts, and the gateway writes it. Write "content_type" into a part.`)}
	case !b.isSet() && b.contentType.IsSet():
		return hcl.Diagnostics{d.Problem("content_type", "Type without a body", `The request has no body that could have a type. Give one by "json", "form", "text", "body" or "body_base64".`)}
	}
	return b.checkFixed(d)
}

// checkFixed finds errors at load that every run would have.
func (b *httpBody) checkFixed(d *schema.Decoded) hcl.Diagnostics {
	if text, ok := b.contentType.Constant(); ok {
		if err := flow.CheckHeader("Content-Type", text); err != nil {
			return hcl.Diagnostics{d.Problem("content_type", "Wrong type of content", diag.Sentence(err))}
		}
	}
	if b.chosen == nil {
		return nil
	}
	if _, fixed := b.chosen.expr.Constant(); !fixed {
		return nil
	}
	if _, err := b.chosen.encode(context.Background(), nil); err != nil {
		return hcl.Diagnostics{d.Problem(b.chosen.name, "Wrong body", diag.Sentence(err))}
	}
	return nil
}

// isSet reports whether requests have a body.
func (b *httpBody) isSet() bool { return b.chosen != nil || b.multipart != nil }

// buildBody returns the body and its type, both empty if there is none.
func (b *httpBody) buildBody(ctx context.Context, env expr.Env) (body []byte, contentType string, err error) {
	switch {
	case b.multipart != nil:
		return b.multipart.encode(ctx, env)
	case b.chosen == nil:
		return nil, "", nil
	}
	if body, err = b.chosen.encode(ctx, env); err != nil {
		return nil, "", err
	}
	contentType, err = b.contentType.EvalOr(ctx, env, b.chosen.contentType)
	return body, contentType, err
}

func (b *httpBody) encodeJSON(ctx context.Context, env expr.Env) ([]byte, error) {
	v, err := b.json.Eval(ctx, env)
	if err != nil {
		return nil, err
	}
	out, err := value.Append(nil, v)
	if err != nil {
		return nil, flow.InvalidValue(b.json.Expr(), fmt.Errorf("the value can't be written as JSON: %w", err))
	}
	return out, nil
}

func (b *httpBody) encodeForm(ctx context.Context, env expr.Env) ([]byte, error) {
	fields, err := b.form.EvalOr(ctx, env, nil)
	if err != nil {
		return nil, err
	}
	values, err := formValues(fields)
	if err != nil {
		return nil, flow.InvalidValue(b.form.Expr(), fmt.Errorf("form: %w", err))
	}
	return []byte(values.Encode()), nil
}

func (b *httpBody) decodeBase64(ctx context.Context, env expr.Env) ([]byte, error) {
	text, err := b.base64.EvalOr(ctx, env, "")
	if err != nil {
		return nil, err
	}
	out, err := value.DecodeBase64(text)
	if err != nil {
		return nil, flow.InvalidValue(b.base64.Expr(), fmt.Errorf("body_base64 is %w", err))
	}
	return out, nil
}

func encodeText(e expr.Of[string]) func(context.Context, expr.Env) ([]byte, error) {
	return func(ctx context.Context, env expr.Env) ([]byte, error) {
		text, err := e.EvalOr(ctx, env, "")
		return []byte(text), err
	}
}
