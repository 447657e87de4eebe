package command_test

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/sqlite"
)

// load posts numbered requests until it is ended, and notes which were
// answered with a success.
type traffic struct {
	target atomic.Pointer[string] // nil: nobody is there now
	next   atomic.Int64
	power  power // what is answered while it is cut does not count
	stop   chan struct{}
	wg     sync.WaitGroup

	mu       sync.Mutex
	accepted map[int64]string // the run of each number
	refused  map[int]int      // answers that were no success, by status
}

func startLoad(t *testing.T, clients int, pause time.Duration) *traffic {
	t.Helper()
	l := &traffic{stop: make(chan struct{}), accepted: map[int64]string{}, refused: map[int]int{}}
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: clients}, Timeout: 10 * time.Second}
	for range clients {
		l.wg.Go(func() { l.post(client, pause) })
	}
	return l
}

func (l *traffic) post(client *http.Client, pause time.Duration) {
	for {
		select {
		case <-l.stop:
			return
		case <-time.After(time.Duration(rand.Int64N(int64(2*pause) + 1))): //nolint:gosec // pacing
		}
		target := l.target.Load()
		if target == nil {
			continue
		}
		n, on := l.next.Add(1), l.power.now()
		run, status, err := postNumber(client, *target, n)
		l.mu.Lock()
		switch {
		case !l.power.since(on):
		case err == nil && status < 300:
			l.accepted[n] = run
		case err == nil:
			l.refused[status]++
		}
		l.mu.Unlock()
	}
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

// end stops the load and returns the numbers that were accepted.
func (l *traffic) end() (numbers []int64) {
	close(l.stop)
	l.wg.Wait()
	for n := range l.accepted {
		numbers = append(numbers, n)
	}
	return numbers
}

func (l *traffic) to(base string) {
	target := base + "/load"
	l.target.Store(&target)
}

// openData opens what a gateway that has ended left behind.
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
