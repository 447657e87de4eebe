package telemetry_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/gateway/telemetry"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/redact"
	"github.com/webhook-gateway/gateway/store"
)

func newMetrics() *telemetry.Metrics {
	return telemetry.NewMetrics("1.2.3", clock.System{}, func() int64 { return 7 })
}

// series returns the values of a metric by its labels, written as one text.
func series(t *testing.T, m *telemetry.Metrics, name string) map[string]float64 {
	t.Helper()
	families, err := m.Registry().Gather()
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]float64{}
	for _, f := range families {
		if f.GetName() != name {
			continue
		}
		for _, s := range f.GetMetric() {
			labels := ""
			for _, l := range s.GetLabel() {
				labels += "/" + l.GetValue()
			}
			out[labels] = s.GetCounter().GetValue() + s.GetGauge().GetValue() + float64(s.GetHistogram().GetSampleCount())
		}
	}
	return out
}

func TestObserveRequestTakesNoMemory(t *testing.T) {
	f := newMetrics().AddFlows([]*flow.Flow{{Name: "orders"}}, false)["orders"]
	observe := func() { f.ObserveRequest("succeeded", 200, now(), time.Millisecond, nil) }
	observe()
	if n := testing.AllocsPerRun(100, observe); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

// A caller may choose the status of a flow: the number of series has a bound, also
// after many reloads.
func TestRequestSeriesAreBounded(t *testing.T) {
	t.Parallel()
	m := newMetrics()
	var last []*flow.Flow
	for status := range 500 {
		flows := []*flow.Flow{{Name: "orders"}, {Name: fmt.Sprint("other-", status)}} // a reload
		f := m.AddFlows(flows, false)
		m.RemoveFlows(last)
		f["orders"].ObserveRequest("succeeded", 100+status, now(), 0, nil)
		f[flows[1].Name].ObserveRequest("succeeded", 200, now(), 0, nil)
		last = flows
	}
	m.RemoveFlows(last[1:])
	got := series(t, m, "gateway_requests_total")
	sum := 0.0
	for _, n := range got {
		sum += n
	}
	if len(got) > 70 || sum != 500 || got["/orders/succeeded/5xx"] != 100 {
		t.Errorf("%d series that count %v requests: %v", len(got), sum, got)
	}
}

func TestRemoveFlowsKeepsSharedSeries(t *testing.T) {
	t.Parallel()
	m := newMetrics()
	old, next := []*flow.Flow{{Name: "a"}, {Name: "b"}}, []*flow.Flow{{Name: "b"}}
	b := m.AddFlows(old, false)["b"]
	b.ObserveRun(flow.Succeeded, now(), time.Second, nil)
	b.CountSkippedRun()
	b.CountAccepted(store.Accepted{})
	b.CountAccepted(store.Accepted{Dropped: "1"})
	m.AddFlows(next, false)
	m.RemoveFlows(old)
	if got := series(t, m, "gateway_runs_total"); len(got) != 3 || got["/b/dropped"] != 1 || got["/b/succeeded"] != 1 || got["/b/skipped"] != 1 {
		t.Errorf("series %v, want those of b", got)
	}
	m.RemoveFlows(next)
	if got := series(t, m, "gateway_runs_total"); len(got) != 0 {
		t.Errorf("series %v, want none", got)
	}
}

func TestObserveLoad(t *testing.T) {
	t.Parallel()
	m := newMetrics()
	at := time.Unix(1_700_000_000, 0)
	m.ObserveLoad(true, at, time.Second, 3)
	m.ObserveLoad(false, at.Add(time.Hour), 2*time.Second, 0)
	for name, want := range map[string]float64{
		"gateway_flows": 3, "gateway_config_last_reload_successful": 0, "gateway_config_last_reload_duration_seconds": 2,
		"gateway_config_last_reload_success_timestamp_seconds": 1_700_000_000, "gateway_runs_in_flight": 7,
	} {
		if got := series(t, m, name); got[""] != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	if got := series(t, m, "gateway_config_reloads_total"); got["/success"] != 1 || got["/failure"] != 1 {
		t.Errorf("reloads %v", got)
	}
}

// depthStore is a store that counts how often it is asked.
type depthStore struct {
	mu     sync.Mutex // held by whoever changes what a goroutine may count
	calls  int
	depths []store.Depth
	err    error
}

func (s *depthStore) Depths(ctx context.Context) ([]store.Depth, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls++
	return s.depths, errors.Join(s.err, ctx.Err())
}

func TestQueues(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &depthStore{depths: []store.Depth{{Flow: "a", Queued: 2, Waiting: 1, Oldest: time.UnixMilli(5000)}}}
		q, m := telemetry.NewQueues(t.Context(), s, clock.System{}), newMetrics()
		m.RegisterQueues(q, telemetry.NewLog(zap.NewNop()))
		got := fmt.Sprint(series(t, m, "gateway_queue_runs"))
		if got != "map[/a/queued:2 /a/running:0 /a/waiting:1]" {
			t.Error(got)
		}
		if got := series(t, m, "gateway_queue_oldest_timestamp_seconds"); len(got) != 1 || got["/a"] != 5 || s.calls != 1 {
			t.Errorf("%v after %d counts", got, s.calls)
		}
		if err := clock.Sleep(t.Context(), clock.System{}, 3*time.Second); err != nil {
			t.Fatal(err)
		}
		s.err = errors.New("away")
		if got := series(t, m, "gateway_queue_runs"); len(got) != 0 || s.calls != 2 {
			t.Errorf("%v after %d counts, want none: the store is away", got, s.calls)
		}
	})
}

func TestRegisterHistory(t *testing.T) {
	t.Parallel()
	m := newMetrics()
	m.RegisterHistory(func() int64 { return 3 }, func() int64 { return 4 })
	if dropped, summaries := series(t, m, "gateway_history_dropped_total")[""], series(t, m, "gateway_history_bare_total")[""]; dropped != 3 || summaries != 4 {
		t.Errorf("dropped %v, summaries %v", dropped, summaries)
	}
}

func TestLogRedact(t *testing.T) {
	t.Parallel()
	log := telemetry.NewLog(zap.NewNop())
	if got := log.Redact("hunter2"); got != "hunter2" {
		t.Errorf("redacted as %q without secrets", got)
	}
	log.SetSecrets(redact.New([]string{"hunter2"}))
	if got := log.Redact("pass hunter2"); got != "pass (sensitive)" {
		t.Errorf("redacted as %q", got)
	}
}
