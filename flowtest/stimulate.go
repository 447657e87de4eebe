package flowtest

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"time"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/gateway/snapshot"
	"github.com/webhook-gateway/gateway/internal/value"
)

// stimulate makes one thing happen.
func (p *play) stimulate(ctx context.Context, s *stimulus) *Failure {
	sc := &scene{stimulus: s}
	p.scenes = append(p.scenes, sc)
	var err error
	switch s.kind {
	case "request":
		err = p.send(ctx, s, sc)
	case "tick":
		err = p.tick(ctx, s, sc)
	case "tag":
		err = p.tag(ctx, s)
	case "link":
		err = p.click(ctx, s, sc)
	case "call":
		err = p.call(ctx, s, sc)
	case "failure":
		err = p.fail(ctx, s, sc)
	}
	switch {
	case err != nil:
	case sc.run != "":
		p.seen[sc.run] = true
	default:
		sc.run, err = p.findNewRun(ctx)
	}
	if err != nil {
		f := &Failure{Range: s.rng, Summary: fmt.Sprintf("The %s can't be made", s.label()), Detail: diag.Sentence(err)}
		var e *expr.Error
		if errors.As(err, &e) {
			f.Range, f.Detail = e.Range, e.Detail
		}
		return f
	}
	return nil
}

// send sends a request to the endpoint and takes the response.
func (p *play) send(ctx context.Context, s *stimulus, sc *scene) error {
	e, base, err := p.lab.endpoint(p.test.flowName)
	if err != nil {
		return err
	}
	r, err := s.request.build(ctx, p.env(), e, base, p.lab.clock.Now())
	if err != nil {
		return err
	}
	p.exchange(r, s, sc, e)
	return nil
}

// exchange serves a request and takes the response.
func (p *play) exchange(r *http.Request, s *stimulus, sc *scene, e *snapshot.Endpoint) {
	sc.response = p.serve(r)
	sc.run = sc.response.Header.Get("Gateway-Run")
	p.last = sc.response
	if s.name != "" {
		p.responses[s.name] = sc.response
	}
	if o := p.suite.Observer; o != nil && !sc.response.lost {
		if sc.response.Status >= http.StatusBadRequest && sc.response.Status < http.StatusInternalServerError {
			o.Refused(e.Flow, sc.response)
		} else {
			o.Accepted(e.Flow, sc.response)
		}
	}
}

// serve serves a request. A caller whose gateway dies gets no response.
func (p *play) serve(r *http.Request) *Response {
	w := httptest.NewRecorder()
	done := make(chan struct{})
	serving := p.lab.gateway
	go func() {
		defer close(done)
		defer func() { _ = recover() }() // net/http would end the connection
		serving.ServeHTTP(w, r)
	}()
	select {
	case <-done:
		return &Response{Status: w.Code, Header: w.Header(), Body: w.Body.Bytes()}
	case <-p.lab.drop.news:
		return &Response{Header: http.Header{}, lost: true}
	}
}

// build makes the request.
func (r *request) build(ctx context.Context, env expr.Env, e *snapshot.Endpoint, base string, now time.Time) (*http.Request, error) {
	body, contentType, err := r.buildBody(ctx, env)
	if err != nil {
		return nil, err
	}
	path, err := r.path.EvalOr(ctx, env, e.Path)
	if err != nil {
		return nil, err
	}
	if !r.path.IsSet() && strings.Contains(path, "{") {
		return nil, fmt.Errorf("the path %s has placeholders: write path = %q with values in their places", path, path)
	}
	target, err := r.buildTarget(ctx, env, path)
	if err != nil {
		return nil, err
	}
	method := r.method
	if method == "" {
		method = http.MethodPost
		if m := e.HTTP.Route.Methods; len(m) > 0 {
			method = m[0]
		}
	}
	out, own, err := r.buildHead(ctx, env, method, target, body, contentType)
	if err != nil {
		return nil, err
	}
	if r.signed {
		if err := r.sign(out, body, e, base, now); err != nil {
			return nil, err
		}
		err = setHeaders(out, own) // what the file says stays
	}
	return out, err
}

