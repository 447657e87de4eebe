package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"

	"github.com/webhook-gateway/gateway/admin/ops"
	"github.com/webhook-gateway/gateway/internal/value"
)

// request is a request that passed the checks of its route.
type request struct {
	*http.Request
	status int // of the response
	query  any // of the type that the route declares
	body   any
}

// param returns the value of the placeholder of the path.
func (r *request) param(name string) string { return r.PathValue(name) }

// maxBody bounds the body of a request in bytes.
const maxBody = 64 << 20

const wholeBody = "the body"

// readRequest checks a request against its route and decodes it.
func (s schemas) readRequest(route *route, r *http.Request) (*request, error) {
	out := &request{Request: r, status: http.StatusOK}
	if route.lenient {
		return out, nil
	}
	query, err := s.readQuery(route, r.URL.RawQuery)
	if err != nil {
		return nil, err
	}
	switch {
	case route.body != nil:
		out.body, err = s.readBody(route, r)
	case route.bodyOrQuery:
		query, err = s.readBodyOrQuery(route, r, query)
	}
	if err != nil {
		return nil, err
	}
	out.query, err = decodeAs(route.query, query)
	return out, err
}

// readQuery returns the parameters of a query by name. An unknown one is an
// error: a misspelled filter must not select everything.
func (s schemas) readQuery(route *route, raw string) (map[string]any, error) {
	query, err := url.ParseQuery(raw)
	if err != nil {
		return nil, errors.New("the query can't be read: write % as %25 and ; as %3B, and use less than 10000 parameters")
	}
	out := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(query)) {
		i := slices.IndexFunc(route.params, func(m member) bool { return m.name == name })
		if i < 0 {
			return nil, unknownParameter(name, route.params)
		}
		if out[name], err = s.readParameter(route.params[i], query[name]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func unknownParameter(name string, known []member) error {
	names := make([]string, 0, len(known))
	for _, m := range known {
		names = append(names, m.name)
	}
	return fmt.Errorf("there is no parameter %q here%s", shortenName(name), didYouMean(name, names))
}

// readParameter checks the texts of a parameter and returns the JSON value that
// they stand for.
func (s schemas) readParameter(m member, texts []string) (any, error) {
	if m.schema.Type != "array" {
		if len(texts) > 1 {
			return nil, fmt.Errorf("the parameter %q may be given once", m.name)
		}
		return s.readText(m.name, m.schema, texts[0])
	}
	list := make([]any, 0, len(texts))
	for _, text := range texts {
		v, err := s.readText(m.name, m.schema.Items, text)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, nil
}

// readText returns the JSON value of one text. A text that is no number or truth
// value stays a string, which the check refuses.
func (s schemas) readText(name string, of *schema, text string) (any, error) {
	var v any = text
	switch of.Type {
	case "integer":
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			v = json.Number(strconv.FormatInt(n, 10))
		}
	case "boolean":
		if on, err := strconv.ParseBool(text); err == nil {
			v = on
		}
	}
	return v, s.checkValue(strconv.Quote(name), of, v)
}

// readBody checks and decodes the JSON body of a request.
func (s schemas) readBody(route *route, r *http.Request) (any, error) {
	text, err := readAll(r)
	if err != nil {
		return nil, err
	}
	v, err := s.decodeBody(text, route.bodySchema)
	if err != nil {
		return nil, err
	}
	return decodeAs(route.body, v)
}

// readBodyOrQuery returns the parameters from the body, if there is one.
func (s schemas) readBodyOrQuery(route *route, r *http.Request, query map[string]any) (map[string]any, error) {
	text, err := readAll(r)
	if err != nil || len(bytes.TrimSpace(text)) == 0 {
		return query, err
	}
	if len(query) > 0 {
		return nil, errors.New("give the filter in the query or in the body, not in both")
	}
	v, err := s.decodeBody(text, route.bodySchema)
	if err != nil {
		return nil, err
	}
	return v.(map[string]any), nil
}

func readAll(r *http.Request) ([]byte, error) {
	tooLarge := &ops.Error{Kind: ops.TooLarge, Message: fmt.Sprintf("the body has more than %d bytes; send less at once", maxBody)}
	if r.ContentLength > maxBody {
		return nil, tooLarge
	}
	text, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("the body can't be read: %w", err)
	case len(text) > maxBody:
		return nil, tooLarge
	}
	return text, nil
}

func (s schemas) decodeBody(text []byte, of *schema) (any, error) {
	v, err := value.Decode(text, value.Limits{Depth: value.MaxDepth})
	if err != nil {
		return nil, fmt.Errorf("the body is no JSON: %w", err)
	}
	return v, s.checkValue(wholeBody, of, v)
}

// decodeAs returns a checked JSON value as a new value of the type of like.
func decodeAs(like, v any) (any, error) {
	if like == nil {
		return nil, nil
	}
	text, err := value.Append(nil, v)
	if err != nil {
		return nil, err
	}
	out := reflect.New(reflect.TypeOf(like))
	if err := json.Unmarshal(text, out.Interface()); err != nil {
		return nil, err
	}
	return out.Elem().Interface(), nil
}

// convertError returns an *ops.Error for an error of the checks.
func convertError(err error) *ops.Error {
	var known *ops.Error
	if errors.As(err, &known) {
		return known
	}
	return &ops.Error{Kind: ops.Invalid, Message: err.Error()}
}
