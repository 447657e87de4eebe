package outbound

import (
	"cmp"
	"context"
	"net"
	"net/netip"
	"time"
)

// headStart is how long one address is tried alone before the next one joins
// (RFC 8305 section 5 recommends 250 ms).
const headStart = 250 * time.Millisecond

type attempt struct {
	conn net.Conn
	err  error
}

// race connects to the first of addrs that answers. They are begun in order,
// each when the one before has failed or has had its head start, so an address
// that swallows packets does not hold up the others. It returns the first
// error if none answers; connections that come too late are closed.
func race(ctx context.Context, addrs []netip.AddrPort, dial dialFunc) (net.Conn, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	done := make(chan attempt)
	pending := 0
	// The losers outlive this call, and the sender must not block on it.
	defer func() { go closeLate(done, pending) }()

	timer := time.NewTimer(0)
	defer timer.Stop()
	var first error
	for {
		select {
		case <-timer.C:
		case a := <-done:
			pending--
			if a.err == nil {
				return a.conn, nil
			}
			if first == nil {
				first = a.err
			}
		}
		if len(addrs) > 0 && ctx.Err() == nil {
			go func(addr netip.AddrPort) {
				conn, err := dial(ctx, addr)
				done <- attempt{conn, err}
			}(addrs[0])
			addrs, pending = addrs[1:], pending+1
			timer.Reset(headStart)
		} else if pending == 0 {
			return nil, cmp.Or(first, ctx.Err())
		}
	}
}

func closeLate(done <-chan attempt, pending int) {
	for range pending {
		if late := <-done; late.err == nil {
			_ = late.conn.Close()
		}
	}
}

// interleave orders addresses so that families alternate, beginning with that
// of the first, and each keeps the resolver's order (RFC 8305 section 4).
func interleave(addrs []netip.AddrPort) []netip.AddrPort {
	if len(addrs) < 3 {
		return addrs
	}
	var same, other []netip.AddrPort
	for _, a := range addrs {
		if a.Addr().Is4() == addrs[0].Addr().Is4() {
			same = append(same, a)
		} else {
			other = append(other, a)
		}
	}
	mixed := make([]netip.AddrPort, 0, len(addrs))
	for i := range max(len(same), len(other)) {
		mixed = append(mixed, same[min(i, len(same)):min(i+1, len(same))]...)
		mixed = append(mixed, other[min(i, len(other)):min(i+1, len(other))]...)
	}
	return mixed
}