// buildTarget makes the URL of a path with the parameters of the request.
func (r *request) buildTarget(ctx context.Context, env expr.Env, path string) (*url.URL, error) {
	target, err := url.ParseRequestURI(path)
	if err != nil {
		return nil, fmt.Errorf("the path %q is none: %w", path, err)
	}
	given, err := r.query.EvalOr(ctx, env, nil)
	if err != nil {
		return nil, err
	}
	query, err := parameters(given)
	if err != nil {
		return nil, err
	}
	if len(query) > 0 {
		if target.RawQuery != "" {
			target.RawQuery += "&"
		}
		target.RawQuery += query.Encode()
	}
	return target, nil
}

// buildHead makes the request with its header fields, and returns those of the file.
func (r *request) buildHead(ctx context.Context, env expr.Env, method string, target *url.URL, body []byte, contentType string) (out *http.Request, own map[string]any, err error) {
	out = httptest.NewRequestWithContext(ctx, method, target.RequestURI(), bytes.NewReader(body))
	out.Header = http.Header{}
	if contentType != "" {
		out.Header.Set("Content-Type", contentType)
	}
	out.Header.Set("User-Agent", "gateway-test")
	out.RemoteAddr = net.JoinHostPort(r.remoteAddress, "50000")
	if own, err = r.headers.EvalOr(ctx, env, nil); err != nil {
		return nil, nil, err
	}
	return out, own, setHeaders(out, own)
}

// setHeaders sets the header fields of the file.
func setHeaders(r *http.Request, fields map[string]any) error {
	for name, v := range fields {
		if v == nil {
			r.Header.Del(name)
			continue
		}
		values, err := parameters(map[string]any{name: v})
		if err != nil {
			return err
		}
		if strings.EqualFold(name, "Host") {
			r.Host = values.Get(name)
			continue
		}
		r.Header[http.CanonicalHeaderKey(name)] = values[name]
	}
	return nil
}

// sign adds what the auth of the flow demands.
func (r *request) sign(out *http.Request, body []byte, e *snapshot.Endpoint, base string, now time.Time) error {
	if e.HTTP.Imitate == nil {
		return nil
	}
	s := &flow.Sample{Method: out.Method, BaseURL: base, URI: out.URL.RequestURI(), Header: out.Header, Query: out.URL.Query(), Body: body, Now: now}
	before := s.Query.Encode()
	switch err := e.HTTP.Imitate(s, r.auth); {
	case err != nil && s.TrustedAs != "":
		*out = *out.WithContext(flow.TrustSample(out.Context(), s.TrustedAs))
	case err != nil:
		return fmt.Errorf("it can't be signed: %w; write signed = false, and the header fields that you need", err)
	}
	if !bytes.Equal(s.Body, body) {
		out.Body, out.ContentLength = io.NopCloser(bytes.NewReader(s.Body)), int64(len(s.Body))
	}
	if s.ClientCertificate != nil {
		out.TLS = &tls.ConnectionState{VerifiedChains: [][]*x509.Certificate{{s.ClientCertificate}}}
	}
	if after := s.Query.Encode(); after != before {
		out.URL.RawQuery = after
		out.RequestURI = out.URL.RequestURI()
	}
	return nil
}

// value is the response as expressions read it.
func (r *Response) value() map[string]any {
	if r == nil {
		return map[string]any{"status": nil, "headers": map[string]any{}, "body": nil, "text": nil}
	}
	headers := headerFields{}
	for name, values := range r.Header {
		headers[name] = strings.Join(values, ", ")
	}
	var body any
	if strings.Contains(r.Header.Get("Content-Type"), "json") {
		if v, err := value.Decode(r.Body, value.Limits{Depth: value.MaxDepth}); err == nil {
			body = v
		}
	}
	return map[string]any{"status": r.Status, "headers": headers, "body": body, "text": string(r.Body)}
}

// headerFields are header fields that are found in any case.
type headerFields map[string]string

// Get returns a field, null if there is none.
func (h headerFields) Get(name string) (any, bool) {
	if text, ok := h[http.CanonicalHeaderKey(name)]; ok {
		return text, true
	}
	return nil, true
}

// Map returns all fields.
func (h headerFields) Map() map[string]any {
	out := map[string]any{}
	for name, text := range h {
		out[name] = text
	}
	return out
}
