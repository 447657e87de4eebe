package command_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/webhook-gateway/gateway/internal/testutil/postgrestest"
	"github.com/webhook-gateway/gateway/internal/testutil/signaltest"
	"github.com/webhook-gateway/gateway/store"
)

// TestReplicasTagAtOnce: two gateways give the same contact a tag at the same
// instant, and a schedule ticks for both of them.
func TestReplicasTagAtOnce(t *testing.T) {
	t.Parallel()
	var changed signaltest.Signal
	var delivered, ticks atomic.Int64
	outside := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/tick" {
			ticks.Add(1)
		} else {
			delivered.Add(1)
		}
		changed.Send()
	}))
	t.Cleanup(outside.Close)
	database := postgrestest.Start(t).Database(t)
	var gateways []*process
	for range 2 {
		s := newSite(t, strings.ReplaceAll(taggingFlows, "OUT", outside.URL))
		s.env = []string{"GATEWAY_KEY=one-key-of-all-replicas", "GATEWAY_STORE=" + database}
		s.changed = &changed
		gateways = append(gateways, s.start(t))
	}
	st := openShared(t, database)
	const contacts = 10
	for i := range contacts {
		var wg sync.WaitGroup
		for _, p := range gateways {
			wg.Go(func() {
				body := fmt.Sprintf(`{"email": "Contact-%d@example.com"}`, i)
				res, err := http.Post(p.base+"/tag", "application/json", strings.NewReader(body))
				if err != nil {
					t.Error(err)
					return
				}
				if _ = res.Body.Close(); res.StatusCode != http.StatusOK {
					t.Error(res.Status)
				}
			})
		}
		wg.Wait()
	}
	var states map[store.State]int
	changed.Await(t, "each contact was delivered once and throttled once", func() bool {
		states = statesOf(t, st, "tagged")
		return states[store.Succeeded] == contacts && states[store.Throttled] == contacts
	})
	if n := delivered.Load(); n != contacts {
		t.Errorf("%d deliveries for %d contacts", n, contacts)
	}
	changed.Await(t, "the schedule ticked", func() bool { return ticks.Load() > 0 })
	if states := statesOf(t, st, "minutely"); int64(states[store.Succeeded]) < ticks.Load() {
		t.Errorf("%d ticks came from runs %v", ticks.Load(), states)
	}
	seen := map[string]bool{}
	for _, at := range variablesOf(t, st, "minutely") {
		if seen[at] {
			t.Errorf("two runs for the tick %s", at)
		}
		seen[at] = true
	}
}

const taggingFlows = `
gateway {
  egress { allow = ["127.0.0.1"] }
}
flow "tag" {
  trigger "webhook" { path = "/tag" }
  action "tag" "give" {
    contact = webhook.body.email
    add     = "bought"
  }
}
flow "tagged" {
  trigger "tag" { tag = "bought" }
  action "webhook" "send" {
    url = "OUT/deliver"
    field "source" { value = "gateway" }
  }
}
flow "minutely" {
  trigger "schedule" { cron = "* * * * *" }
  action "http" "tick" { url = "OUT/tick" }
}
`

// statesOf counts the runs of a flow by state.
func statesOf(t *testing.T, st store.Store, name string) map[store.State]int {
	t.Helper()
	page, err := st.List(context.Background(), store.ListQuery{Filter: store.Filter{Flows: []string{name}}, Limit: store.MaxPage})
	if err != nil {
		t.Fatal(err)
	}
	out := map[store.State]int{}
	for i := range page.Runs {
		out[page.Runs[i].State]++
	}
	return out
}

// variablesOf returns the variables of the runs of a flow.
func variablesOf(t *testing.T, st store.Store, name string) []string {
	t.Helper()
	page, err := st.List(context.Background(), store.ListQuery{Filter: store.Filter{Flows: []string{name}}, Limit: store.MaxPage})
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for i := range page.Runs {
		run, err := st.Get(context.Background(), page.Runs[i].ID)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, string(run.Variables))
	}
	return out
}
