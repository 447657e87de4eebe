package main

import (
	"testing"

	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/testutil/racetest"
	"github.com/webhook-gateway/gateway/store/sqlite"
)

// TestAllocations holds what a sync run with an order allocates, from the header of
// its request to the outcome in the history, without the HTTP server: the id, the
// event with the values that the flow reads, the run with its two steps, the values
// that jq and the answer make, and the entry of the history. A higher number needs a
// reason.
func TestAllocations(t *testing.T) {
	if racetest.On {
		t.Skip("the race detector allocates; make test runs this test without it too")
	}
	s, err := sqlite.Open(sqlite.Options{Dir: t.TempDir(), Clock: clock.System{}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	g := loadGateway(t, s)
	for check, most := range map[string]float64{"hmac": 62, "basic": 58} {
		serve, w := orders(t, g, check)
		for range 2000 { // until pools are filled and the history has no time for details
			serve()
		}
		if n := testing.AllocsPerRun(1000, serve); n > most {
			t.Errorf("%s: %v allocations a request, at most %v are wanted", check, n, most)
		}
		if w.status != 200 {
			t.Errorf("%s: status %d", check, w.status)
		}
	}
}
