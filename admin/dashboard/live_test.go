package dashboard_test

import (
	"context"
	"encoding/json"
	"net/http"
	"regexp"
	"testing"

	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/testutil/admintest"
	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/sqlite"
)

func (s *site) pollVersion(t *testing.T, id string) string {
	t.Helper()
	var got struct{ Version string }
	if err := json.Unmarshal([]byte(s.get("/live/runs/"+id, 200)), &got); err != nil {
		t.Fatal(err)
	}
	return got.Version
}

// TestPollRun: the page of an open run and its poll agree on the version, which
// changes with the run.
func TestPollRun(t *testing.T) {
	t.Parallel()
	s := withPages(admintest.New(t, admintest.Flows))
	id := s.Queue("x", store.Payload{})
	before := s.pollVersion(t, id)
	if shown := regexp.MustCompile(`data-version="([^"]*)"`).FindStringSubmatch(s.get("/runs/"+id, 200)); shown == nil || shown[1] != before {
		t.Errorf("the page has the version %q, and the poll %q", shown, before)
	}
	s.post("/runs/"+id+"/cancel", map[string][]string{})
	if after := s.pollVersion(t, id); after == before {
		t.Errorf("a cancelled run has still the version %q", after)
	}
	ended := s.Record(&store.Entry{Flow: "x", State: store.Failed, Steps: []store.Step{{Path: "note", Kind: "log", State: store.StepRetry}}})
	if got := s.pollVersion(t, ended); got != "failed-1-1-failed" {
		t.Errorf("version %q", got)
	}
}

// slowStore answers lists of runs when the test lets it.
type slowStore struct {
	store.Store
	begun, release chan struct{}
}

// List waits for the test.
func (s *slowStore) List(ctx context.Context, q store.ListQuery) (store.Page, error) {
	s.begun <- struct{}{}
	<-s.release
	return s.Store.List(ctx, q)
}

// TestPollsAtOnce: above a number of polls that the store has not answered, pages are
// told to ask later.
func TestPollsAtOnce(t *testing.T) {
	t.Parallel()
	const most = 16
	history, err := sqlite.Open(sqlite.Options{Clock: clock.System{}, Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = history.Close() })
	slow := &slowStore{history, make(chan struct{}), make(chan struct{})}
	s := withPages(admintest.NewWithStore(t, admintest.Flows, slow))
	answered := make(chan int)
	for range most {
		go func() { answered <- s.call(http.MethodGet, "/live/runs", nil).Code }()
		<-slow.begun
	}
	if w := s.call(http.MethodGet, "/live/runs", nil); w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" {
		t.Errorf("one poll more is answered with %d, Retry-After %q", w.Code, w.Header().Get("Retry-After"))
	}
	close(slow.release)
	for range most {
		if code := <-answered; code != http.StatusOK {
			t.Errorf("a poll is answered with %d", code)
		}
	}
	go func() { <-slow.begun }()
	if w := s.call(http.MethodGet, "/live/runs", nil); w.Code != http.StatusOK {
		t.Errorf("a poll after them is answered with %d", w.Code)
	}
}
