package api

import (
	"net/http"

	"github.com/webhook-gateway/gateway/admin/ops"
)

// flowRoutes are the routes about the flows that serve.
func (a *API) flowRoutes() []route {
	missing := refusal(http.StatusNotFound, "There is no such flow.")
	return []route{
		{
			method: http.MethodGet, path: "/api/v1/flows", id: "listFlows", summary: "List the flows that serve",
			responses: []response{ok("The flows in the order of the files.", ops.FlowList{}), busy},
			serve:     func(*request) (any, error) { return a.Ops.Flows() },
		},
		{
			method: http.MethodGet, path: "/api/v1/flows/{name}", id: "getFlow", summary: "Return a flow with its variables, source and figures", param: "Name of the flow.",
			responses: []response{ok("The flow.", ops.FlowDetail{}), missing, busy},
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
			method: http.MethodPost, path: "/api/v1/flows/{name}/trigger", id: "triggerFlow", summary: "Start a flow with trigger schedule, tag, flow or failure now", param: "Name of the flow.",
			body: ops.Trigger{}, responses: withStore(ok("The run, which is queued.", ops.Triggered{}),
				missing, refusal(http.StatusConflict, "Too many runs of the flow wait.")),
			serve: func(r *request) (any, error) {
				return a.Ops.TriggerFlow(r.Context(), r.param("name"), r.body.(ops.Trigger))
			},
		},
	}
}
