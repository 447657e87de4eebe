package api

import (
	"net/http"

	"github.com/webhook-gateway/gateway/admin/ops"
)

// AuditList are the parameters of a list of the audit log.
type AuditList struct {
	Limit int    `json:"limit,omitempty" minimum:"1" maximum:"500" default:"50" doc:"Maximum number of entries."`
	After string `json:"after,omitempty" doc:"The value of next in the page before."`
}

// processRoutes are the routes about the process: health, metrics, status, what
// operators changed, and reload.
func (a *API) processRoutes() []route {
	return []route{
		{
			method: http.MethodGet, path: "/healthz", id: "health", summary: "Tell whether the process is alive", public: true, lenient: true, probe: true,
			responses: []response{text("It is.")},
			serve:     func(*request) (any, error) { return "ok\n", nil },
		},
		{
			method: http.MethodGet, path: "/readyz", id: "ready", summary: "Tell whether the gateway takes requests", public: true, lenient: true, probe: true,
			responses: []response{text("It does."), refusal(http.StatusServiceUnavailable, "The gateway stops, or its store is not available and a flow that serves needs it. The answer names the cause.")},
			serve:     func(r *request) (any, error) { return "ok\n", a.Ops.Ready(r.Context()) },
		},
		{
			method: http.MethodGet, path: "/metrics", id: "metrics", summary: "Return metrics for Prometheus", lenient: true, probe: true,
			responses: []response{text("In the text format of Prometheus, or in the format that Accept asks for.")},
			handler:   a.Metrics,
		},
		{
			method: http.MethodGet, path: "/api/v1/status", id: "status", summary: "Return the state of the process and the result of the last load",
			responses: []response{ok("The state.", ops.Status{})},
			serve:     func(*request) (any, error) { return a.Ops.Status(), nil },
		},
		{
			method: http.MethodGet, path: "/api/v1/audit", id: "listAudit", summary: "List what operators changed, the newest first",
			query: AuditList{}, responses: withStore(ok("A page of entries.", ops.AuditPage{})),
			serve: func(r *request) (any, error) {
				in := r.query.(AuditList)
				return a.Ops.Audit(r.Context(), in.Limit, in.After)
			},
		},
		{
			method: http.MethodGet, path: "/api/v1/overview", id: "overview", summary: "Return what needs attention, and the figures of each flow in the last hour",
			responses: []response{ok("The overview.", ops.Overview{}), busy},
			serve:     func(r *request) (any, error) { return a.Ops.Overview(r.Context()) },
		},
		{
			method: http.MethodPost, path: "/-/reload", id: "reload", summary: "Load the flow files again", lenient: true,
			responses: []response{
				ok("The files serve now.", ops.Findings{}),
				{status: http.StatusUnprocessableEntity, about: "The files have errors. The flows that served before continue to serve.", body: ops.Findings{}},
			},
			serve: a.reloadFlows,
		},
	}
}

func (a *API) reloadFlows(r *request) (any, error) {
	found, ok := a.Ops.Reload(r.Context(), "api")
	if !ok {
		r.status = http.StatusUnprocessableEntity
	}
	return found, nil
}
