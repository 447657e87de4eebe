package engine_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/webhook-gateway/gateway/gateway"
	"github.com/webhook-gateway/gateway/internal/testutil/postgrestest"
	"github.com/webhook-gateway/gateway/internal/testutil/signaltest"
	"github.com/webhook-gateway/gateway/store/postgres"
)

// newReplica returns a gateway with the flow of a rate limit, on a database that it
// may share with others.
func newReplica(t *testing.T, database string) *gateway.Gateway {
	t.Helper()
	st, err := postgres.Open(t.Context(), database, postgres.Options{Clock: signaltest.PatientClock{}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	d := newStopped(t)
	d.write(limited)
	d.opts.Store, d.opts.Clock = st, signaltest.PatientClock{}
	g, _, diags := gateway.New(d.opts)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	t.Cleanup(g.Close)
	return g
}

// postAs posts as a shop, which is the key of the rate limit.
func postAs(shop string, g *gateway.Gateway) *http.Response {
	r := httptest.NewRequestWithContext(context.Background(), http.MethodPost, "/f", http.NoBody)
	r.Header.Set("X-Shop", shop)
	w := httptest.NewRecorder()
	g.ServeHTTP(w, r)
	return w.Result()
}

// countPassed posts many requests at once to each gateway, and returns how many
// pass.
func countPassed(t *testing.T, shop string, gateways ...*gateway.Gateway) int64 {
	t.Helper()
	var passed atomic.Int64
	var wait sync.WaitGroup
	for n := range 40 {
		wait.Go(func() {
			got := postAs(shop, gateways[n%len(gateways)])
			defer got.Body.Close()
			switch got.StatusCode {
			case http.StatusOK:
				passed.Add(1)
			case http.StatusTooManyRequests:
			default:
				t.Errorf("got %s", got.Status)
			}
		})
	}
	wait.Wait()
	return passed.Load()
}

// TestSharedRateLimit: gateways on one database let pass as many requests as one.
func TestSharedRateLimit(t *testing.T) {
	t.Parallel()
	database := postgresServer.Database(t)
	one, other := newReplica(t, database), newReplica(t, database)
	for i, g := range []*gateway.Gateway{one, other, one, other, one} {
		got := postAs("lamps", g)
		want := []struct {
			status int
			left   string
		}{{200, "r=2;"}, {200, "r=1;"}, {200, "r=0;"}, {429, "r=0;"}, {429, "r=0;"}}[i]
		if left := got.Header.Get("RateLimit"); got.StatusCode != want.status || !strings.HasPrefix(left, `"default";`+want.left) {
			t.Errorf("request %d: %d with %s", i+1, got.StatusCode, left)
		}
		_ = got.Body.Close()
	}
	if n := countPassed(t, "chairs", one, other); n != 3 {
		t.Errorf("%d requests passed two gateways, want 3", n)
	}
	if n := countPassed(t, "chairs", newReplica(t, database)); n != 0 {
		t.Errorf("%d requests passed a gateway that was started later, want 0", n)
	}
}

// TestSharedRateLimitWithoutDatabase: while the database is away, each gateway
// counts by itself, also the requests from before.
func TestSharedRateLimitWithoutDatabase(t *testing.T) {
	t.Parallel()
	server := postgrestest.Start(t)
	database := server.Database(t)
	one, other := newReplica(t, database), newReplica(t, database)
	if got := postAs("lamps", one); got.StatusCode != http.StatusOK || got.Body.Close() != nil {
		t.Fatalf("got %s", got.Status)
	}
	server.Kill()
	if n := countPassed(t, "lamps", one); n != 2 {
		t.Errorf("%d more requests passed the gateway that counted one, want 2", n)
	}
	if n := countPassed(t, "lamps", other); n != 3 {
		t.Errorf("%d requests passed the other gateway, want 3", n)
	}
}
