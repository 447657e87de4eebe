package cmd

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

	"github.com/spf13/cobra"

	"github.com/webhook-gateway/gateway/internal/keys"
)

// adminFlags say which running gateway is meant, and who asks.
type adminFlags struct{ address, token, data string }

func (a *adminFlags) add(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&a.address, "admin", "", "address or URL of the admin listener (GATEWAY_ADMIN_LISTEN; default 127.0.0.1:8081)")
	f.StringVar(&a.token, "admin-token", "", "token of the admin listener (GATEWAY_ADMIN_TOKEN; for a gateway on this machine the one in the data folder)")
	f.StringVar(&a.data, "data", "", "folder of the gateway's own data (GATEWAY_DATA; default ./data)")
}

// adminClient calls the admin API of a running gateway.
type adminClient struct {
	base  string
	token string
	data  string // where the token of a gateway on this machine lies
	local bool
}

func (c *command) adminClient(a adminFlags) (*adminClient, error) {
	c.setting(&a.address, "GATEWAY_ADMIN_LISTEN")
	c.setting(&a.token, "GATEWAY_ADMIN_TOKEN")
	c.setting(&a.data, "GATEWAY_DATA")
	address := first(a.address, "127.0.0.1:8081")
	if !strings.Contains(address, "://") {
		address = "http://" + address
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return nil, fmt.Errorf("%q is no address of an admin listener; write it like \"127.0.0.1:8081\" or \"https://gateway.example.com\"", a.address)
	}
	ip := net.ParseIP(u.Hostname())
	if u.Hostname() == "" || (ip != nil && ip.IsUnspecified()) {
		ip = net.IPv4(127, 0, 0, 1) // a listener on all addresses is on this one too
		u.Host = net.JoinHostPort(ip.String(), u.Port())
	}
	return &adminClient{
		base: strings.TrimRight(u.String(), "/"), token: a.token, data: first(a.data, "data"),
		local: u.Hostname() == "localhost" || (ip != nil && ip.IsLoopback()),
	}, nil
}

// callTime is how long one call may take, which for changes of many runs is
// ten seconds on purpose.
const callTime = time.Minute

// call sends a request without a body and reads its answer into a value.
func (a *adminClient) call(ctx context.Context, method, path string, query url.Values, out any) error {
	return a.exchange(ctx, method, path, query, nil, out)
}

// exchange sends a request with a JSON body, none where in is nil, and reads its
// answer into a value. On this machine a gateway is asked without a token first,
// and then with the one in its data folder, which is for nobody else.
func (a *adminClient) exchange(ctx context.Context, method, path string, query url.Values, in, out any) error {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	var sent []byte
	if in != nil {
		var err error
		if sent, err = json.Marshal(in); err != nil {
			return err
		}
	}
	status, body, err := a.send(ctx, method, path, query, sent)
	if err == nil && status == http.StatusUnauthorized && a.token == "" && a.local {
		a.token, err = keys.ReadAdminToken(a.data)
		switch {
		case err == nil:
			status, body, err = a.send(ctx, method, path, query, sent)
		case errors.Is(err, fs.ErrNotExist):
			err = nil // then the refusal stands
		}
	}
	switch {
	case err != nil:
		return err
	case status != http.StatusOK:
		return refusedBy(status, body)
	}
	if err := json.Unmarshal(body, out); err != nil {
		return fmt.Errorf("%s does not answer as a gateway does: %w", a.base, err)
	}
	return nil
}

// longestAnswer bounds what is read: a run with its bodies may be large.
const longestAnswer = 512 << 20

func (a *adminClient) send(ctx context.Context, method, path string, query url.Values, sent []byte) (int, []byte, error) {
	target := a.base + path
	if len(query) > 0 {
		target += "?" + query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, method, target, bytes.NewReader(sent))
	if err != nil {
		return 0, nil, err
	}
	if len(sent) > 0 {
		req.Header.Set("Content-Type", "application/json")
	}
	if a.token != "" {
		req.Header.Set("Authorization", "Bearer "+a.token)
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		var wrapped *url.Error
		if errors.As(err, &wrapped) {
			err = wrapped.Err
		}
		return 0, nil, fmt.Errorf("no gateway is reached at %s: %w; name its admin listener with --admin", a.base, err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, longestAnswer))
	if err != nil {
		err = fmt.Errorf("reading the answer of %s: %w", a.base, err)
	}
	return resp.StatusCode, body, err
}

// refusal is an answer that is no success.
type refusal struct {
	status int
	text   string
}

func (r *refusal) Error() string { return r.text }

// noEndpoint is what both listeners say of an address that they don't have.
const noEndpoint = "There is no such endpoint"

func refusedBy(status int, body []byte) error {
	var p struct{ Title, Detail string }
	if json.Unmarshal(body, &p) != nil || p.Title == "" {
		return &refusal{status, fmt.Sprintf("the answer was %d %s, which is not one of a gateway's admin listener", status, http.StatusText(status))}
	}
	text := strings.TrimSuffix(first(p.Detail, p.Title), ".")
	switch {
	case status == http.StatusNotFound && text == noEndpoint, status == http.StatusMethodNotAllowed:
		text += "; this may be the listener of the endpoints, so name the admin listener with --admin"
	case status == http.StatusUnauthorized:
		text += "; give it with --admin-token or GATEWAY_ADMIN_TOKEN, or name the folder that holds it with --data"
	}
	return &refusal{status, text}
}
