package outbound

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// fates says how each address behaves when it is dialled.
type fates struct {
	after map[string]time.Duration // how long it takes; missing: for ever
	fails map[string]error
	start time.Time

	mu    sync.Mutex
	begun []string // "address@time since the start"
	conns map[string]*fakeConn
}

type fakeConn struct {
	net.Conn
	closed bool
}

func (c *fakeConn) Close() error { c.closed = true; return nil }

func (f *fates) dial(ctx context.Context, addr netip.AddrPort) (net.Conn, error) {
	host := addr.Addr().String()
	f.mu.Lock()
	f.begun = append(f.begun, host+"@"+time.Since(f.start).String())
	f.mu.Unlock()
	wait, answers := f.after[host]
	if !answers {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	time.Sleep(wait) // in a synctest bubble: no real time
	if err := f.fails[host]; err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.conns[host] = &fakeConn{}
	return f.conns[host], nil
}

func addrPorts(texts ...string) []netip.AddrPort {
	var list []netip.AddrPort
	for _, text := range texts {
		list = append(list, netip.AddrPortFrom(netip.MustParseAddr(text), 443))
	}
	return list
}

func TestRace(t *testing.T) {
	t.Parallel()
	errA, errB := errors.New("a is down"), errors.New("b is down")
	tests := []struct {
		name  string
		addrs []string
		after map[string]time.Duration
		fails map[string]error
		begun []string
		won   string
		err   error
	}{
		{
			name: "the first answers", addrs: []string{"::1", "::2"},
			after: map[string]time.Duration{"::1": 100 * time.Millisecond},
			begun: []string{"::1@0s"}, won: "::1",
		},
		{
			name: "the first swallows packets", addrs: []string{"::1", "::2"},
			after: map[string]time.Duration{"::2": time.Second},
			begun: []string{"::1@0s", "::2@250ms"}, won: "::2",
		},
		{
			name: "the first fails at once", addrs: []string{"::1", "::2"},
			after: map[string]time.Duration{"::1": 0, "::2": 0}, fails: map[string]error{"::1": errA},
			begun: []string{"::1@0s", "::2@0s"}, won: "::2",
		},
		{
			name: "the first wins late", addrs: []string{"::1", "::2"},
			after: map[string]time.Duration{"::1": 300 * time.Millisecond, "::2": 100 * time.Millisecond},
			begun: []string{"::1@0s", "::2@250ms"}, won: "::1",
		},
		{
			name: "all fail", addrs: []string{"::1", "::2"},
			after: map[string]time.Duration{"::1": time.Millisecond, "::2": 0},
			fails: map[string]error{"::1": errA, "::2": errB},
			begun: []string{"::1@0s", "::2@1ms"}, err: errA,
		},
		{
			name: "none answers in time", addrs: []string{"::1", "::2"},
			begun: []string{"::1@0s", "::2@250ms"}, err: context.DeadlineExceeded,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := &fates{after: tt.after, fails: tt.fails, conns: map[string]*fakeConn{}, start: time.Now()}
				ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
				defer cancel()
				conn, err := race(ctx, addrPorts(tt.addrs...), f.dial)
				time.Sleep(time.Minute) // in the bubble: the losers end too
				synctest.Wait()
				if !errors.Is(err, tt.err) {
					t.Fatalf("error %v, want %v", err, tt.err)
				}
				if tt.won != "" && conn != f.conns[tt.won] {
					t.Errorf("another connection than that to %s", tt.won)
				}
				if !slices.Equal(f.begun, tt.begun) {
					t.Errorf("begun %q, want %q", f.begun, tt.begun)
				}
			})
		})
	}
}

func TestRaceClosesLateConnections(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fates{
			after: map[string]time.Duration{"::1": time.Second, "::2": time.Millisecond},
			conns: map[string]*fakeConn{}, start: time.Now(),
		}
		conn, err := race(t.Context(), addrPorts("::1", "::2"), f.dial)
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if err != nil || conn != f.conns["::2"] {
			t.Fatalf("got %v, %v", conn, err)
		}
		if late := f.conns["::1"]; late == nil || !late.closed {
			t.Error("the connection that came too late is still open")
		}
		if f.conns["::2"].closed {
			t.Error("the connection that won is closed")
		}
	})
}

func TestRaceAfterTheEnd(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	conn, err := race(ctx, addrPorts("::1"), func(context.Context, netip.AddrPort) (net.Conn, error) {
		t.Error("dialled")
		return nil, nil
	})
	if conn != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, %v", conn, err)
	}
}

func TestInterleave(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name      string
		got, want []string
	}{
		{"one family", []string{"1.0.0.1", "1.0.0.2", "1.0.0.3"}, []string{"1.0.0.1", "1.0.0.2", "1.0.0.3"}},
		{"two", []string{"::1", "1.0.0.1"}, []string{"::1", "1.0.0.1"}},
		{"six first", []string{"::1", "::2", "::3", "1.0.0.1"}, []string{"::1", "1.0.0.1", "::2", "::3"}},
		{"four first", []string{"1.0.0.1", "::1", "::2", "::3"}, []string{"1.0.0.1", "::1", "::2", "::3"}},
		{"even", []string{"1.0.0.1", "1.0.0.2", "::1", "::2"}, []string{"1.0.0.1", "::1", "1.0.0.2", "::2"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := interleave(addrPorts(tt.got...)); !slices.Equal(got, addrPorts(tt.want...)) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}
