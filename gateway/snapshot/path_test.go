package snapshot_test

import (
	"net"
	"testing"

	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/gateway/snapshot"
)

// Callers store these paths. They must never change.
func TestPathStays(t *testing.T) {
	t.Parallel()
	key := []byte("0123456789abcdef")
	cases := []struct {
		name, key, flow string
		route           flow.Route
		want            string
	}{
		{"own path", string(key), "orders", flow.Route{Path: "/orders/{id}"}, "/orders/{id}"},
		{"made", string(key), "orders", flow.Route{Rotate: 1}, "/webhooks/0jae06axv69xbza2g9tykz2tx9e50vej"},
		{"rotated", string(key), "orders", flow.Route{Rotate: 2}, "/webhooks/xbxsrxs08317jqpa6r9ht18c4e7x9txe"},
		{"rotated twice", "0123456789abcdef0123456789abcdef", "orders", flow.Route{Rotate: 3}, "/webhooks/fxrv901wrm5113xt7c003jcakekpk4r6"},
		{"other flow", string(key), "order", flow.Route{Rotate: 1}, "/webhooks/eynwa9ej9raz5pevj3fnjcdt84k7rewv"},
		{"other key", "fedcba9876543210", "orders", flow.Route{Rotate: 1}, "/webhooks/t8abgptjvbfzezwh3hdxwyqbtne52djv"},
	}
	for _, c := range cases {
		if got := snapshot.Path([]byte(c.key), c.flow, c.route); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestEscapePath(t *testing.T) {
	t.Parallel()
	for pattern, want := range map[string]string{
		"/":                "/",
		"/orders/{region}": "/orders/{region}",
		"/büro 1/50%/{x}":  "/b%C3%BCro%201/50%25/{x}",
		"/a?b#c":           "/a%3Fb%23c",
	} {
		if got := snapshot.EscapePath(pattern); got != want {
			t.Errorf("%s: %s, want %s", pattern, got, want)
		}
	}
}

func TestBaseURL(t *testing.T) {
	t.Parallel()
	tls := &load.TLS{}
	cases := []struct {
		name     string
		settings load.Gateway
		listener net.Addr
		want     string
	}{
		{"public URL", load.Gateway{PublicURL: "https://hooks.example.com/", TLS: nil}, &net.TCPAddr{Port: 80}, "https://hooks.example.com"},
		{"everywhere", load.Gateway{}, &net.TCPAddr{IP: net.IPv6unspecified, Port: 8080}, "http://localhost:8080"},
		{"no address", load.Gateway{}, &net.TCPAddr{Port: 8080}, "http://localhost:8080"},
		{"one address", load.Gateway{TLS: tls}, &net.TCPAddr{IP: net.IPv4(192, 0, 2, 7), Port: 8443}, "https://192.0.2.7:8443"},
		{"IPv6", load.Gateway{}, &net.TCPAddr{IP: net.ParseIP("2001:db8::1"), Port: 80}, "http://[2001:db8::1]:80"},
		{"socket", load.Gateway{}, &net.UnixAddr{Name: "/run/x"}, "http://localhost"},
	}
	for _, c := range cases {
		if got := snapshot.BaseURL(&c.settings, c.listener); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}
