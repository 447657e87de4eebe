package gateway

import (
	"bytes"
	"encoding/json"
	"net/http"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/gateway/snapshot"
	"github.com/webhook-gateway/gateway/internal/problem"
	"github.com/webhook-gateway/gateway/internal/redact"
)

// statusBody is the answer of /api/v1/status.
type statusBody struct {
	Version string       `json:"version"`
	Started time.Time    `json:"started_at"`
	Ready   bool         `json:"ready"`
	Flows   int          `json:"flows"` // that serve
	Runs    int64        `json:"runs_in_flight"`
	Store   string       `json:"store" about:"ok, unavailable, or none."`
	Queue   []QueueDepth `json:"queue" about:"Flows with runs that are not over; a few seconds old."`
	Dropped int64        `json:"history_dropped" about:"Sync runs and refused requests that are missing in the history."`
	Reload  reloadStatus `json:"reload"`
}

// reloadStatus is how the last load went. The flows that serve are those of
// the last good one.
type reloadStatus struct {
	OK          bool            `json:"ok"`
	Cause       string          `json:"cause"`
	At          time.Time       `json:"at"`
	Took        float64         `json:"took_seconds"`
	LastGood    time.Time       `json:"last_good_at"`
	Since       *time.Time      `json:"failing_since"` // null where ok
	Failures    int             `json:"failures"`      // in a row
	Restart     []string        `json:"restart_needed"`
	Diagnostics json.RawMessage `json:"diagnostics"` // as `gateway validate --format json` prints them
}

func (g *Gateway) serveStatus(w http.ResponseWriter, _ *http.Request) {
	r := g.reload.Load()
	body := statusBody{
		Version: g.opts.Version, Started: g.started, Ready: g.ready(), Runs: g.slots.InUse(),
		Reload: reloadStatus{
			OK: r.ok, Cause: r.cause, At: r.at, Took: r.took.Seconds(), LastGood: r.lastGood,
			Failures: r.failures, Restart: []string{}, Diagnostics: g.findings(r),
		},
	}
	body.Store, body.Queue = g.queueStatus()
	if g.durable != nil {
		body.Dropped = g.durable.recorder.Dropped()
	}
	if !r.ok {
		body.Reload.Since = &r.since
	}
	if s := g.current.Acquire(); s != nil {
		body.Flows, body.Reload.Restart = countEnabled(s.Config.Flows), g.restartNeeded(s.Config)
		s.Release()
	}
	writeJSON(w, http.StatusOK, body)
}

// queueStatus tells how the store does and what waits in it.
func (g *Gateway) queueStatus() (string, []QueueDepth) {
	out := []QueueDepth{}
	if g.durable == nil {
		return "none", out
	}
	depths, err := g.durable.queues.Depths()
	if err != nil {
		return "unavailable", out
	}
	for i := range depths {
		out = append(out, depthOf(&depths[i]))
	}
	return "ok", out
}

// findings writes what a load found in the form that validate has.
func (g *Gateway) findings(r *loadResult) json.RawMessage {
	hide := redact.New(r.config.Secrets)
	diags := make(hcl.Diagnostics, 0, len(r.diags))
	for _, d := range r.diags {
		c := *d
		c.Summary, c.Detail = g.log.Redact(hide.Text(d.Summary)), g.log.Redact(hide.Text(d.Detail))
		diags = append(diags, &c)
	}
	var out bytes.Buffer
	if err := diag.Write(&out, "json", diag.Report{Diags: diags, Files: r.config.Files}, diag.Options{}); err != nil {
		return json.RawMessage("null")
	}
	return out.Bytes()
}

func (g *Gateway) serveReload(w http.ResponseWriter, _ *http.Request) {
	r := g.reloadNow("api")
	status := http.StatusOK
	if !r.ok {
		status = http.StatusUnprocessableEntity
	}
	writeJSON(w, status, g.findings(r))
}

// flowList is the answer of /api/v1/flows.
type flowList struct {
	Flows []flowBody `json:"flows"`
}

// flowBody is one flow in the answer of /api/v1/flows.
type flowBody struct {
	Name        string       `json:"name"`
	Label       string       `json:"label"`
	Description string       `json:"description,omitempty"`
	Enabled     bool         `json:"enabled"`
	Trigger     string       `json:"trigger"`
	File        string       `json:"file"`
	Line        int          `json:"line"`
	Methods     []string     `json:"methods,omitempty"`
	Path        string       `json:"path,omitempty"` // pattern, escaped as in a URL
	URL         string       `json:"url,omitempty"`
	Next        time.Time    `json:"next,omitzero"` // tick of a schedule
	Tag         string       `json:"tag,omitempty"` // that starts the flow
	Actions     []actionBody `json:"actions"`
}

// actionBody is one action; those in branches and the like are listed as well,
// in the order in which they are written.
type actionBody struct {
	Kind string `json:"kind"`
	Name string `json:"name"`
	Line int    `json:"line"`
}

func (g *Gateway) serveFlows(w http.ResponseWriter, _ *http.Request) {
	s := g.current.Acquire()
	if s == nil {
		problem.Write(w, problem.ShuttingDown())
		return
	}
	defer s.Release()
	out := []flowBody{}
	for _, f := range s.Config.Flows {
		out = append(out, describeFlow(s, f, s.BaseURL()))
	}
	writeJSON(w, http.StatusOK, flowList{out})
}

func describeFlow(s *snapshot.Snapshot, f *flow.Flow, base string) flowBody {
	body := flowBody{
		Name: f.Name, Label: f.Label, Description: f.Description, Enabled: f.Enabled,
		Trigger: f.Kind, File: f.Range.Filename, Line: f.Range.Start.Line, Actions: []actionBody{},
	}
	if e := s.Endpoints[f.Name]; e != nil && e.HTTP != nil {
		body.Methods, body.Path = e.HTTP.Route.Methods, snapshot.EscapePath(e.Path)
		body.URL = base + body.Path
	}
	if t := f.Parts.Clock; t != nil && f.Enabled {
		body.Next = utc(t.Next(time.Now()))
	}
	if t := f.Parts.Tag; t != nil {
		body.Tag = t.Tag
	}
	f.Walk(func(step *flow.Step) {
		body.Actions = append(body.Actions, actionBody{Kind: step.Kind, Name: step.Name, Line: step.Range.Start.Line})
	})
	return body
}
