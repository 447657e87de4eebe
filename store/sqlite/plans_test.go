package sqlite_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/internal/ulid"
	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/sqlite"
)

// TestPlans holds how SQLite reads: every list, lookup, statistic and purge goes down
// an index in the order that it needs. Neither reads a table from its beginning, nor
// sorts what it has found.
func TestPlans(t *testing.T) {
	t.Parallel()
	s := sqlite.OpenAt(t, t.TempDir())
	flows := []string{"a", "b"}
	for name, q := range map[string]store.Filter{
		"all":                 {},
		"flow":                {Flows: flows[:1]},
		"flows":               {Flows: flows},
		"time":                {From: time.Now().Add(-time.Hour), To: time.Now()},
		"succeeded":           {States: []store.State{store.Succeeded}},
		"succeeded of flows":  {Flows: flows, States: []store.State{store.Succeeded}},
		"failed":              {States: []store.State{store.Failed}},
		"failed of flows":     {Flows: flows, States: []store.State{store.Failed, store.Cancelled}},
		"a group of failures": {Flows: flows, Failure: store.FormatFailureKey(7)},
		"reasons":             {Reasons: []string{"timeout", "unauthorized"}},
		"reason of a flow":    {Flows: flows, Reasons: []string{"timeout"}, States: []store.State{store.Failed}},
		"reasons of flows":    {Flows: flows, Reasons: []string{"timeout", "unauthorized"}},
		"an order key":        {Flows: flows, OrderKey: "customer 7"},
		"started by a run":    {Parent: ulid.New(time.Now())},
		"text":                {Text: "x"},
		"text of flows":       {Flows: flows, Text: "x"},
	} {
		plan, err := s.ListPlan(t.Context(), store.ListQuery{Filter: q, Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		checkPlan(t, "list of "+name, plan)
	}
	for name, text := range sqlite.HistoryQueries() {
		plan, err := s.Plan(t.Context(), text)
		if err != nil {
			t.Fatal(err)
		}
		checkPlan(t, name, plan)
	}
}

func checkPlan(t *testing.T, name string, plan []string) {
	t.Helper()
	if len(plan) == 0 {
		t.Errorf("%s: there is no plan", name)
	}
	for _, step := range plan {
		isScan := strings.HasPrefix(step, "SCAN") && !strings.Contains(step, "USING INDEX") && !strings.Contains(step, "USING COVERING INDEX")
		if isScan || strings.Contains(step, "TEMP B-TREE") {
			t.Errorf("%s: %s", name, fmt.Sprint(strings.Join(plan, "\n\t")))
			return
		}
	}
}
