package cmd_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/gateway"
	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/postgres"
)

// sharedLease is long enough for a busy machine and short enough for a test.
const sharedLease = 6 * time.Second

// startReplicas starts gateways that share their flows, their key and the store,
// and nothing else.
func startReplicas(t *testing.T, number int, hcl, database string) []*process {
	t.Helper()
	out := make([]*process, number)
	for i := range out {
		s := newSite(t, hcl, "--store", database, "--lease", sharedLease.String(), "--shutdown-timeout", "2s")
		s.env = []string{"GATEWAY_KEY=one-key-of-all-replicas"}
		out[i] = s.start(t)
	}
	return out
}

// eventually waits until a condition holds.
func eventually(t *testing.T, within time.Duration, what string, holds func() bool) {
	t.Helper()
	over := time.After(within)
	for !holds() {
		select {
		case <-over:
			t.Fatalf("within %v it did not come to this: %s", within, what)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// openShared opens the store of replicas beside them.
func openShared(t *testing.T, database string) store.Store {
	t.Helper()
	st, err := postgres.Open(context.Background(), database, postgres.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	return st
}

// awaitIdle waits until no run is open, also none whose acceptance nobody heard of.
func awaitIdle(t *testing.T, st store.Store, within time.Duration) {
	t.Helper()
	eventually(t, within, "no run is open", func() bool {
		open, err := st.Depths(context.Background())
		return err == nil && len(open) == 0
	})
}

// listed asks a gateway with `gateway runs list` for all runs of a flow, and
// returns their ids.
func listed(t *testing.T, p *process, flow string) map[string]bool {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Args = []string{"gateway", "runs", "list", "--admin", p.admin, "--flow", flow, "--all", "--json"}
	var errs bytes.Buffer
	cmd.Stderr = &errs
	text, err := cmd.Output()
	if err != nil {
		t.Fatalf("gateway runs list: %v\n%s", err, errs.String())
	}
	var page gateway.RunPage
	if err := json.Unmarshal(text, &page); err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	for i := range page.Runs {
		ids[page.Runs[i].ID] = true
	}
	return ids
}

// counts returns how many requests were accepted so far, and how many were
// answered with a status.
func (l *load) counts(status int) (accepted, with int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.accepted), l.refused[status]
}

// inOrder posts numbers one after another to one gateway after the other, until
// the context ends. Then it sends those that were accepted.
func inOrder(ctx context.Context, first int64, path string, replicas []*process) <-chan []int64 {
	out := make(chan []int64, 1)
	go func() {
		var accepted []int64
		defer func() { out <- accepted }()
		client := &http.Client{Timeout: 10 * time.Second}
		for n := first; ; n++ {
			select {
			case <-ctx.Done():
				return
			case <-time.After(25 * time.Millisecond):
			}
			_, status, err := postNumber(client, replicas[n%int64(len(replicas))].base+path, n)
			if err == nil && status < 300 {
				accepted = append(accepted, n)
			}
		}
	}()
	return out
}

// loadEach posts to each gateway by a load of its own, all with other numbers.
func loadEach(t *testing.T, first int64, replicas ...*process) []*load {
	t.Helper()
	out := make([]*load, len(replicas))
	for i, p := range replicas {
		out[i] = startLoad(t, 2, 10*time.Millisecond)
		out[i].next.Store(first + int64(i)*100_000)
		out[i].to(p.base)
	}
	return out
}

// awaitMore waits until each load had some requests more accepted.
func awaitMore(t *testing.T, more int, loads ...*load) {
	t.Helper()
	for _, l := range loads {
		before, _ := l.counts(0)
		eventually(t, time.Minute, "requests are accepted", func() bool {
			now, _ := l.counts(0)
			return now >= before+more
		})
	}
}

// endAll stops loads and returns the runs of all numbers that were accepted,
// after all of these have come to the last action.
func endAll(t *testing.T, r *receiver, loads ...*load) map[int64]string {
	t.Helper()
	accepted := map[int64]string{}
	for _, l := range loads {
		l.end()
		maps.Copy(accepted, l.accepted)
	}
	r.await(t, slices.Sorted(maps.Keys(accepted)), "/three", time.Minute)
	return accepted
}

// hold lets a receiver leave calls of the second action without an answer.
type hold struct {
	mu      sync.Mutex
	left    int           // how many calls more
	waiting int           // of them
	cut     int           // of them, those whose caller went away
	answer  chan struct{} // closed to answer them
}

func (h *hold) pace(path string, req *http.Request) {
	h.mu.Lock()
	if path != "/two" || h.left == 0 {
		h.mu.Unlock()
		<-time.After(2 * time.Millisecond)
		return
	}
	h.left--
	h.waiting++
	answer := h.answer
	h.mu.Unlock()
	select {
	case <-answer:
	case <-req.Context().Done():
		h.mu.Lock()
		h.cut++
		h.mu.Unlock()
	}
}

// take waits until as many calls are held.
func (h *hold) take(t *testing.T, calls int) {
	t.Helper()
	h.mu.Lock()
	h.left, h.waiting, h.cut, h.answer = calls, 0, 0, make(chan struct{})
	h.mu.Unlock()
	eventually(t, time.Minute, "calls are held", func() bool {
		h.mu.Lock()
		defer h.mu.Unlock()
		return h.waiting == calls
	})
}

// release answers held calls once the end of a gateway has cut off some.
func (h *hold) release(t *testing.T) {
	t.Helper()
	eventually(t, time.Minute, "the end of a gateway cuts off calls", func() bool {
		h.mu.Lock()
		defer h.mu.Unlock()
		return h.cut > 0
	})
	close(h.answer)
}

// sharedFlows are three actions, one behind the other, runs in an order, and
// requests with a key that is used once.
func sharedFlows(url string) string {
	return threeActions(url) + fmt.Sprintf(`
flow "ordered" {
  trigger "webhook" {
    path = "/ordered"
    variable "n" { type = number }
    order_by = "all of them"
  }
  action "http" "ordered" {
    url  = "%[1]s/ordered"
    json = { n = webhook.n, run = run.id }
  }
}
flow "once" {
  trigger "webhook" {
    path = "/once"
    variable "n" { type = number }
    dedupe { key = webhook.n }
  }
  action "http" "once" {
    url  = "%[1]s/once"
    json = { n = webhook.n, run = run.id }
  }
}
`, url)
}
