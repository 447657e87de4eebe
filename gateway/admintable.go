package gateway

import (
	"net/http"

	"github.com/webhook-gateway/gateway/internal/problem"
	"github.com/webhook-gateway/gateway/store"
)

// adminTable is all that the admin listener serves.
func (g *Gateway) adminTable() adminMux {
	text := func(about string) []adminAnswer {
		return []adminAnswer{{status: http.StatusOK, about: about, media: "text/plain"}}
	}
	table := adminMux{
		{method: http.MethodGet, path: "/healthz", id: "health", about: "Whether the process lives", serve: serveOK, answers: text("It does.")},
		{
			method: http.MethodGet, path: "/readyz", id: "ready", about: "Whether requests should be sent here", serve: g.serveReady,
			answers: append(text("They should."), refusal(http.StatusServiceUnavailable, "Not any more: the gateway stops.")),
		},
		{method: http.MethodGet, path: "/metrics", id: "metrics", about: "Metrics for Prometheus", serve: g.metrics.Handler().ServeHTTP, answers: text("In the text format of Prometheus, or the one that Accept asks for.")},
		{
			method: http.MethodGet, path: "/api/v1/status", id: "status", about: "How the gateway is, and how the last load of the files went",
			serve: g.serveStatus, answers: []adminAnswer{answered("The state of things.", statusBody{})},
		},
		{
			method: http.MethodGet, path: "/api/v1/flows", id: "listFlows", about: "The flows that serve", serve: g.serveFlows,
			answers: []adminAnswer{answered("In the order of the files.", flowList{}), refusal(http.StatusServiceUnavailable, "The gateway stops.")},
		},
		{
			method: http.MethodPost, path: "/-/reload", id: "reload", about: "Load the flow files again", serve: g.serveReload,
			answers: []adminAnswer{
				answered("They serve now.", findingsBody{}),
				{status: http.StatusUnprocessableEntity, about: "They have errors; the flows that served go on serving.", body: findingsBody{}},
			},
		},
	}
	table = append(append(table, g.runRoutes()...), g.contactRoutes()...)
	document := adminRoute{
		method: http.MethodGet, path: "/api/v1/openapi.json", id: "openapi", about: "This document",
		answers: []adminAnswer{answered("OpenAPI 3.1.", map[string]any{})},
	}
	at := len(table)
	table = append(table, document)
	table[at].serve = func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, openAPI(table, g.opts.Version))
	}
	return table
}

func (g *Gateway) runRoutes() adminMux {
	id := adminParam{name: "id", about: "Id of the run.", shape: textShape()}
	fresh := adminParam{name: "fresh", about: "Every action runs again, with the idempotency keys that it had. Otherwise a run goes on where it failed. Runs that succeeded can only be run again fresh.", shape: shape("boolean")}
	all := adminParam{name: "all", about: "Every run; goes with no filter.", shape: shape("boolean")}
	after := adminParam{name: "after", about: "next of the page before.", shape: textShape()}
	changed := []adminAnswer{answered("How many runs were changed.", RunsChanged{})}
	one := []adminAnswer{changed[0], refusal(http.StatusNotFound, "There is no such run."), refusal(http.StatusConflict, "The run's state does not allow it, or its body was cut.")}
	return adminMux{
		{
			method: http.MethodGet, path: "/api/v1/runs", id: "listRuns", about: "A page of the runs, the newest first", serve: g.withStore((*runsCall).list),
			params: append(filterParams(), limitParam(), after), answers: kept(answered("A page.", RunPage{})),
		},
		{
			method: http.MethodGet, path: "/api/v1/runs/{id}", id: "getRun", about: "All that is known of a run", serve: g.withStore((*runsCall).show),
			params: []adminParam{id}, answers: kept(answered("The run.", RunDetail{}), refusal(http.StatusNotFound, "There is no such run.")),
		},
		{
			method: http.MethodPost, path: "/api/v1/runs/{id}/retry", id: "retryRun", about: "Run a failed or cancelled run again", serve: g.withStore((*runsCall).retryOne),
			params: []adminParam{id, fresh}, answers: kept(one...),
		},
		{
			method: http.MethodPost, path: "/api/v1/runs/{id}/cancel", id: "cancelRun", about: "Cancel a run that is not over", serve: g.withStore((*runsCall).cancelOne),
			params: []adminParam{id}, answers: kept(one...),
		},
		{
			method: http.MethodPost, path: "/api/v1/runs/retry", id: "retryRuns", about: "Run all failed runs that match again; with states, those in these as far as they may", serve: g.withStore((*runsCall).retryAll),
			params: append(filterParams(), fresh, all, after), answers: kept(changed...),
		},
		{
			method: http.MethodPost, path: "/api/v1/runs/cancel", id: "cancelRuns", about: "Cancel all runs that match and are not over", serve: g.withStore((*runsCall).cancelAll),
			params: append(filterParams(), all, after), answers: kept(changed...),
		},
		{
			method: http.MethodGet, path: "/api/v1/stats", id: "stats", about: "Counts of runs that are over, by the time at which they ended", serve: g.withStore((*runsCall).stats),
			params: append([]adminParam{{name: "flow", about: "Of this flow alone.", shape: textShape()}}, append(timeParams(),
				adminParam{name: "step", about: "Width of a count: a multiple of a minute, such as 5m, 1h or 1d. Without it there is one count for the whole time. Counts by minute are kept for two days.", shape: textShape()})...),
			answers: kept(answered("The counts. Times are rounded outward to whole steps, or hours.", RunStats{})),
		},
	}
}

func answered(about string, body any) adminAnswer {
	return adminAnswer{status: http.StatusOK, about: about, body: body}
}

func refusal(status int, about string) adminAnswer {
	return adminAnswer{status: status, about: about, media: problem.ContentType, body: problem.Document{}}
}

// kept adds what every answer from the store may be.
func kept(answers ...adminAnswer) []adminAnswer {
	return append(answers[:len(answers):len(answers)], refusal(http.StatusServiceUnavailable, "There is no store, it is not available, or the gateway stops."))
}

func shape(kind string) map[string]any { return map[string]any{"type": kind} }

func textShape() map[string]any { return shape("string") }

func limitParam() adminParam {
	return adminParam{name: "limit", about: "How many runs at most.", shape: map[string]any{"type": "integer", "minimum": 1, "maximum": store.MaxPage, "default": pageSize}}
}

func filterParams() []adminParam {
	states := make([]string, 0, len(store.States()))
	for _, s := range store.States() {
		states = append(states, s.String())
	}
	params := []adminParam{
		{name: "flow", about: "Runs of this flow; several are one or another.", many: true, shape: textShape()},
		{name: "state", about: "Runs in this state; several are one or another.", many: true, shape: map[string]any{"type": "string", "enum": states}},
		{name: "text", about: "A part of the run's id, flow, order key, error, request or variables. ASCII letters match in either case.", shape: textShape()},
	}
	return append(params, timeParams()...)
}

func timeParams() []adminParam {
	const how = " RFC 3339, or how long ago: 90m, 12h, 7d."
	return []adminParam{
		{name: "from", about: "At or after this time." + how, shape: textShape()},
		{name: "since", about: "Another word for from." + how, shape: textShape()},
		{name: "to", about: "Before this time." + how, shape: textShape()},
	}
}
