package telemetry_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/gateway/telemetry"
	"github.com/webhook-gateway/gateway/internal/clock"
)

func now() time.Time { return clock.System{}.Now() }

func sleep(t *testing.T, d time.Duration) {
	t.Helper()
	if err := clock.Sleep(t.Context(), clock.System{}, d); err != nil {
		t.Fatal(err)
	}
}

func TestUsageForgetsAfterAnHour(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := newMetrics()
		flows := []*flow.Flow{{Name: "orders"}}
		f := m.AddFlows(flows, false)["orders"]
		f.ObserveRequest("succeeded", 200, now(), 10*time.Millisecond, nil)
		f.ObserveRun(flow.Failed, now(), time.Second, nil)
		sleep(t, 30*time.Minute)
		f.ObserveRequest("unauthorized", 401, now(), 10*time.Millisecond, nil)
		f.CountRefusal()
		m.AddFlows(flows, false) // a reload
		m.RemoveFlows(flows)
		want := telemetry.UsageMinute{Requests: 1, Runs: 1, Failed: 1}
		got := m.Usage()["orders"]
		if got.Minutes[29] != want || got.Minutes[59] != (telemetry.UsageMinute{Requests: 1, Refused: 1}) {
			t.Errorf("minutes %v", got.Minutes)
		}
		sleep(t, 30*time.Minute)
		got = m.Usage()["orders"]
		if got.Minutes[29] != (telemetry.UsageMinute{Requests: 1, Refused: 1}) || sum(got.Minutes) != 1 || got.Runs != (telemetry.Latency{}) {
			t.Errorf("after an hour %v, runs %v", got.Minutes, got.Runs)
		}
		sleep(t, 300*time.Hour)
		if got = m.Usage()["orders"]; sum(got.Minutes) != 0 || got.Requests != (telemetry.Latency{}) {
			t.Errorf("after days %v", got)
		}
		m.RemoveFlows(flows)
		if got := m.Usage(); len(got) != 0 {
			t.Errorf("%v of flows that are gone", got)
		}
	})
}

func sum(minutes []telemetry.UsageMinute) (n int64) {
	for _, m := range minutes {
		n += m.Requests + m.Runs
	}
	return n
}

func TestUsagePercentiles(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ fast, slow time.Duration }{
		"milliseconds": {3 * time.Millisecond, 400 * time.Millisecond},
		"shortest":     {100 * time.Microsecond, 2 * time.Second},
		"minutes":      {time.Second, 20 * time.Minute},
	} {
		f := newMetrics()
		series := f.AddFlows([]*flow.Flow{{Name: "a"}}, false)["a"]
		for range 90 {
			series.ObserveRun(flow.Succeeded, now(), c.fast, nil)
		}
		for range 10 {
			series.ObserveRun(flow.Succeeded, now(), c.slow, nil)
		}
		got := f.Usage()["a"].Runs
		if !near(got.P50, c.fast) || !near(got.P95, c.slow) {
			t.Errorf("%s: %v, want %v and %v", name, got, c.fast, c.slow)
		}
	}
}

// near reports whether a percentile is right to 20 %.
func near(got, want time.Duration) bool {
	return float64(got) >= 0.8*float64(want) && float64(got) <= 1.2*float64(want)
}
