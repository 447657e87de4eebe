package command_test

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
	"strings"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/admin/ops"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/postgres"
)

// sharedLease is long enough for a busy machine and short enough for a test.
const sharedLease = 12 * time.Second

// replicas are gateways that share only their flows, their key and the store.
type replicas struct {
	*receiver
	all   []*process
	sites []*site            // of all
	doors map[*process]*door // by which the calls of each gateway come to the receiver
	st    store.Store        // theirs, opened beside them
}

func startReplicas(t *testing.T, number int, r *receiver, database string) *replicas {
	t.Helper()
	out := &replicas{receiver: r, doors: map[*process]*door{}}
	for i := range number {
		door := r.newDoor(t)
		s := newSite(t, sharedFlows(door.url), "--lease", sharedLease.String(), "--shutdown-timeout", "2s")
		s.env = []string{"GATEWAY_KEY=one-key-of-all-replicas", "GATEWAY_STORE=" + database}
		s.changed = r.changed
		p := s.start(t)
		t.Cleanup(func() {
			if t.Failed() {
				t.Logf("gateway %d said:\n%s", i, p.lines)
			}
		})
		out.all, out.sites, out.doors[p] = append(out.all, p), append(out.sites, s), door
	}
	out.st = openShared(t, database)
	return out
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

// awaitIdle waits until no run is open, even of requests that got no answer.
func (r *replicas) awaitIdle(t *testing.T) {
	t.Helper()
	r.changed.Await(t, "no run is open", func() bool {
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

// postInOrder posts numbers one after another to one gateway after the other,
// until the context ends. Then it sends the accepted ones. A few of them are
// under way at a time.
func (r *replicas) postInOrder(ctx context.Context, first int64, path string) <-chan []int64 {
	out := make(chan []int64, 1)
	context.AfterFunc(ctx, r.changed.Send)
	go func() {
		var accepted []int64
		defer func() { out <- accepted }()
		client := &http.Client{Timeout: 10 * time.Second}
		for n := first; ctx.Err() == nil; n++ {
			_, status, err := postNumber(client, r.all[n%int64(len(r.all))].base+path, n)
			if err != nil || status >= 300 {
				continue
			}
			accepted = append(accepted, n)
			if ahead := len(accepted) - 4; ahead >= 0 {
				r.changed.Wait(func() bool { return ctx.Err() != nil || r.has(accepted[ahead], path) })
			}
		}
	}()
	return out
}

// loadEach posts to each gateway by a traffic of its own, all with other numbers.
func (r *replicas) loadEach(t *testing.T, first int64, gateways ...*process) []*traffic {
	t.Helper()
	out := make([]*traffic, len(gateways))
	for i, p := range gateways {
		out[i] = startTraffic(t, r.receiver, 2, 10)
		out[i].next.Store(first + int64(i)*100_000)
		out[i].to(p.base)
	}
	return out
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
	if n := r.missing(slices.Sorted(maps.Keys(accepted)), "/three"); n != 0 {
		t.Fatalf("request %d did not come to its last action; %s", n, recorded(r.st, accepted[n]))
	}
	return accepted
}

// recorded describes the record of a run, for the message of a failed test.
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

// sharedFlows are three flows: with three actions in sequence, with ordered runs,
// and with a dedupe key. The timeout of their actions is longer than the test: an
// action that is slow on a busy machine must not fail its run.
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
