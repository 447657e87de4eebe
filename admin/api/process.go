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

// processRoutes are the routes about the process: health, metrics, status, flows
// and reload.
func (a *API) processRoutes() []route {
	missing := refusal(http.StatusNotFound, "There is no such flow.")
	return []route{
		{
			method: http.MethodGet, path: "/healthz", id: "health", summary: "Tell whether the process is alive", public: true, lenient: true,
			responses: []response{text("It is.")},
			serve:     func(*request) (any, error) { return "ok\n", nil },
		},
		{
			method: http.MethodGet, path: "/readyz", id: "ready", summary: "Tell whether the gateway takes requests", public: true, lenient: true,
			responses: []response{text("It does."), refusal(http.StatusServiceUnavailable, "The gateway stops, or its store is not available and a flow that serves needs it. The answer names the cause.")},
			serve:     func(r *request) (any, error) { return "ok\n", a.Ops.Ready(r.Context()) },
		},
		{
			method: http.MethodGet, path: "/metrics", id: "metrics", summary: "Return metrics for Prometheus", lenient: true,
			responses: []response{text("In the text format of Prometheus, or in the format that Accept asks for.")},
			handler:   a.Metrics,
		},
		{
			method: http.MethodGet, path: "/api/v1/status", id: "status", summary: "Return the state of the process and the result of the last load",
			responses: []response{ok("The state.", ops.Status{})},
			serve:     func(*request) (any, error) { return a.Ops.Status(), nil },
		},
		{
			method: http.MethodGet, path: "/api/v1/flows", id: "listFlows", summary: "List the flows that serve",
			responses: []response{ok("The flows in the order of the files.", ops.FlowList{}), refusal(http.StatusServiceUnavailable, "The gateway stops.")},
			serve:     func(*request) (any, error) { return a.Ops.Flows() },
		},
		{
			method: http.MethodGet, path: "/api/v1/flows/{name}", id: "getFlow", summary: "Return a flow with its variables, source and figures", param: "Name of the flow.",
			responses: []response{ok("The flow.", ops.FlowDetail{}), missing, refusal(http.StatusServiceUnavailable, "The gateway stops.")},
			serve:     func(r *request) (any, error) { return a.Ops.FlowDetail(r.Context(), r.param("name")) },
		},
		{
			method: http.MethodPost, path: "/api/v1/flows/{name}/pause", id: "pauseFlow", summary: "Pause a flow: it accepts async runs and starts none, answers sync requests with 503, and skips the times of its schedule", param: "Name of the flow.",
			responses: withStore(ok("The flow is paused.", ops.FlowPaused{}), missing),
			serve:     func(r *request) (any, error) { return a.Ops.PauseFlow(r.Context(), r.param("name")) },
		},
		{
			method: http.MethodPost, path: "/api/v1/flows/{name}/resume", id: "resumeFlow", summary: "End the pause of a flow; its queued runs start", param: "Name of the flow.",
			responses: withStore(ok("The flow is not paused.", ops.FlowPaused{}), missing),
			serve:     func(r *request) (any, error) { return a.Ops.ResumeFlow(r.Context(), r.param("name")) },
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
			method: http.MethodPost, path: "/api/v1/flows/{name}/trigger", id: "triggerFlow", summary: "Start a flow with trigger schedule, tag or flow now", param: "Name of the flow.",
			body: ops.Trigger{}, responses: withStore(ok("The run, which is queued.", ops.Triggered{}),
				refusal(http.StatusNotFound, "There is no such flow."), refusal(http.StatusConflict, "Too many runs of the flow wait.")),
			serve: func(r *request) (any, error) {
				return a.Ops.TriggerFlow(r.Context(), r.param("name"), r.body.(ops.Trigger))
			},
		},
		{
			method: http.MethodGet, path: "/api/v1/overview", id: "overview", summary: "Return what needs attention, and the figures of each flow in the last hour",
			responses: []response{ok("The overview.", ops.Overview{}), refusal(http.StatusServiceUnavailable, "The gateway stops.")},
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
