package services_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/gateway/run"
	"github.com/webhook-gateway/gateway/gateway/services"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/testutil/snapshottest"
	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/sqlite"
)

const tagged = `
flow "welcome" {
  trigger "tag" {
    tag      = "new"
    throttle = "0s"
  }
  action "log" "l" { message = contact.email }
}
flow "rarely" {
  trigger "tag" {
    tag      = "seen"
    throttle = "1h"
  }
  action "log" "l" { message = contact.email }
}`

// fixture has services on an empty store, and the flows of tagged.
type fixture struct {
	*services.Services
	t      *testing.T
	wakeup *run.Signal
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	s, err := sqlite.Open(sqlite.Options{Dir: t.TempDir(), Clock: clock.System{}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	wakeup := run.NewSignal()
	return &fixture{services.New(services.Options{
		Env: snapshottest.NewEnv(), Store: s, Snapshots: snapshottest.Serve(t, tagged), Wakeup: wakeup,
	}), t, wakeup}
}

// addTag gives the contact ann a tag.
func (f *fixture) addTag(tag, cause string) {
	f.t.Helper()
	if _, err := f.ChangeContact(f.t.Context(), flow.ContactChange{Email: "ann@example.com", Add: []string{tag}, Source: flow.TagManual, Cause: cause}); err != nil {
		f.t.Fatal(err)
	}
}

// wantRuns compares the states of all runs, by flow.
func (f *fixture) wantRuns(want map[string][]store.State) {
	f.t.Helper()
	page, err := f.Store.List(f.t.Context(), store.ListQuery{Limit: store.MaxPage})
	if err != nil {
		f.t.Fatal(err)
	}
	got := map[string][]store.State{}
	for _, r := range page.Runs { // the newest first
		got[r.Flow] = append([]store.State{r.State}, got[r.Flow]...)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		f.t.Error(diff)
	}
}

func TestTagStartsAFlowOnceForACause(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.addTag("new", "a")
	select {
	case <-f.wakeup.C():
	default:
		t.Error("the claim loop was not woken")
	}
	f.addTag("new", "a")
	f.wantRuns(map[string][]store.State{"welcome": {store.Queued}})
	f.addTag("new", "b")
	f.wantRuns(map[string][]store.State{"welcome": {store.Queued, store.Queued}})
}

// TestThrottledTagIsRecorded: a start within the window of a flow becomes an
// entry of the history, once for the same cause.
func TestThrottledTagIsRecorded(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, cause := range []string{"a", "a", "b", "b"} {
		f.addTag("seen", cause)
	}
	f.wantRuns(map[string][]store.State{"rarely": {store.Queued, store.Throttled}})
}

func TestImpossibleChange(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for name, change := range map[string]flow.ContactChange{
		"no address":    {Email: "nowhere", Add: []string{"new"}, Source: flow.TagManual},
		"no JSON value": {Email: "ann@example.com", Fields: map[string]any{"f": func() {}}},
	} {
		_, err := f.ChangeContact(t.Context(), change)
		if failure := (*flow.Error)(nil); !errors.As(err, &failure) || failure.Class != flow.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	f.wantRuns(map[string][]store.State{})
}

// TestServicesWithoutAStore: actions see that there are none.
func TestServicesWithoutAStore(t *testing.T) {
	t.Parallel()
	var none *services.Services
	if got := none.ForRun(&run.Scope{}); got.Keys != nil || got.Contacts != nil || got.Starter != nil {
		t.Errorf("%+v", got)
	}
}
