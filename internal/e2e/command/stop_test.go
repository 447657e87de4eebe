package command_test

import (
	"net/http"
	"slices"
	"sync/atomic"
	"testing"
	"time"
)

// TestStopUnderLoad stops a gateway under load: what it accepted is finished by
// itself or by the next, at the first attempt, and nothing is done twice but
// what the stop cut off.
func TestStopUnderLoad(t *testing.T) {
	t.Parallel()
	var stuck atomic.Int64 // how many calls more are not answered
	r := newReceiver(t, func(path string, req *http.Request) {
		if path == "/two" && stuck.Add(-1) >= 0 {
			<-req.Context().Done()
			return
		}
		elapse(2 * time.Millisecond)
	})
	s := newSite(t, threeActions(r.url), "--shutdown-timeout", "500ms")
	l := startLoad(t, 6, 3*time.Millisecond)
	for range 3 {
		p := s.start(t)
		l.to(p.base)
		elapse(200 * time.Millisecond)
		stuck.Store(5)
		elapse(200 * time.Millisecond)
		if took := p.stop(); took > 6*time.Second {
			t.Errorf("the stop took %v", took)
		}
		r.life.Add(1)
		stuck.Store(0)
	}
	p := s.start(t)
	l.to(p.base)
	numbers := l.end()
	slices.Sort(numbers)
	r.await(t, numbers, "/three", 15*time.Second) // sooner than a lease ends
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
		r.await(t, []int64{n}, "/three", 10*time.Second)
	}
	slices.Sort(waits)
	t.Logf("from request to first action: median %v, longest %v", waits[len(waits)/2], waits[len(waits)-1])
	p.stop()
	r.check(t, "/one", "/two", "/three")
}
