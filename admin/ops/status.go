package ops

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/gateway"
	"github.com/webhook-gateway/gateway/gateway/snapshot"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/redact"
)

// Status is the state of the process.
type Status struct {
	Version string       `json:"version"`
	Started time.Time    `json:"started_at"`
	Ready   bool         `json:"ready"`
	Flows   int          `json:"flows" doc:"Number of flows that serve."`
	Paused  []string     `json:"paused" doc:"Names of the flows that are paused."`
	Runs    int64        `json:"runs_in_flight"`
	Store   string       `json:"store" doc:"ok, unavailable, or none."`
	Queue   []QueueDepth `json:"queue" doc:"Flows with open runs. The numbers are a few seconds old."`
	Dropped int64        `json:"history_dropped" doc:"Number of sync runs and refused requests that are missing in the history."`
	Reload  ReloadStatus `json:"reload"`
}

// ReloadStatus is the result of the last load. The flows that serve are those of
// the last load without errors.
type ReloadStatus struct {
	OK          bool       `json:"ok"`
	Cause       string     `json:"cause"`
	At          time.Time  `json:"at"`
	Took        float64    `json:"took_seconds"`
	LastGood    time.Time  `json:"last_good_at"`
	Since       *time.Time `json:"failing_since" doc:"null if the last load was ok."`
	Failures    int        `json:"failures" doc:"Failed loads in a row."`
	Restart     []string   `json:"restart_needed" doc:"Changed settings that take effect at the next start."`
	Diagnostics Findings   `json:"diagnostics"`
}

// Findings are the errors and warnings of a load, in the form in which
// "gateway validate --format json" prints them.
type Findings struct {
	Format      string            `json:"format_version"`
	Valid       bool              `json:"valid"`
	Errors      int               `json:"error_count"`
	Warnings    int               `json:"warning_count"`
	Diagnostics []json.RawMessage `json:"diagnostics"`
}

// Status returns the state of the process.
func (s *Service) Status() Status {
	load, process := s.opts.Reloader.LastLoad(), s.opts.Process.Status()
	out := Status{
		Version: s.opts.Version, Started: process.Started, Paused: []string{}, Ready: process.Ready, Runs: process.Runs, Dropped: process.HistoryDropped,
		Reload: ReloadStatus{
			OK: load.OK, Cause: load.Cause, At: load.At, Took: load.Took.Seconds(), LastGood: load.LastGood,
			Failures: load.Failures, Restart: process.RestartNeeded,
		},
	}
	out.Store, out.Queue = s.queueStatus()
	if !load.OK {
		out.Reload.Since = &load.FailingSince
	}
	snap := s.opts.Snapshots.Acquire()
	if snap != nil {
		defer snap.Release()
		for _, f := range snap.Config.Flows {
			if f.Enabled {
				out.Flows++
			}
			if s.flowPause(view{snap}, f.Name) != nil {
				out.Paused = append(out.Paused, f.Name)
			}
		}
	}
	out.Reload.Diagnostics = redactFindings(load, snap)
	return out
}

// queueStatus returns the state of the store and the open runs by flow.
func (s *Service) queueStatus() (state string, queue []QueueDepth) {
	queue = []QueueDepth{}
	if s.opts.Store == nil {
		return "none", queue
	}
	depths, err := s.opts.Process.QueueCounts()
	if err != nil {
		return "unavailable", queue
	}
	before := s.opts.Process.QueuedBefore()
	for _, d := range depths {
		q := QueueDepth{Flow: d.Flow, Queued: d.Queued, Waiting: d.Waiting, Running: d.Running, Oldest: utc(d.Oldest)}
		if before != nil {
			q.Before = new(int)
			*q.Before = before[d.Flow]
		}
		queue = append(queue, q)
	}
	return "ok", queue
}

// redactFindings returns the findings of a load without the secrets of its own
// configuration and of the one that serves.
func redactFindings(load *gateway.Load, snap *snapshot.Snapshot) Findings {
	redactors := []*redact.Redactor{redact.New(load.Config.Secrets)}
	if snap != nil {
		redactors = append(redactors, snap.Redactor)
	}
	diags := make(hcl.Diagnostics, 0, len(load.Diags))
	for _, d := range load.Diags {
		clean := *d
		for _, r := range redactors {
			clean.Summary, clean.Detail = r.Text(clean.Summary), r.Text(clean.Detail)
		}
		diags = append(diags, &clean)
	}
	var text bytes.Buffer
	var out Findings
	err := diag.Write(&text, "json", diag.Report{Diags: diags, Files: load.Config.Files}, diag.Options{})
	if err != nil || json.Unmarshal(text.Bytes(), &out) != nil {
		return Findings{Valid: load.OK, Diagnostics: []json.RawMessage{}}
	}
	return out
}

// Reload loads the flow files again. ok reports whether they serve now. If not,
// the findings say why, and the flows that served before continue to serve.
func (s *Service) Reload(ctx context.Context, cause string) (found Findings, ok bool) {
	load := s.opts.Reloader.Reload(cause)
	result := "ok"
	if !load.OK {
		result = "the files have errors"
	}
	s.recordAudit(ctx, "reload", "", result)
	snap := s.opts.Snapshots.Acquire()
	if snap != nil {
		defer snap.Release()
	}
	return redactFindings(load, snap), load.OK
}

// A check of the store is used again until it has maxCheckAge, so that requests for readiness,
// which need no token, cause few writes.
const (
	maxCheckAge = 2 * time.Second
	pingTimeout = 2 * time.Second
)

// readiness is the result of the last check of the store.
type readiness struct {
	mu      sync.Mutex
	checked time.Time
	err     error
}

// Ready returns nil if the gateway can take requests: it does not stop, and its
// store can write, if a flow that serves needs that.
func (s *Service) Ready(ctx context.Context) error {
	if !s.opts.Process.Status().Ready {
		return errShuttingDown()
	}
	if s.opts.Store == nil || !s.usesStore() {
		return nil
	}
	if err := s.pingStore(ctx); err != nil {
		return unavailable(err)
	}
	return nil
}

// usesStore reports whether a flow that serves must write to the store.
func (s *Service) usesStore() bool {
	snap := s.opts.Snapshots.Acquire()
	if snap == nil {
		return false
	}
	defer snap.Release()
	return snap.UsesStore
}

func (s *Service) pingStore(ctx context.Context) error {
	r := &s.ready
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.checked.IsZero() && clock.Since(s.opts.Clock, r.checked) < maxCheckAge {
		return r.err
	}
	ctx, cancel := clock.WithTimeout(ctx, s.opts.Clock, pingTimeout)
	defer cancel()
	err := s.opts.Store.Ping(ctx)
	if errors.Is(ctx.Err(), context.Canceled) {
		return err // the caller hung up, which says nothing about the store
	}
	r.checked, r.err = s.opts.Clock.Now(), err
	return err
}
