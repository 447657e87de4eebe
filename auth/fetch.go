package auth

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/outbound"
)

// newFetchClient makes the client of a check that fetches keys: behind the guard of
// private addresses, and through the proxy of the settings.
func newFetchClient(s flow.Settings, timeout time.Duration) (*outbound.Client, error) {
	policy, err := outbound.ParsePolicy(s.Egress)
	if err != nil {
		return nil, fmt.Errorf("egress: %w", err)
	}
	return outbound.New(outbound.Options{
		Policy: policy, Clock: s.Clock, Timeout: timeout,
		Proxy: outbound.Proxy{HTTP: s.ProxyHTTP, HTTPS: s.ProxyHTTPS, Exempt: s.NoProxy},
	}), nil
}

// fetchKey returns the key of a client in the pool of resources: all settings that
// newFetchClient reads.
func fetchKey(what string, s flow.Settings) string {
	return fmt.Sprintf("auth %s %q %q", what, s.Egress, []string{s.ProxyHTTP, s.ProxyHTTPS, s.NoProxy})
}

// fetchText returns the body of an answer with the status 200.
func fetchText(ctx context.Context, c *outbound.Client, url string, maxSize int64) ([]byte, error) {
	answer, err := c.Do(ctx, &outbound.Request{URL: url, MaxResponse: maxSize})
	if err != nil {
		return nil, err
	}
	if answer.Status != http.StatusOK {
		return nil, &statusError{answer.Target, answer.Status}
	}
	return answer.Body, nil
}

// statusError says that a server answered with another status than 200.
type statusError struct {
	target string
	status int
}

func (e *statusError) Error() string {
	return fmt.Sprintf("%s answered with status %d", e.target, e.status)
}

// isPermanent reports whether the server would give the same answer again.
func (e *statusError) isPermanent() bool {
	return e.status >= 300 && e.status < 500 && e.status != http.StatusRequestTimeout && e.status != http.StatusTooManyRequests
}
