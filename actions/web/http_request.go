package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/value"
	"github.com/webhook-gateway/gateway/outbound"
)

// buildRequest evaluates the fields of the request for one attempt.
func (h *HTTP) buildRequest(ctx context.Context, c *flow.Call) (*outbound.Request, error) {
	target, err := h.evalURL(ctx, c)
	if err != nil {
		return nil, err
	}
	method, err := h.evalMethod(ctx, c)
	if err != nil {
		return nil, err
	}
	body, contentType, err := h.body.buildBody(ctx, c)
	if err != nil {
		return nil, err
	}
	return h.newRequest(ctx, c, method, target, body, contentType)
}

func (h *HTTP) evalMethod(ctx context.Context, c *flow.Call) (string, error) {
	method, err := h.method.EvalOr(ctx, c, "")
	switch {
	case err != nil:
		return "", err
	case method != "":
		return method, flow.InvalidValue(h.method.Expr(), checkMethod(method))
	case h.body.isSet():
		return http.MethodPost, nil
	}
	return http.MethodGet, nil
}

// checkMethod refuses methods in lower case. Methods are case-sensitive (RFC
// 9110, section 9.1), and "post" is always a mistake.
func checkMethod(method string) error {
	if method == "" || strings.ContainsFunc(method, func(c rune) bool { return c != '-' && (c < 'A' || c > 'Z') }) {
		return errors.New(`a method is a word in capital letters, such as "POST"`)
	}
	if method == http.MethodConnect {
		return errors.New("the method CONNECT opens tunnels and can't be used")
	}
	return nil
}

// evalURL returns the URL with its query.
func (h *HTTP) evalURL(ctx context.Context, c *flow.Call) (*url.URL, error) {
	text, err := h.url.EvalOr(ctx, c, "")
	if err != nil {
		return nil, err
	}
	u, err := h.connection.resolveTemplate(text)
	if err != nil {
		return nil, flow.InvalidValue(h.url.Expr(), err)
	}
	given, err := h.query.EvalOr(ctx, c, nil)
	if err != nil {
		return nil, err
	}
	params, err := formValues(given)
	if err != nil {
		return nil, flow.InvalidValue(h.query.Expr(), fmt.Errorf("query: %w", err))
	}
	addQuery(u, params)
	return u, nil
}

// addQuery adds parameters to a URL and leaves its own query unchanged. It
// writes a space as %20, which all servers read as a space.
func addQuery(u *url.URL, params url.Values) {
	if len(params) == 0 {
		return
	}
	text := strings.ReplaceAll(params.Encode(), "+", "%20")
	if u.RawQuery != "" && !strings.HasSuffix(u.RawQuery, "&") {
		text = "&" + text
	}
	u.RawQuery += text
}

// formValues converts the values of a query or a form to text.
func formValues(given map[string]any) (url.Values, error) {
	out := make(url.Values, len(given))
	for name, v := range given {
		list, isList := v.([]any)
		if !isList {
			list = []any{v}
		}
		for _, item := range list {
			if item == nil {
				continue
			}
			text, err := expr.Convert[string](item)
			if err != nil {
				return nil, fmt.Errorf("%q holds %s; it takes texts, numbers, bools and lists of these, and jsonencode makes a text of anything", name, value.Describe(item))
			}
			out[name] = append(out[name], text)
		}
	}
	return out, nil
}
