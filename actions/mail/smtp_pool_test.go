package mail

import (
	"net"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/testutil/smtpd"
)

// newTestPool opens the pool of a connection to a server, without TLS.
func newTestPool(t *testing.T, s *smtpd.Server, connections int) (*sessionPool, *flow.Resources) {
	t.Helper()
	n := &Connection{}
	schema.Describe(n) // sets the defaults
	n.host, n.port, n.tls, n.connections = "localhost", s.Port, tlsNone, connections
	lease := new(flow.Pool).Lease(flow.Settings{Clock: clock.System{}, Egress: []string{"127.0.0.1"}})
	p, err := openPool(lease, n)
	if err != nil {
		t.Fatal(err)
	}
	return p, lease
}

func testMessage(t *testing.T) *message {
	t.Helper()
	jane := mailbox{address: "jane@example.com"}
	m, err := (&draft{from: jane, to: []mailbox{jane}, text: "t"}).compose("key", time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestMailPool: a kept connection that died is replaced without a word, and
// none stays open when the configuration is gone.
func TestMailPool(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var open []net.Conn
	s := smtpd.Start(t, func(s *smtpd.Server) {
		s.OnSender = func(c *smtp.Conn, _ string) error {
			mu.Lock()
			defer mu.Unlock()
			open = append(open, c.Conn())
			return nil
		}
	})
	p, lease := newTestPool(t, s, 4)
	m := testMessage(t)
	for range 2 {
		if err := p.sendMessage(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		mu.Lock()
		_ = open[len(open)-1].Close() // the server closes the idle session
		mu.Unlock()
	}
	if connections, _ := s.Counts(); connections != 2 {
		t.Errorf("%d connections, want 2", connections)
	}
	if err := p.sendMessage(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	kept := p.idle[0]
	lease.Close()
	if err := kept.client.Noop(); err == nil || len(p.idle) != 0 {
		t.Error("a connection is open after the pool was closed")
	}
	if err := p.sendMessage(t.Context(), m); err != nil || len(p.idle) != 0 {
		t.Errorf("a run that goes on after that: error %v, %d connections kept", err, len(p.idle))
	}
}

func TestMailPoolExpires(t *testing.T) {
	t.Parallel()
	s := smtpd.Start(t, nil)
	p, _ := newTestPool(t, s, 4)
	if err := p.sendMessage(t.Context(), testMessage(t)); err != nil {
		t.Fatal(err)
	}
	kept := p.idle[0]
	if !kept.timer.Stop() {
		t.Fatal("the connection has no timer")
	}
	p.closeExpired(kept)
	p.closeExpired(kept) // a timer that comes late
	if err := kept.client.Noop(); err == nil || len(p.idle) != 0 {
		t.Error("the connection is open after its time")
	}
}

// TestMailPoolBounds: no more connections than said, with many messages at
// once, all of which arrive.
func TestMailPoolBounds(t *testing.T) {
	t.Parallel()
	s := smtpd.Start(t, nil)
	p, lease := newTestPool(t, s, 2)
	defer lease.Close()
	m := testMessage(t)
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if err := p.sendMessage(t.Context(), m); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if connections, _ := s.Counts(); connections > 2 || len(s.Messages()) != 20 || len(p.idle) > 2 {
		t.Errorf("%d messages over %d connections", len(s.Messages()), connections)
	}
}

// TestBusyServerIsWaitedFor: a server takes two connections, and more messages are
// sent at once. All arrive.
func TestBusyServerIsWaitedFor(t *testing.T) {
	t.Parallel()
	opened := 0 // the server calls OnSession under a lock
	s := smtpd.Start(t, func(s *smtpd.Server) {
		s.OnSession = func(*smtp.Conn) error {
			if opened++; opened > 2 {
				return &smtp.SMTPError{Code: 421, EnhancedCode: smtp.EnhancedCode{4, 7, 0}, Message: "too many connections"}
			}
			return nil
		}
	})
	p, lease := newTestPool(t, s, 8)
	defer lease.Close()
	var sending sync.WaitGroup
	for range 12 {
		sending.Go(func() {
			if err := p.sendMessage(t.Context(), testMessage(t)); err != nil {
				t.Errorf("a message was not sent: %v", err)
			}
		})
	}
	sending.Wait()
	if n := len(s.Messages()); n != 12 {
		t.Errorf("%d messages arrived, want 12", n)
	}
}

// TestBusyServerFails: nothing of the pool is in use, so waiting would not help.
func TestBusyServerFails(t *testing.T) {
	t.Parallel()
	s := smtpd.Start(t, func(s *smtpd.Server) {
		s.OnSession = func(*smtp.Conn) error { return &smtp.SMTPError{Code: 421, Message: "too many connections"} }
	})
	p, lease := newTestPool(t, s, 4)
	defer lease.Close()
	var sending sync.WaitGroup
	for range 8 {
		sending.Go(func() {
			if err := p.sendMessage(t.Context(), testMessage(t)); err == nil {
				t.Error("a message was sent")
			}
		})
	}
	sending.Wait()
}
