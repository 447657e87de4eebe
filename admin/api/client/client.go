// Package client calls the admin API of a running gateway. It has one method for
// each route that commands use, with the types that the route declares.
package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/keys"
	"github.com/webhook-gateway/gateway/internal/netname"
	"github.com/webhook-gateway/gateway/internal/problem"
)

// DefaultAddress is the default address of the admin listener.
const DefaultAddress = "127.0.0.1:8081"

// Options say which gateway to call, and how.
type Options struct {
	Address string // host and port, or a URL; DefaultAddress if empty
	Token   string // "" for none
	// Data is the data folder of a gateway on this machine. If the gateway asks
	// for a token and Token is empty, the client sends the one in this folder.
	Data  string
	Clock clock.Clock
}

// Client calls a gateway.
type Client struct {
	base  string
	token string
	data  string // "" if the gateway is on another machine
	clock clock.Clock
	http  *http.Client
}

// New returns a client.
func New(o Options) (*Client, error) {
	base, err := parseAddress(o.Address)
	if err != nil {
		return nil, err
	}
	c := &Client{base: strings.TrimRight(base.String(), "/"), token: o.Token, clock: o.Clock}
	if netname.IsLoopback(base.Hostname()) {
		c.data = o.Data
	}
	c.http = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return c, nil
}

// parseAddress returns the base URL for an address. A listener on all addresses
// is called on loopback.
func parseAddress(address string) (*url.URL, error) {
	full := address
	if full == "" {
		full = DefaultAddress
	}
	if !strings.Contains(full, "://") {
		full = "http://" + full
	}
	u, err := url.Parse(full)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return nil, fmt.Errorf("%q is no address of an admin listener; write it like \"127.0.0.1:8081\" or \"https://gateway.example.com\"", address)
	}
	if ip := net.ParseIP(u.Hostname()); u.Hostname() == "" || (ip != nil && ip.IsUnspecified()) {
		u.Host = net.JoinHostPort("127.0.0.1", u.Port())
	}
	return u, nil
}

// callTimeout bounds one call. A bulk call takes up to ten seconds by design.
const callTimeout = time.Minute

// call sends a request and decodes its JSON response.
func call[T any](ctx context.Context, c *Client, method, path string, query, body any) (T, error) {
	var out T
	text, err := c.do(ctx, method, path, query, body)
	if err != nil {
		return out, err
	}
	return out, decode(c, text, &out)
}

func decode(c *Client, text []byte, out any) error {
	if err := json.Unmarshal(text, out); err != nil {
		return fmt.Errorf("%s does not answer as a gateway does: %w", c.base, err)
	}
	return nil
}

// do sends a request and returns the body of its response. The query is a
// struct that a route declares; nil for none. The body is sent as JSON; nil for
// none.
func (c *Client) do(ctx context.Context, method, path string, query, body any) ([]byte, error) {
	ctx, cancel := clock.WithTimeout(ctx, c.clock, callTimeout)
	defer cancel()
	target, err := c.urlOf(path, query)
	if err != nil {
		return nil, err
	}
	var sent []byte
	if body != nil {
		if sent, err = json.Marshal(body); err != nil {
			return nil, err
		}
	}
	status, text, err := c.sendWithToken(ctx, method, target, sent)
	if err == nil && status != http.StatusOK {
		err = newRefusal(status, text)
	}
	return text, err
}

// urlOf returns the URL of a path with the members of query as parameters.
func (c *Client) urlOf(path string, query any) (string, error) {
	values, err := encodeQuery(query)
	if err != nil || len(values) == 0 {
		return c.base + path, err
	}
	return c.base + path + "?" + values.Encode(), nil
}

// encodeQuery returns the members of a struct as parameters of a query.
func encodeQuery(query any) (url.Values, error) {
	text, err := json.Marshal(query)
	if err != nil {
		return nil, err
	}
	var members map[string]any
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&members); err != nil {
		return nil, err
	}
	values := url.Values{}
	for name, v := range members {
		list, ok := v.([]any)
		if !ok {
			list = []any{v}
		}
		for _, e := range list {
			values.Add(name, fmt.Sprint(e))
		}
	}
	return values, nil
}

// sendWithToken sends a request. If a gateway on this machine asks for a token
// and the client has none, it sends the request again with the token in the data
// folder, which only the owner of the folder can read.
func (c *Client) sendWithToken(ctx context.Context, method, target string, body []byte) (int, []byte, error) {
	status, text, err := c.send(ctx, method, target, body)
	if err != nil || status != http.StatusUnauthorized || c.token != "" || c.data == "" {
		return status, text, err
	}
	token, err := keys.ReadAdminToken(c.data)
	if errors.Is(err, fs.ErrNotExist) {
		return status, text, nil
	}
	if err != nil {
		return 0, nil, err
	}
	c.token = token
	return c.send(ctx, method, target, body)
}

// maxResponse bounds a response in bytes. A run with its bodies may be large.
const maxResponse = 512 << 20

func (c *Client) send(ctx context.Context, method, target string, body []byte) (int, []byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, target, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	if len(body) > 0 {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		var wrapped *url.Error
		if errors.As(err, &wrapped) {
			err = wrapped.Err
		}
		return 0, nil, &UnreachableError{c.base, err}
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxResponse))
	if err != nil {
		err = fmt.Errorf("reading the response of %s: %w", c.base, err)
	}
	return resp.StatusCode, text, err
}

// UnreachableError is the error if nothing answers at the address.
type UnreachableError struct {
	URL string
	Err error
}

// Error names the address and the cause.
func (e *UnreachableError) Error() string {
	return fmt.Sprintf("the gateway is not reached at %s: %v", e.URL, e.Err)
}

// Unwrap returns the cause.
func (e *UnreachableError) Unwrap() error { return e.Err }

// Refusal is the error for a response that is no success.
type Refusal struct {
	Status int
	Text   string
}

// Error returns the text.
func (r *Refusal) Error() string { return r.Text }

func newRefusal(status int, body []byte) *Refusal {
	var p problem.Document
	if json.Unmarshal(body, &p) != nil || p.Title == "" {
		return &Refusal{status, fmt.Sprintf("the response was %d %s, which is not one of a gateway's admin listener", status, http.StatusText(status))}
	}
	if p.Detail == "" {
		p.Detail = p.Title
	}
	return &Refusal{status, strings.TrimSuffix(p.Detail, ".")}
}
