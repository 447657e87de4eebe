package web

import (
	"net/url"
	"testing"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/clock"
)

func TestOutletsAreShared(t *testing.T) {
	t.Parallel()
	var pool flow.Pool
	open := func(s flow.Settings, own *TLS) (*Client, *flow.Resources) {
		t.Helper()
		lease := pool.Lease(s)
		o, err := OpenClient(lease, &Connection{Base: &url.URL{}, TLS: own})
		if err != nil {
			t.Fatal(err)
		}
		return o, lease
	}
	first, old := open(flow.Settings{Clock: clock.System{}, Version: "1", Egress: []string{"10.0.0.0/8", "a.internal"}}, nil)
	same, lease := open(flow.Settings{Clock: clock.System{}, Version: "1", Egress: []string{"a.internal", "10.0.0.0/8"}}, nil)
	old.Close()
	again, _ := open(flow.Settings{Clock: clock.System{}, Version: "1", Egress: []string{"10.0.0.0/8", "a.internal"}}, nil)
	if same != first || again != first {
		t.Error("a reload without a change opens another client")
	}
	lease.Close()
	for name, o := range map[string]struct {
		s   flow.Settings
		own *TLS
	}{
		"egress":  {flow.Settings{Clock: clock.System{}, Version: "1", Egress: []string{"10.0.0.0/8"}}, nil},
		"version": {flow.Settings{Clock: clock.System{}, Version: "2", Egress: []string{"10.0.0.0/8", "a.internal"}}, nil},
		"TLS":     {flow.Settings{Clock: clock.System{}, Version: "1", Egress: []string{"10.0.0.0/8", "a.internal"}}, &TLS{serverName: "x"}},
	} {
		if got, _ := open(o.s, o.own); got == first {
			t.Errorf("another %s has the same client", name)
		}
	}
	if _, err := OpenClient(pool.Lease(flow.Settings{Clock: clock.System{}, Egress: []string{"no range/"}}), nil); err == nil {
		t.Error("an egress entry that can't be read is no error")
	}
	if _, err := OpenClient(pool.Lease(flow.Settings{Clock: clock.System{}}), &Connection{}); err == nil {
		t.Error("a connection without its URL is no error")
	}
}
