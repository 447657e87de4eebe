package ops

import (
	"context"
	"sync"
	"time"

	"github.com/webhook-gateway/gateway/gateway/telemetry"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/store"
)

// FlowFigures are the figures of a flow in the last hour. Lists have one number for
// each of the 60 minutes, the oldest first; the last one is the current minute.
type FlowFigures struct {
	Requests RequestFigures `json:"requests" doc:"Of this process, since requests_since of the overview."`
	Runs     RunFigures     `json:"runs"`
}

// RequestFigures are the requests to a flow that this process has served.
type RequestFigures struct {
	Count     int64   `json:"count" doc:"In the last hour, refused requests included."`
	Refused   int64   `json:"refused"`
	PerMinute float64 `json:"per_minute" doc:"Mean of the last five whole minutes."`
	P50       float64 `json:"p50_seconds" doc:"Half of the requests were answered within this time; 0 if there were none. Right to 20 %."`
	P95       float64 `json:"p95_seconds"`
	Minutes   []int64 `json:"by_minute"`
}

// RunFigures are the runs of a flow that ended.
type RunFigures struct {
	Count       int64   `json:"count" doc:"In the last hour, by all gateways of the store. A gateway without a store counts its own."`
	Failed      int64   `json:"failed"`
	FailedShare float64 `json:"failed_share" doc:"From 0 to 1."`
	PerMinute   float64 `json:"per_minute" doc:"Mean of the last five whole minutes."`
	P50         float64 `json:"p50_seconds" doc:"Half of the runs that this process executed took less; 0 if there were none. Right to 20 %."`
	P95         float64 `json:"p95_seconds"`
	Minutes     []int64 `json:"by_minute"`
	FailedBy    []int64 `json:"failed_by_minute"`
}

const (
	rateMinutes = 5 // whole minutes whose mean is a rate

	// The counts of runs are read again after maxFiguresAge.
	maxFiguresAge  = 2 * time.Second
	figuresTimeout = 5 * time.Second
)

// runMinutes are the runs of a flow that ended, by minute.
type runMinutes struct{ ended, failed [telemetry.UsageMinutes]int64 }

// figureCache holds the counts of runs of the store, so that pages that are loaded
// often cause few reads.
type figureCache struct {
	mu    sync.Mutex
	read  time.Time // zero before the first read
	whole time.Time // when all minutes were read
	first time.Time // the minute of the first count
	flows map[string]*runMinutes
}

// runsByMinute returns the runs that ended in the last hour by flow, and the
// minute of the first count. The result must not be changed.
func (s *Service) runsByMinute(ctx context.Context) (map[string]*runMinutes, time.Time, error) {
	c := &s.figures
	c.mu.Lock()
	defer c.mu.Unlock()
	now := s.opts.Clock.Now()
	if !c.read.IsZero() && clock.Since(s.opts.Clock, c.read) < maxFiguresAge {
		return c.flows, c.first, nil
	}
	ctx, cancel := clock.WithTimeout(ctx, s.opts.Clock, figuresTimeout)
	defer cancel()
	first := now.Truncate(time.Minute).Add(-(telemetry.UsageMinutes - 1) * time.Minute)
	from, flows := first, map[string]*runMinutes{}
	if !c.whole.IsZero() && now.Sub(c.whole) < wholeAge && now.After(c.read) {
		from = c.read.Truncate(time.Minute).Add(-time.Minute)
		flows = shiftMinutes(c.flows, int(first.Sub(c.first)/time.Minute), int(from.Sub(first)/time.Minute))
	}
	counts, err := s.opts.Store.Stats(ctx, store.StatsQuery{From: from, Step: time.Minute})
	if err != nil {
		return nil, first, err
	}
	if from.Equal(first) {
		c.whole = now
	}
	addByMinute(flows, counts, first)
	c.read, c.first, c.flows = now, first, flows
	return c.flows, first, nil
}

// wholeAge is the time after which all minutes are read again, because a run that is
// requeued or dismissed changes the minute in which it ended. Until then only the
// latest minutes are read.
const wholeAge = 5 * time.Minute

// shiftMinutes returns counts that begin some minutes later, up to the minute end.
func shiftMinutes(flows map[string]*runMinutes, by, end int) map[string]*runMinutes {
	out := make(map[string]*runMinutes, len(flows))
	for name, f := range flows {
		next := &runMinutes{}
		for i := 0; i < end && i+by < len(f.ended); i++ {
			next.ended[i], next.failed[i] = f.ended[i+by], f.failed[i+by]
		}
		out[name] = next
	}
	return out
}

// addByMinute adds counts to minutes of which the first begins at a time.
func addByMinute(flows map[string]*runMinutes, counts []store.Count, first time.Time) {
	for _, n := range counts {
		minute := int(n.Time.Sub(first) / time.Minute)
		if minute < 0 || minute >= telemetry.UsageMinutes || n.State != store.Succeeded && n.State != store.Failed && n.State != store.Dismissed {
			continue
		}
		f := flows[n.Flow]
		if f == nil {
			f = &runMinutes{}
			flows[n.Flow] = f
		}
		f.ended[minute] += n.N
		if n.State == store.Failed {
			f.failed[minute] += n.N
		}
	}
}

// usageMinutes returns the runs that this process has counted.
func usageMinutes(u telemetry.Usage) *runMinutes {
	out := &runMinutes{}
	for i, m := range u.Minutes {
		out.ended[i], out.failed[i] = m.Runs, m.Failed
	}
	return out
}

// flowFigures joins the counts of the process and of all gateways.
func flowFigures(u telemetry.Usage, runs *runMinutes) FlowFigures {
	out := FlowFigures{
		Requests: RequestFigures{P50: u.Requests.P50.Seconds(), P95: u.Requests.P95.Seconds(), Minutes: make([]int64, telemetry.UsageMinutes)},
		Runs: RunFigures{
			P50: u.Runs.P50.Seconds(), P95: u.Runs.P95.Seconds(),
			Minutes: make([]int64, telemetry.UsageMinutes), FailedBy: make([]int64, telemetry.UsageMinutes),
		},
	}
	for i, m := range u.Minutes {
		out.Requests.Count += m.Requests
		out.Requests.Refused += m.Refused
		out.Requests.Minutes[i] = m.Requests
	}
	if runs != nil {
		copy(out.Runs.Minutes, runs.ended[:])
		copy(out.Runs.FailedBy, runs.failed[:])
	}
	for i, n := range out.Runs.Minutes {
		out.Runs.Count += n
		out.Runs.Failed += out.Runs.FailedBy[i]
	}
	if out.Runs.Count > 0 {
		out.Runs.FailedShare = float64(out.Runs.Failed) / float64(out.Runs.Count)
	}
	out.Requests.PerMinute, out.Runs.PerMinute = meanRate(out.Requests.Minutes), meanRate(out.Runs.Minutes)
	return out
}

// meanRate returns the mean of the last whole minutes.
func meanRate(minutes []int64) float64 {
	sum := int64(0)
	for _, n := range minutes[len(minutes)-1-rateMinutes : len(minutes)-1] {
		sum += n
	}
	return float64(sum) / rateMinutes
}
