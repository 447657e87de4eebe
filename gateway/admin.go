package gateway

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/webhook-gateway/gateway/config/diag"
)

// Admin serves health, metrics and the API.
func (g *Gateway) Admin() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	mux.HandleFunc("GET /readyz", g.serveReady)
	mux.Handle("GET /metrics", g.metrics.handler())
	mux.HandleFunc("GET /api/v1/status", g.serveStatus)
	mux.HandleFunc("GET /api/v1/flows", g.serveFlows)
	mux.HandleFunc("POST /-/reload", g.serveReload)
	return mux
}

func (g *Gateway) serveReady(w http.ResponseWriter, _ *http.Request) {
	if g.stopping.Load() || g.current.Load() == nil {
		http.Error(w, "stopping", http.StatusServiceUnavailable)
		return
	}
	_, _ = w.Write([]byte("ok\n"))
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	_ = e.Encode(v)
}

type statusBody struct {
	Version string       `json:"version"`
	Started time.Time    `json:"started_at"`
	Flows   int          `json:"flows"`
	Runs    int64        `json:"runs_in_flight"`
	Reload  reloadStatus `json:"reload"`
}

type reloadStatus struct {
	OK          bool            `json:"ok"`
	At          time.Time       `json:"at"`
	LastGood    time.Time       `json:"last_good_at"`
	Diagnostics json.RawMessage `json:"diagnostics"`
}

func (g *Gateway) serveStatus(w http.ResponseWriter, _ *http.Request) {
	r := g.reload.Load()
	body := statusBody{Version: g.opts.Version, Started: g.started, Runs: g.runs.number(),
		Reload: reloadStatus{OK: r.ok, At: r.at, LastGood: r.lastGood, Diagnostics: findings(r)}}
	if s := g.acquire(); s != nil {
		body.Flows = len(s.config.Flows)
		s.release()
	}
	writeJSON(w, http.StatusOK, body)
}

// findings writes what a load found in the form that validate has.
func findings(r *reloadResult) json.RawMessage {
	var out rawWriter
	if err := diag.Write(&out, "json", diag.Report{Diags: r.diags, Files: r.files}, diag.Options{}); err != nil {
		return json.RawMessage("null")
	}
	return json.RawMessage(out)
}

type rawWriter []byte

func (r *rawWriter) Write(p []byte) (int, error) {
	*r = append(*r, p...)
	return len(p), nil
}

func (g *Gateway) serveReload(w http.ResponseWriter, _ *http.Request) {
	_, diags := g.Reload("api")
	status := http.StatusOK
	if diags.HasErrors() {
		status = http.StatusUnprocessableEntity
	}
	writeJSON(w, status, findings(g.reload.Load()))
}

type flowBody struct {
	Name        string   `json:"name"`
	Label       string   `json:"label"`
	Description string   `json:"description,omitempty"`
	Enabled     bool     `json:"enabled"`
	Trigger     string   `json:"trigger"`
	File        string   `json:"file"`
	Line        int      `json:"line"`
	Methods     []string `json:"methods,omitempty"`
	URL         string   `json:"url,omitempty"`
}

func (g *Gateway) serveFlows(w http.ResponseWriter, _ *http.Request) {
	s := g.acquire()
	if s == nil {
		writeJSON(w, http.StatusServiceUnavailable, map[string]string{"error": "stopping"})
		return
	}
	defer s.release()
	out := []flowBody{}
	for _, f := range s.config.Flows {
		out = append(out, flowBody{Name: f.Name, Label: f.Label, Description: f.Description, Enabled: f.Enabled,
			Trigger: f.Kind, File: f.Range.Filename, Line: f.Range.Start.Line})
	}
	writeJSON(w, http.StatusOK, map[string]any{"flows": out})
}
