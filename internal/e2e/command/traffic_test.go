package command_test

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/sqlite"
)

// traffic posts numbered requests until it is ended, and notes which were
// answered with a success.
type traffic struct {
	receiver *receiver
	window   int                    // accepted requests of one client that have not come to the last action
	target   atomic.Pointer[string] // nil: no gateway is there yet
	next     atomic.Int64
	power    power        // what is answered while it is cut does not count
	answers  atomic.Int64 // requests that were answered or failed
	ended    atomic.Bool
	wg       sync.WaitGroup

	mu       sync.Mutex
	accepted map[int64]string // the run of each number
	refused  map[int]int      // answers that were no success, by status
}

// startTraffic starts clients. Each one sends its next request after enough of
// its earlier ones have come to the last action.
func startTraffic(t *testing.T, r *receiver, clients, window int) *traffic {
	t.Helper()
	l := &traffic{receiver: r, window: window, accepted: map[int64]string{}, refused: map[int]int{}}
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: clients}, Timeout: 10 * time.Second}
	for range clients {
		l.wg.Go(func() { l.post(client) })
	}
	return l
}

// post sends requests until the traffic ends. The runs of a gateway that was
// killed may take long, so a client does not wait for them at the next target.
func (l *traffic) post(client *http.Client) {
	var open []int64
	for !l.ended.Load() {
		target, moment := l.target.Load(), l.power.now()
		moved := func() bool { return l.ended.Load() || l.target.Load() != target || l.power.now() != moment }
		if target == nil {
			l.receiver.changed.Wait(moved)
			continue
		}
		n := l.next.Add(1)
		run, status, err := postNumber(client, *target, n)
		l.note(moment, n, run, status, err)
		switch {
		case err != nil && !os.IsTimeout(err): // the gateway is gone
			l.receiver.changed.Wait(moved)
		case err == nil && status < 300:
			open = append(open, n)
			l.receiver.changed.Wait(func() bool {
				open = slices.DeleteFunc(open, func(n int64) bool { return l.receiver.has(n, "/three") })
				return len(open) < l.window || moved()
			})
		}
		if moved() {
			open = nil
		}
	}
}

// note counts the answer to a number that was sent at a moment of the power.
func (l *traffic) note(moment, n int64, run string, status int, err error) {
	l.mu.Lock()
	switch {
	case !l.power.since(moment):
	case err == nil && status < 300:
		l.accepted[n] = run
	case err == nil:
		l.refused[status]++
	}
	l.mu.Unlock()
	l.answers.Add(1)
	l.receiver.changed.Send()
}

// counts returns how many requests were accepted so far, and how many were
// answered with a status.
func (l *traffic) counts(status int) (accepted, with int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.accepted), l.refused[status]
}

// awaitMore waits until each traffic had some requests more accepted.
func awaitMore(t *testing.T, more int, all ...*traffic) {
	t.Helper()
	for _, l := range all {
		before, _ := l.counts(0)
		l.receiver.changed.Await(t, "requests are accepted", func() bool {
			now, _ := l.counts(0)
			return now >= before+more
		})
	}
}

// turnPower cuts the power of the answers, or restores it.
func (l *traffic) turnPower() {
	l.power.turn()
	l.receiver.changed.Send()
}

// postNumber sends a number, and returns the run that was made of it.
func postNumber(client *http.Client, target string, n int64) (run string, status int, err error) {
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, target, strings.NewReader(fmt.Sprintf(`{"n": %d}`, n)))
	if err != nil {
		return "", 0, err
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := client.Do(req)
	if err != nil {
		return "", 0, err
	}
	defer res.Body.Close()
	if _, err := io.Copy(io.Discard, res.Body); err != nil {
		return "", 0, err
	}
	return res.Header.Get("Gateway-Run"), res.StatusCode, nil
}

// end stops the traffic and returns the numbers that were accepted, in order.
func (l *traffic) end() []int64 {
	l.ended.Store(true)
	l.receiver.changed.Send()
	l.wg.Wait()
	return slices.Sorted(maps.Keys(l.accepted))
}

func (l *traffic) to(base string) {
	target := base + "/load"
	l.target.Store(&target)
	l.receiver.changed.Send()
}

// openData opens the store of a gateway that has ended.
func openData(t *testing.T, s *site) store.Store {
	t.Helper()
	st, err := sqlite.Open(sqlite.Options{Dir: s.data, Clock: clock.System{}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	return st
}

// checkFinished reports accepted runs that did not succeed, and runs that are
// still open.
func checkFinished(t *testing.T, st store.Store, accepted map[int64]string, attempts int) {
	t.Helper()
	for n, id := range accepted {
		run, err := st.Get(context.Background(), id)
		switch {
		case err != nil:
			t.Errorf("request %d was accepted as run %s: %v", n, id, err)
		case run.State != store.Succeeded:
			t.Errorf("run %s of request %d is %s, attempt %d, %+v", id, n, run.State, run.Attempt, run.Cause)
		case attempts > 0 && run.Attempt > attempts:
			t.Errorf("run %s took %d attempts", id, run.Attempt)
		}
	}
	open, err := st.Depths(context.Background())
	if err != nil || len(open) > 0 {
		t.Errorf("open runs: %+v, %v", open, err)
	}
}
