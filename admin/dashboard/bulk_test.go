package dashboard_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/store"
)

// form returns the fields of the form that is sent to an address, as a browser
// sends it.
func form(t *testing.T, page, action string) url.Values {
	t.Helper()
	found := regexp.MustCompile(`(?s)<form method="post" action="` + regexp.QuoteMeta(action) + `"[^>]*>.*?</form>`).FindString(page)
	if found == "" {
		t.Fatalf("no form is sent to %s: %.3000s", action, page)
	}
	out := url.Values{}
	for _, m := range regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)"`).FindAllStringSubmatch(found, -1) {
		out.Add(html.UnescapeString(m[1]), html.UnescapeString(m[2]))
	}
	return out
}

func TestBulkRetry(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for range 3 {
		s.Fail("x", "no route")
	}
	other := s.Fail("y", "no route")
	page := s.get("/failed?flow=x&text=no+route", 200)
	page = s.get(linkTo(t, page, "Run all of them again"), 200)
	wantText(t, page, "Run these runs again?", "3 runs will be queued again", "Flow x", "Text no route")
	wantNone(t, page, other)
	confirmed := form(t, page, "/bulk")
	confirmed.Set("fresh", "true")
	if until, err := time.Parse(time.RFC3339Nano, confirmed.Get("to")); err != nil || time.Since(until) > time.Minute {
		t.Errorf("the change is not limited to runs that were received until now: %v %v", confirmed, err)
	}
	page = s.post("/bulk", confirmed)
	wantText(t, page, "3 runs queued again.")
	page = s.get("/failed", 200)
	wantText(t, page, other, "1 run, the end of the list")
	wantText(t, s.get("/runs?state=queued", 200), "3 runs, the end of the list", "Cancel all of them")
	wantText(t, s.get("/bulk?do=retry&state=failed&flow=x&to=2h", 200), "No run matches, so there is nothing to change.")
}

// TestBulkKeepsItsTimes: times that depend on when a filter is read are those of the
// page that counted the runs.
func TestBulkKeepsItsTimes(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Fail("x", "no route")
	fields := form(t, s.get("/bulk?do=retry&state=failed&from=2h&to=0s", 200), "/bulk")
	now := time.Now()
	for name, ago := range map[string]time.Duration{"from": 2 * time.Hour, "to": 0} {
		at, err := time.Parse(time.RFC3339Nano, fields.Get(name))
		if off := now.Add(-ago).Sub(at); err != nil || off < 0 || off > time.Minute {
			t.Errorf("%s is %q, %v from what it was: %v", name, fields.Get(name), off, err)
		}
	}
}

func TestBulkCancel(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Queue("x", store.Payload{})
	s.Queue("x", store.Payload{})
	page := s.get("/runs?state=queued", 200)
	page = s.get(linkTo(t, page, "Cancel all of them"), 200)
	wantText(t, page, "2 runs will end now and stay in the history.")
	wantText(t, s.post("/bulk", form(t, page, "/bulk")), "2 runs cancelled.")
	wantNone(t, s.get("/runs?state=failed&state=queued", 200), "Cancel all of them")
}

// TestBulkFaults holds that no request changes runs that were not named.
func TestBulkFaults(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Fail("x", "no route")
	for _, query := range []string{"?do=retry", "?do=retry&state=nonsense", "?do=cancel&state="} {
		s.get("/bulk"+query, http.StatusBadRequest)
	}
	s.get("/bulk?do=nonsense&state=failed", http.StatusNotFound)
	for _, fields := range []url.Values{{"do": {"retry"}}, {"do": {"retry"}, "state": {"nonsense"}}, {"do": {"retry"}, "state": {"failed"}, "flow": {"z"}}} {
		if w := s.call(http.MethodPost, "/bulk", fields); w.Code != http.StatusBadRequest {
			t.Errorf("%v: %d", fields, w.Code)
		}
	}
	wantText(t, s.get("/failed", 200), "1 run, the end of the list")
}

// TestBulkProgress continues a change that one call did not finish.
func TestBulkProgress(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Fail("x", "no route")
	after := s.NewID()
	page := s.get("/bulk/progress?do=retry&state=failed&changed=12000&after="+after, 200)
	wantText(t, page, "12 000 runs queued again so far.", "There are more.")
	wantText(t, s.post("/bulk", form(t, page, "/bulk")), "12 001 runs queued again.")
}

// TestBulkRetryOfACause runs the runs of one cause again.
func TestBulkRetryOfACause(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Fail("x", "no route to order 1")
	s.Fail("x", "no route to order 2")
	other := s.Fail("x", "too large")
	page := s.get("/failed", 200)
	wantText(t, page, "2 causes.", "3 runs, the end of the list")
	group := regexp.MustCompile(`<a href="([^"]*)"><b>2</b>`).FindStringSubmatch(page)
	if group == nil {
		t.Fatalf("%s", page)
	}
	page = s.get(html.UnescapeString(group[1]), 200)
	wantText(t, page, "Action note failed no route to order 2", "2 runs, the end of the list")
	wantNone(t, page, other)
	page = s.get(linkTo(t, page, "Run all of them again"), 200)
	wantText(t, page, "2 runs will be queued again", "the cause of the runs below")
	wantText(t, s.post("/bulk", form(t, page, "/bulk")), "2 runs queued again.")
	wantText(t, s.get("/failed", 200), other, "1 cause.")
	wantText(t, s.get("/failed?failure=nonsense", 200), "\"failure\" must be the key of a group of failed runs.")
}

// TestDismiss takes failed runs out of those that need attention.
func TestDismiss(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id := s.Fail("x", "no route")
	page := s.post("/runs/"+id+"/dismiss", url.Values{})
	wantText(t, page, "The run was dismissed.", "dismissed", "Run again from the failure")
	wantNone(t, page, "Dismiss…")
	if w := s.call(http.MethodPost, "/runs/"+id+"/dismiss", url.Values{}); w.Code != http.StatusConflict {
		t.Errorf("%d", w.Code)
	}
	s.Fail("x", "no route")
	s.Fail("y", "no route")
	page = s.get(linkTo(t, s.get("/failed?flow=x", 200), "Dismiss all of them"), 200)
	wantText(t, page, "1 run will need no attention any longer")
	wantText(t, s.post("/bulk", form(t, page, "/bulk")), "1 run dismissed.")
	wantText(t, s.get("/failed", 200), "1 run, the end of the list")
	wantText(t, s.get("/runs?state=dismissed", 200), "2 runs, the end of the list")
}
