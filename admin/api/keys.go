package api

import (
	"net/http"

	"github.com/webhook-gateway/gateway/admin/ops"
)

// keyRoutes are the routes about the keys of callers.
func (a *API) keyRoutes() []route {
	const name = "Name of the key."
	missing := refusal(http.StatusNotFound, "There is no key with the name.")
	return []route{
		{
			method: http.MethodGet, path: "/api/v1/keys", id: "listKeys", summary: "List the keys that let callers in, sorted by name",
			responses: withStore(ok("The keys.", ops.KeyList{})),
			serve:     func(r *request) (any, error) { return a.Ops.Keys(r.Context()) },
		},
		{
			method: http.MethodPost, path: "/api/v1/keys", id: "createKey", summary: "Create a key. Only this answer has the key itself",
			body: ops.NewKey{}, responses: withStore(ok("The key.", ops.KeyCreated{}), refusal(http.StatusConflict, "There is a key with the name.")),
			serve: func(r *request) (any, error) { return a.Ops.CreateKey(r.Context(), r.body.(ops.NewKey)) },
		},
		{
			method: http.MethodPost, path: "/api/v1/keys/{name}/rotate", id: "rotateKey", summary: "Create another key with the name and the flows of a key, which stays valid for a while",
			param: name, query: ops.KeyRotation{}, responses: withStore(ok("The new key.", ops.KeyCreated{}), missing),
			serve: func(r *request) (any, error) {
				return a.Ops.RotateKey(r.Context(), r.param("name"), r.query.(ops.KeyRotation))
			},
		},
		{
			method: http.MethodDelete, path: "/api/v1/keys/{name}", id: "revokeKey", summary: "Revoke the keys with a name, on all gateways within a second",
			param: name, responses: withStore(ok("The result.", ops.KeysRevoked{}), missing),
			serve: func(r *request) (any, error) { return a.Ops.RevokeKey(r.Context(), r.param("name")) },
		},
	}
}
