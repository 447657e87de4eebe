package command_test

import (
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/internal/testutil/signaltest"
)

// TestStopUnderLoad stops a gateway under load. It or the next one finishes each
// accepted run at the first attempt, and only actions that the stop cut off are
// repeated.
func TestStopUnderLoad(t *testing.T) {
	t.Parallel()
	h := &callHold{}
	r := newReceiver(t, h.pace)
	s := newSite(t, threeActions(r.url), "--shutdown-timeout", "500ms")
	const clients, window, stops = 6, 2, 3
	l := startTraffic(t, r, clients, window)
	for range stops {
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
	// A busy machine may not end the calls that are not held in half a second either.
	if repeated < 1 || repeated > clients*window*stops {
		t.Errorf("%d actions were repeated; at most %d were under way at each of %d stops", repeated, clients*window, stops)
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
// of a run, if no other run is under way.
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

// TestSecondSignalEndsAtOnce: a second Ctrl-C ends the gateway without waiting
// for runs in progress.
func TestSecondSignalEndsAtOnce(t *testing.T) {
	t.Parallel()
	began := make(chan struct{}, 1)
	r := newReceiver(t, func(_ string, req *http.Request) {
		began <- struct{}{}
		<-req.Context().Done()
	})
	s := newSite(t, strings.Replace(threeActions(r.url), `path = "/load"`, "path = \"/load\"\n    mode = \"sync\"", 1), "--shutdown-timeout", "1h")
	p := s.start(t)
	go func() { _, _, _ = postNumber(http.DefaultClient, p.base+"/load", 1) }() // it is never answered
	<-began
	interrupt := func() { _ = p.cmd.Process.Signal(os.Interrupt) } // fails once the process is gone
	interrupt()
	s.changed.Await(t, "the gateway begins to stop", p.lines.isStopping)
	// The gateway may write this line just before the next signal ends it.
	signaltest.Repeat(t, "a further signal ends the gateway", func() bool {
		interrupt()
		select {
		case <-p.ended:
			return true
		default:
			return false
		}
	})
}
