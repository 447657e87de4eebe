package postgres_test

import (
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/postgres"
)

// TestPlans holds that lists of a flow go down an index of flows, also where the server
// believes that each flow runs often.
func TestPlans(t *testing.T) {
	t.Parallel()
	url := server.Database(t)
	s, err := postgres.Open(t.Context(), url, postgres.Options{Clock: clock.System{}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	execute(t, url, "INSERT INTO gateway.runs (id, flow, state, failure) SELECT gen_random_uuid(), 'busy', n % 2 + 4, 1 FROM generate_series(1, 20000) n", "ANALYZE gateway.runs")
	for name, c := range map[string]struct {
		states []store.State
		index  string
	}{
		"all":               {nil, "runs_flow "},
		"succeeded":         {[]store.State{store.Succeeded}, "runs_flow "},
		"failed":            {[]store.State{store.Failed}, "runs_flow_state "},
		"failed, cancelled": {[]store.State{store.Failed, store.Cancelled}, "runs_flow_state "},
	} {
		plan := postgres.ListPlan(t.Context(), t, s, store.ListQuery{Filter: store.Filter{Flows: []string{"never", "rare"}, States: c.states}})
		if !strings.Contains(plan, c.index) || strings.Contains(plan, "runs_pkey") || strings.Contains(plan, "Seq Scan") || strings.Contains(plan, "runs_state ") {
			t.Errorf("%s: %s", name, plan)
		}
	}
}
