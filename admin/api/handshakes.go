package api

import (
	"net/http"

	"github.com/webhook-gateway/gateway/admin/ops"
)

// handshakeRoutes are the routes about the secrets that senders chose.
func (a *API) handshakeRoutes() []route {
	return []route{
		{
			method: http.MethodGet, path: "/api/v1/handshakes", id: "listHandshakes", summary: "List the handshakes whose secrets the store keeps, sorted by flow",
			responses: withStore(ok("The handshakes, without their secrets.", ops.HandshakeList{})),
			serve:     func(r *request) (any, error) { return a.Ops.Handshakes(r.Context()) },
		},
		{
			method: http.MethodDelete, path: "/api/v1/handshakes/{flow}", id: "resetHandshakes", summary: "Delete the secrets that senders chose for a flow, so that the next handshake is kept",
			param: "Name of the flow.", responses: withStore(ok("The result.", ops.HandshakesReset{}), refusal(http.StatusNotFound, "The flow has no secret of a handshake.")),
			serve: func(r *request) (any, error) { return a.Ops.ResetHandshakes(r.Context(), r.param("flow")) },
		},
	}
}
