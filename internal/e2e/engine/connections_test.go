package engine_test

import (
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
)

// TestConnectionsOfAnAddress: an address gets no more connections than the limit,
// a trusted proxy gets as many as it wants, and another address is served.
func TestConnectionsOfAnAddress(t *testing.T) {
	t.Parallel()
	for _, trusted := range []bool{false, true} {
		settings := "limits {\n    connections_per_address = 3\n  }"
		if trusted {
			settings += "\n  trusted_proxies = [\"127.0.0.2\"]"
		}
		d := behindProxies(t, settings)
		from := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 2)}}
		open := 0
		for range 6 {
			c, err := from.DialContext(t.Context(), "tcp", strings.TrimPrefix(d.base, "http://"))
			if err != nil {
				t.Skipf("this machine has no address 127.0.0.2: %v", err)
			}
			t.Cleanup(func() { _ = c.Close() })
			if isServed(c) {
				open++
			}
		}
		want := map[bool]int{false: 3, true: 6}[trusted]
		if open != want {
			t.Errorf("trusted %v: %d of 6 connections are served, want %d", trusted, open, want)
		}
		if n := seriesValue(t, d.g, "gateway_refused_connections_total", nil); n != float64(6-want) {
			t.Errorf("trusted %v: %v refused connections are counted", trusted, n)
		}
		if got := d.post("/any", `{}`); got.status != http.StatusOK {
			t.Errorf("another address got %d", got.status)
		}
	}
}

// isServed sends a request and reports whether it is answered. The connection
// stays open.
func isServed(c net.Conn) bool {
	if _, err := io.WriteString(c, "HEAD /any HTTP/1.1\r\nHost: h\r\n\r\n"); err != nil {
		return false
	}
	first := make([]byte, 1)
	_, err := io.ReadFull(c, first)
	return err == nil
}
