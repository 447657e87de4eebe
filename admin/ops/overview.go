package ops

import (
	"context"
	"time"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/gateway/telemetry"
)

// Overview is what needs attention, and the figures of each flow.
type Overview struct {
	At            time.Time      `json:"at"`
	From          time.Time      `json:"from" doc:"Start of the first of the 60 minutes."`
	RequestsSince time.Time      `json:"requests_since" doc:"Requests and durations are counted by this process, from this time on."`
	Store         string         `json:"store" doc:"ok, unavailable, or none. Without a store, runs are those of this process."`
	Failing       []string       `json:"failing" doc:"Flows with runs that failed in the last hour, most failures first."`
	Stalled       []QueueDepth   `json:"stalled" doc:"Queues whose oldest run has waited for more than a minute, those of paused flows apart, the longest wait first."`
	Growing       []QueueDepth   `json:"growing" doc:"Queues of at least 10 runs that have become larger by more than half within five minutes, those of paused flows apart, the largest first."`
	Reload        ReloadStatus   `json:"reload"`
	Flows         []FlowOverview `json:"flows" doc:"In the order of the files."`
}

// FlowOverview is a flow with its figures.
type FlowOverview struct {
	Name    string     `json:"name"`
	Label   string     `json:"label"`
	Trigger string     `json:"trigger"`
	Enabled bool       `json:"enabled"`
	Paused  *FlowPause `json:"paused,omitempty" doc:"Missing if the flow is not paused."`
	FlowFigures
	Queue QueueDepth `json:"queue"`
}

// Overview returns what needs attention, and the figures of each flow. If the store
// is not available, the figures of the process remain.
func (s *Service) Overview(ctx context.Context) (Overview, error) {
	snap := s.opts.Snapshots.Acquire()
	if snap == nil {
		return Overview{}, errShuttingDown()
	}
	defer snap.Release()
	status := s.Status()
	f := s.collectFigures(ctx)
	out := Overview{
		At: s.opts.Clock.Now().UTC(), From: f.first.UTC(), RequestsSince: f.since(status.Started), Store: f.store,
		Failing: []string{}, Stalled: []QueueDepth{}, Growing: []QueueDepth{}, Reload: status.Reload, Flows: []FlowOverview{},
	}
	queues := map[string]QueueDepth{}
	for _, d := range status.Queue {
		queues[d.Flow] = d
	}
	for _, d := range status.Queue {
		if s.flowPause(view{snap}, d.Flow) == nil {
			out.judgeQueue(d)
		}
	}
	if status.Store != "ok" {
		out.Store = status.Store
	}
	for _, fl := range snap.Config.Flows {
		shown := view{snap}.showFlowOverview(fl, f.of(fl.Name), queues[fl.Name])
		shown.Paused = s.flowPause(view{snap}, fl.Name)
		out.Flows = append(out.Flows, shown)
	}
	sortAttention(&out)
	return out, nil
}

func (v view) showFlowOverview(f *flow.Flow, figures FlowFigures, q QueueDepth) FlowOverview {
	q.Flow = f.Name
	return FlowOverview{
		Name: f.Name, Label: v.redactText(f.Label), Trigger: f.Kind, Enabled: f.Enabled, FlowFigures: figures, Queue: q,
	}
}

// collectedFigures are the counts of all flows.
type collectedFigures struct {
	usage map[string]telemetry.Usage
	runs  map[string]*runMinutes // of the store; nil if it has none now
	first time.Time              // the first minute
	store string
}

func (s *Service) collectFigures(ctx context.Context) collectedFigures {
	f := collectedFigures{usage: s.opts.Process.Usage(), store: "none"}
	f.first = s.opts.Clock.Now().Truncate(time.Minute).Add(-(telemetry.UsageMinutes - 1) * time.Minute)
	if s.opts.Store == nil {
		return f
	}
	runs, first, err := s.runsByMinute(ctx)
	if err != nil {
		f.store = "unavailable"
		return f
	}
	f.runs, f.first, f.store = runs, first, "ok"
	return f
}

// of returns the figures of a flow.
func (f *collectedFigures) of(name string) FlowFigures {
	usage := f.usage[name]
	if f.runs == nil {
		return flowFigures(usage, usageMinutes(usage))
	}
	return flowFigures(usage, f.runs[name])
}

// since returns from when on the process has counted.
func (f *collectedFigures) since(started time.Time) time.Time {
	if started.After(f.first) {
		return started.UTC()
	}
	return f.first.UTC()
}
