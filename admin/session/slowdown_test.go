package session

import (
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/webhook-gateway/gateway/internal/clock"
)

// TestRefusedSignInsAreSlowedDown: an address waits after ten refusals in a minute,
// and another one does not.
func TestRefusedSignInsAreSlowedDown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSlowdown(clock.System{})
		waited := func(address string) time.Duration {
			began := clock.System{}.Now()
			s.wait(t.Context(), netip.MustParseAddr(address))
			return clock.Since(clock.System{}, began)
		}
		for i := range maxRefusedPer {
			if d := waited("192.0.2.1"); d != 0 {
				t.Fatalf("refusal %d waited %v", i+1, d)
			}
		}
		if d := waited("192.0.2.1"); d != maxDelay {
			t.Errorf("the next refusal waited %v, want %v", d, maxDelay)
		}
		if d := waited("192.0.2.2"); d != 0 {
			t.Errorf("another address waited %v", d)
		}
	})
}
