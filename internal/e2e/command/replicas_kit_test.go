package command_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/admin/ops"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/postgres"
)

// sharedLease is long enough for a busy machine and short enough for a test.
const sharedLease = 6 * time.Second

// replicas are gateways that share their flows, their key and the store, and
// nothing else.
type replicas struct {
	*receiver
	all   []*process
	doors map[*process]string // by which the calls of each gateway come to the receiver
	st    store.Store         // theirs, opened beside them
}

func startReplicas(t *testing.T, number int, r *receiver, database string) *replicas {
	t.Helper()
	out := &replicas{receiver: r, doors: map[*process]string{}}
	for i := range number {
		door := r.door(t)
		s := newSite(t, sharedFlows(door), "--lease", sharedLease.String(), "--shutdown-timeout", "2s")
		s.env = []string{"GATEWAY_KEY=one-key-of-all-replicas", "GATEWAY_STORE=" + database}
		p := s.start(t)
		t.Cleanup(func() {
			if t.Failed() {
				t.Logf("gateway %d said:\n%s", i, p.lines)
			}
		})
		out.all, out.doors[p] = append(out.all, p), door
	}
	out.st = openShared(t, database)
	return out
}

// door is one more address of the receiver.
func (r *receiver) door(t *testing.T) string {
	t.Helper()
	s := httptest.NewServer(r)
	t.Cleanup(s.Close)
	t.Cleanup(s.CloseClientConnections)
	return s.URL
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
	st, err := postgres.Open(context.Background(), database, postgres.Options{Clock: clock.System{}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	return st
}

// awaitIdle waits until no run is open, also none whose acceptance nobody heard of.
func (r *replicas) awaitIdle(t *testing.T) {
	t.Helper()
	eventually(t, time.Minute, "no run is open", func() bool {
		open, err := r.st.Depths(context.Background())
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
	var page ops.RunPage
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
func (l *traffic) counts(status int) (accepted, with int) {
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
func loadEach(t *testing.T, first int64, replicas ...*process) []*traffic {
	t.Helper()
	out := make([]*traffic, len(replicas))
	for i, p := range replicas {
		out[i] = startLoad(t, 2, 10*time.Millisecond)
		out[i].next.Store(first + int64(i)*100_000)
		out[i].to(p.base)
	}
	return out
}

// awaitMore waits until each load had some requests more accepted.
func awaitMore(t *testing.T, more int, loads ...*traffic) {
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
func (r *replicas) endAll(t *testing.T, loads ...*traffic) map[int64]string {
	t.Helper()
	accepted := map[int64]string{}
	for _, l := range loads {
		l.end()
		maps.Copy(accepted, l.accepted)
	}
	over := time.After(time.Minute)
	for _, n := range slices.Sorted(maps.Keys(accepted)) {
		for len(r.at(n, "/three")) == 0 {
			select {
			case <-over:
				t.Fatalf("request %d did not come to its last action; %s", n, recorded(r.st, accepted[n]))
			case <-time.After(5 * time.Millisecond):
			}
		}
	}
	return accepted
}

// recorded tells all that a store knows of a run.
func recorded(st store.Store, id string) string {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	run, err := st.Get(ctx, id)
	if err != nil {
		return fmt.Sprintf("run %s: %v", id, err)
	}
	text := fmt.Sprintf("run %s is %s, attempt %d, cause %+v, received %v, started %v, due %v, finished %v, owner %q until %v", id, run.State, run.Attempt,
		run.Cause, run.Received, run.Started, run.Due, run.Finished, run.Owner, run.Lease)
	for i := range run.Steps {
		s := &run.Steps[i]
		text += fmt.Sprintf("\n  step %s: %s, %d attempts, began %v, took %v, cause %+v", s.Path, s.State, s.Attempts, s.Began, s.Took, s.Cause)
	}
	open, err := st.Depths(ctx)
	return text + fmt.Sprintf("\n  open: %+v, %v", open, err)
}

// sharedFlows are three actions, one behind the other, runs in an order, and
// requests with a key that is used once. Their actions have more time than the
// test has: one that is slow on a busy machine must not fail its run.
func sharedFlows(url string) string {
	patient := strings.ReplaceAll(threeActions(url), "    json = {", "    timeout = \"10m\"\n    json = {")
	return patient + fmt.Sprintf(`
flow "ordered" {
  trigger "webhook" {
    path = "/ordered"
    variable "n" { type = number }
    order_by = "all of them"
  }
  action "http" "ordered" {
    url     = "%[1]s/ordered"
    timeout = "10m"
    json    = { n = webhook.n, run = run.id }
  }
}
flow "once" {
  trigger "webhook" {
    path = "/once"
    variable "n" { type = number }
    dedupe { key = webhook.n }
  }
  action "http" "once" {
    url     = "%[1]s/once"
    timeout = "10m"
    json    = { n = webhook.n, run = run.id }
  }
}
`, url)
}
