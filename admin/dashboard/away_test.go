package dashboard_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"testing"

	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/admin/dashboard"
	"github.com/webhook-gateway/gateway/admin/ops"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/testutil/admintest"
	"github.com/webhook-gateway/gateway/store"
)

// awayStore is a store that can't be read.
type awayStore struct{ store.Store }

func errAway() error { return &store.UnavailableError{Err: errors.New("connection refused")} }

func (awayStore) Get(context.Context, string) (*store.Run, error) { return nil, errAway() }
func (awayStore) List(context.Context, store.ListQuery) (store.Page, error) {
	return store.Page{}, errAway()
}

func (awayStore) Newest(context.Context, []string) ([]store.Summary, error) { return nil, errAway() }

func (awayStore) Stats(context.Context, store.StatsQuery) ([]store.Count, error) {
	return nil, errAway()
}

func (awayStore) FailureGroups(context.Context, store.FailureQuery) (store.FailureGroups, error) {
	return store.FailureGroups{}, errAway()
}

func (awayStore) RequeueAll(context.Context, store.ListQuery, store.RequeueOptions) (store.Changed, error) {
	return store.Changed{}, errAway()
}

func (awayStore) ListContacts(context.Context, store.ContactQuery) (store.ContactPage, error) {
	return store.ContactPage{}, errAway()
}

func (awayStore) ListAudit(context.Context, store.AuditQuery) (store.AuditPage, error) {
	return store.AuditPage{}, errAway()
}

// TestPagesWhileTheStoreIsAway: pages show what the files say, and say that the
// store is away; pages of what only the store knows say the same.
func TestPagesWhileTheStoreIsAway(t *testing.T) {
	t.Parallel()
	l := admintest.New(t, detailed)
	service := ops.New(ops.Options{
		Clock: clock.System{}, Log: zap.NewNop(), Store: awayStore{l.Store}, Process: l.Gateway, Snapshots: l.Gateway, Reloader: l.Gateway,
		Worker: l.Gateway, Contacts: l.Gateway, Keyring: l.Gateway, Handshakes: l.Gateway, Pauses: l.Gateway, Starter: l.Gateway, Endpoints: l.Gateway,
	})
	s := &site{l, dashboard.New(dashboard.Options{Ops: service, Clock: clock.System{}, Log: zap.NewNop(), Version: admintest.Version})}
	wantText(t, s.get("/", 200), "The store is not available", "Orders")
	wantText(t, s.get("/flows/orders", 200), "Takes <b>orders</b>.", "Call it", "The store is not available now. Runs and queues are not known until it is back.", "Source")
	wantText(t, s.get("/schedules", 200), "nightly", "The store is not available now. So the last runs are not known.")
	wantText(t, s.get("/flows/orders/try", 200), "Try orders")
	for _, path := range []string{"/runs", "/failed", "/contacts", "/audit", "/runs/" + l.NewID(), "/bulk?do=retry&state=failed"} {
		w := s.call(http.MethodGet, path, nil)
		if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" {
			t.Errorf("%s: %d", path, w.Code)
		}
		wantText(t, w.Body.String(), "The store is not available")
		if got := linkTo(t, w.Body.String(), "Try again"); got != path {
			t.Errorf("%s offers to try %s again", path, got)
		}
	}
	if w := s.call(http.MethodPost, "/bulk", url.Values{"do": {"retry"}, "state": {"failed"}}); w.Code == http.StatusSeeOther {
		t.Error("a change succeeded without the store")
	}
}

// TestOverviewNamesPausedFlows: a paused flow needs attention.
func TestOverviewNamesPausedFlows(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.post("/flows/x/pause", url.Values{})
	page := s.get("/", 200)
	wantText(t, page, "The flow x was paused by")
	wantNone(t, page, "Nothing. No run failed")
}
