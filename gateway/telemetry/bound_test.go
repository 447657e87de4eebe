package telemetry

import (
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/clock"
)

// TestSeriesAreBounded: above the bound flows are counted together, and flows that
// are removed make room.
func TestSeriesAreBounded(t *testing.T) {
	t.Parallel()
	m := NewMetrics("1", clock.System{}, func() int64 { return 0 })
	flows := []*flow.Flow{{Name: "a"}, {Name: "b"}, {Name: "c"}}
	m.series.Store(maxSeries - 2) // a run has two
	series := m.AddFlows(flows, false)
	for range 2 {
		for _, f := range flows {
			series[f.Name].ObserveRun(flow.Succeeded, clock.System{}.Now(), time.Second, nil)
		}
	}
	for name, want := range map[string]float64{"a": 2, "b": 0, otherFlows: 4} {
		if got := runsOf(t, m, name); got != want {
			t.Errorf("%s: %v runs, want %v", name, got, want)
		}
	}
	m.RemoveFlows(flows)
	if n := m.series.Load(); n != maxSeries-2 {
		t.Errorf("%d series after the flows were removed", n)
	}
	m.AddFlows(flows, false)["b"].ObserveRun(flow.Succeeded, clock.System{}.Now(), time.Second, nil)
	if got := runsOf(t, m, "b"); got != 1 {
		t.Errorf("%v runs of b, which has room now", got)
	}
}

// runsOf returns the number of runs that are counted for a flow.
func runsOf(t *testing.T, m *Metrics, name string) float64 {
	t.Helper()
	families, err := m.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		for _, s := range f.GetMetric() {
			if f.GetName() == "gateway_runs_total" && s.GetLabel()[0].GetValue() == name {
				return s.GetCounter().GetValue()
			}
		}
	}
	return 0
}
