package examples_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/internal/apikey"
	"github.com/webhook-gateway/gateway/store"
)

// TestPartnerOrders: a partner with a key is let in under its name, until the key is
// revoked.
func TestPartnerOrders(t *testing.T) {
	t.Parallel()
	server, st, g := serveGateway(t, "")
	key := apikey.New()
	change := func(c store.APIKeyChange) {
		t.Helper()
		if err := st.ChangeAPIKeys(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		g.RefreshKeys()
	}
	send := func(key string) (int, any) {
		status, _, body := request{path: "/partners/orders", sample: "partner-orders/samples/order.json", header: map[string]string{"Authorization": "Bearer " + key}}.send(t, server.URL)
		return status, body
	}
	change(store.CreateAPIKey{Hash: apikey.Hash(key), Name: "acme", Flows: []string{"partner_orders"}, Lifetime: time.Hour})
	if status, body := send(key); status != 201 || !reflect.DeepEqual(body, map[string]any{"order": "A-1001", "partner": "acme"}) {
		t.Errorf("got %d %v", status, body)
	}
	if status, body := send(apikey.New()); status != 401 {
		t.Errorf("another key got %d %v", status, body)
	}
	change(store.RevokeAPIKey{Name: "acme"})
	if status, body := send(key); status != 401 {
		t.Errorf("the revoked key got %d %v", status, body)
	}
}
