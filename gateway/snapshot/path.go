package snapshot

import (
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"

	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/keys"
	"github.com/webhook-gateway/gateway/internal/ulid"
)

// Path returns the pattern at which a flow is reached: the one in its file, or a
// generated one with an id of 160 bits that cannot be guessed without the key.
// The id is the same after a restart and on every gateway with the same key.
func Path(key []byte, flowName string, r flow.Route) string {
	if r.Path != "" {
		return r.Path
	}
	id := keys.Derive(key, "webhook path", flowName, strconv.Itoa(r.Rotate))
	return "/webhooks/" + ulid.Encode(id[:20])
}

// BaseURL returns the beginning of the URLs of endpoints: the public URL of the
// settings, or the address of the listener as this machine reaches it. It has no
// slash at its end.
func BaseURL(s *load.Gateway, listener net.Addr) string {
	if s.PublicURL != "" {
		return strings.TrimRight(s.PublicURL, "/")
	}
	scheme := "http"
	if s.TLS != nil {
		scheme = "https"
	}
	tcp, ok := listener.(*net.TCPAddr)
	if !ok {
		return scheme + "://localhost"
	}
	host := "localhost"
	if len(tcp.IP) > 0 && !tcp.IP.IsUnspecified() {
		host = tcp.IP.String()
	}
	return scheme + "://" + net.JoinHostPort(host, fmt.Sprint(tcp.Port))
}

// EscapePath writes a pattern as a URL has it. Names keep their braces:
// /orders/{region}.
func EscapePath(pattern string) string {
	segments := strings.Split(pattern, "/")
	for i, s := range segments {
		if !isName(s) {
			segments[i] = url.PathEscape(s)
		}
	}
	return strings.Join(segments, "/")
}

func isName(segment string) bool {
	return strings.HasPrefix(segment, "{") && strings.HasSuffix(segment, "}")
}
