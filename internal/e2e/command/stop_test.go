package command_test

import (
	"net/http"
	"slices"
	"testing"
	"time"
)

// TestStopUnderLoad stops a gateway under load: what it accepted is finished by
// itself or by the next, at the first attempt, and nothing is done twice but
// what the stop cut off.
func TestStopUnderLoad(t *testing.T) {
	t.Parallel()
	h := &hold{}
	r := newReceiver(t, h.pace)
	s := newSite(t, threeActions(r.url), "--shutdown-timeout", "500ms")
	l := startTraffic(t, r, 6, 2)
	for range 3 {
		p := s.start(t)
		l.to(p.base)
		awaitMore(t, 20, l)
		h.take(t, r.door, 5)
		p.stop() // it would never end if it waited for the held calls
		h.over(t)
		r.life.Add(1)
	}
	p := s.start(t)
	l.to(p.base)
	numbers := l.end()
	r.await(t, numbers, "/three")
	p.stop()
	repeated := r.check(t, "/one", "/two", "/three")
	t.Logf("%d accepted, other answers %v, %d actions repeated", len(numbers), l.refused, repeated)
	if repeated < 1 || repeated > 15 {
		t.Errorf("%d actions were repeated; at most five were cut off by each of three stops", repeated)
	}
	for _, n := range numbers {
		if len(r.at(n, "/failed")) > 0 {
			t.Errorf("request %d came to on_error, as a stop cut it off", n)
		}
	}
	for status := range l.refused {
		if status != http.StatusServiceUnavailable {
			t.Errorf("a request was answered with %d", status)
		}
	}
	checkFinished(t, openData(t, s), l.accepted, 1)
}

// TestStartsAtOnce reports how long it takes from an answer to the first action
// of a run, where nothing else is under way.
func TestStartsAtOnce(t *testing.T) {
	t.Parallel()
	came := make(chan time.Time, 1)
	r := newReceiver(t, func(path string, _ *http.Request) {
		if path == "/one" {
			came <- time.Now()
		}
	})
	s := newSite(t, threeActions(r.url))
	p := s.start(t)
	var waits []time.Duration
	for n := range int64(60) {
		began := time.Now()
		if _, status, err := postNumber(http.DefaultClient, p.base+"/load", n); err != nil || status != http.StatusOK {
			t.Fatal(status, err)
		}
		waits = append(waits, (<-came).Sub(began))
		r.await(t, []int64{n}, "/three")
	}
	slices.Sort(waits)
	t.Logf("from request to first action: median %v, longest %v", waits[len(waits)/2], waits[len(waits)-1])
	p.stop()
	r.check(t, "/one", "/two", "/three")
}
