package dashboard_test

import (
	"encoding/json"
	"regexp"
	"testing"

	"github.com/webhook-gateway/gateway/internal/testutil/admintest"
	"github.com/webhook-gateway/gateway/store"
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
