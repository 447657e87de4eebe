package dashboard_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/internal/testutil/admintest"
	"github.com/webhook-gateway/gateway/store"
)

func TestOverview(t *testing.T) {
	t.Parallel()
	wantText(t, newSite(t).get("/", 200), "Nothing. No run failed in the last 24 hours", "x webhook", "y webhook", "Figures of 2 flows")
	s := newSite(t)
	s.Record(&store.Entry{Flow: "y", State: store.Succeeded, Status: 200})
	for range 2 {
		s.Fail("y", "no route")
	}
	newest := s.Fail("y", "no route")
	other := s.Fail("x", "too large")
	page := s.get("/", 200)
	wantText(t, page, "Failed in the last 24 hours", "3 runs with this cause y note no route permanent", "1 run with this cause x note too large permanent", "75 %")
	wantNone(t, page, "Nothing. No run failed")
	if strings.Index(page, "no route") < strings.Index(page, "too large") {
		t.Error("the group with the newest run does not come first")
	}
	wantText(t, s.get(linkTo(t, page, "Newest run"), 200), other, "too large")
	wantNone(t, s.get("/failed?flow=x", 200), newest)
	wantText(t, s.get("/failed?flow=x", 200), other, "1 cause.")

	page = s.get("/?q=Y&sort=failed", 200)
	wantText(t, page, "Figures of 1 of 2 flows")
	wantNone(t, page, `href="/flows/x"><bdi>x</bdi></a></th>`)
	page = s.get("/?sort=failed", 200)
	if strings.Index(page, `scope="row" class="flow"><a href="/flows/x"`) > strings.Index(page, `scope="row" class="flow"><a href="/flows/y"`) {
		t.Error("the flow of which all runs failed does not come first")
	}
	wantText(t, s.get("/?sort=nonsense&q=zzz", 200), "No flow has this text in its name.")
}

// TestOverviewOfManyFlows shows the flows in pages.
func TestOverviewOfManyFlows(t *testing.T) {
	t.Parallel()
	var flows strings.Builder
	for i := range 201 {
		_, _ = fmt.Fprintf(&flows, "flow \"f%03d\" {\n  trigger \"webhook\" {\n    path = \"/f%d\"\n  }\n}\n", i, i)
	}
	s := withPages(admintest.New(t, flows.String()))
	s.Record(&store.Entry{Flow: "f200", State: store.Failed, Cause: store.Cause{Message: "no route"}})
	row := func(name string) string { return `scope="row" class="flow"><a href="/flows/` + name + `"` }
	first := s.get("/?q=F", 200)
	second := s.get(linkTo(t, first, "Next page"), 200)
	third := s.get(linkTo(t, second, "Next page"), 200)
	wantText(t, first, "f000", "f099", "Flows 1 to 100 of 201", "Figures of 201 of 201 flows")
	wantText(t, second, "f100", "f199", "Flows 101 to 200 of 201")
	wantText(t, third, "Flows 201 to 201 of 201")
	wantNone(t, first, row("f100"), "Previous page")
	wantNone(t, second, row("f099"), row("f200"))
	wantNone(t, third, row("f199"), "Next page")
	wantText(t, s.get(linkTo(t, third, "Previous page"), 200), "Flows 101 to 200 of 201")
	sorted := s.get("/?sort=failed", 200)
	if !strings.Contains(sorted, row("f200")) || strings.Index(sorted, row("f200")) > strings.Index(sorted, row("f000")) {
		t.Error("the flow that fails does not come first")
	}
	wantNone(t, sorted, row("f099"))
	if next := s.get(linkTo(t, sorted, "Next page"), 200); !strings.Contains(next, row("f099")) {
		t.Error("the next page has another order")
	}
	wantText(t, s.get("/?from=nonsense", 200), "Flows 1 to 100 of 201")
	wantText(t, s.get("/?from=202", 200), "Flows 1 to 100 of 201")
	found := s.get("/?q=f12", 200)
	wantText(t, found, "f129", "10 of 201 flows", "Find a flow")
	wantNone(t, found, "Pages of the list")
}

// TestOverviewOfFaultyFiles shows the findings of a reload that failed.
func TestOverviewOfFaultyFiles(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Write(strings.Replace(admintest.Flows, `message = "note"`, `message = webhook.<script>`, 1))
	s.Gateway.Reload("test")
	page := s.get("/", 200)
	wantText(t, page, "The flow files have errors", "error", "flows/main.hcl:9,", "message = webhook. < script>")
	wantNone(t, page, "<script>", "Nothing. No run failed")
	if !strings.Contains(page, "<mark>") {
		t.Error("the place of the error is not marked")
	}
	s.Write("flow \"a\" {\n" + strings.Repeat("  trigger \"nonsense\" {\n  }\n", 40) + "}\n")
	s.Gateway.Reload("test")
	wantText(t, s.get("/", 200), "more finding")
	s.Write("flow \"a\" {\n  trigger \"webhook\" {\n    path = \"/a\"\n    mode = \"sync\"\n  }\n}\nflow \"b\" {\n  trigger \"nonsense\" {\n  }\n}\n")
	s.Gateway.Reload("test")
	page = s.get("/", 200)
	if first, second := strings.Index(page, "flows/main.hcl:8,"), strings.Index(page, "flows/main.hcl:1,"); first < 0 || second < first {
		t.Errorf("the error is at %d of the page, the warning before it in the file at %d", first, second)
	}
}

// TestPagesWithoutStore shows what a gateway that keeps no runs can show.
func TestPagesWithoutStore(t *testing.T) {
	t.Parallel()
	s := withPages(admintest.NewWithoutStore(t, syncFlow))
	wantText(t, s.get("/", 200), "Needs attention", "x webhook")
	wantText(t, s.get("/flows/x", 200), "webhook, sync", "Call it")
	for _, path := range []string{"/runs", "/failed", "/contacts", "/keys", "/runs/x", "/bulk?do=retry&state=failed"} {
		wantText(t, s.get(path, http.StatusServiceUnavailable), "This gateway keeps no runs")
	}
}

const detailed = `flow "orders" {
  label       = "Orders"
  description = "Takes <b>orders</b>."
  trigger "webhook" {
    path = "/shop/{region}/orders"
    auth "basic" {
      username = "shop"
      password = "written-in-the-file"
    }
    variable "email" {
      type   = string
      format = "email"
    }
    variable "items" {
      type = list(object({ sku = string, qty = optional(number) }))
      from = webhook.body.order.items
    }
    variable "limit" {
      type    = number
      from    = webhook.query.limit
      default = 5
    }
  }
  action "log" "note" {
    message = "<script>"
  }
}
flow "signed" {
  trigger "webhook" {
    path = "/signed"
    auth "github" {
      secret = "written-in-the-file"
    }
  }
}
flow "offer" {
  trigger "link" {
    path     = "/offer"
    redirect = "https://example.com/"
  }
}
flow "nightly" {
  trigger "schedule" {
    cron = "0 3 * * *"
  }
}
`

func TestFlowPage(t *testing.T) {
	t.Parallel()
	s := withPages(admintest.New(t, detailed))
	id := s.Record(&store.Entry{Flow: "orders", State: store.Refused, Status: 401, Cause: store.Cause{Reason: "unauthorized"}})
	page := s.get("/flows/orders", 200)
	wantText(t, page, "Takes <b>orders</b>.", "/shop/{region}/orders", "webhook, async", "basic", `-u "$USERNAME:$PASSWORD"`,
		`/shop/{region}/orders?limit=5'`, `{"email":"jane@example.com","order":{"items":[{"qty":1,"sku":"sku"}]}}`,
		"email required", "webhook.body.order.items", "default = 5", "1 flow \"orders\" {", "26 }", id)
	wantNone(t, page, "written-in-the-file", "<script>", "<b>orders")
	for _, want := range []string{`<svg xmlns="http://www.w3.org/2000/svg" class="fg"`, `<a href="#L24">`, `basic`} {
		if !strings.Contains(page, want) {
			t.Errorf("the drawing lacks %q: %.3000s", want, page)
		}
	}
	page = s.get("/flows/signed", 200)
	wantText(t, page, "gateway send signed --watch")
	wantText(t, page, "Callers sign their requests ( github )")
	wantNone(t, page, "written-in-the-file", "curl \\")
	wantText(t, s.get("/flows/nightly", 200), "Next times", "03:00:00 UTC", "No run yet.")
	wantText(t, s.get("/flows/order", http.StatusNotFound), `There is no flow "order" in the files; did you mean "orders"?`)

	wantText(t, s.get("/schedules", 200), "nightly in", "03:00:00 UTC")
	wantText(t, s.get("/links", 200), "offer", "/offer")
	none := newSite(t)
	wantText(t, none.get("/schedules", 200), `No flow has the trigger "schedule".`)
	wantText(t, none.get("/links", 200), `No flow has the trigger "link".`)
}

// TestDrawing marks the actions at which runs failed.
func TestDrawing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Fail("x", "no route")
	s.Fail("x", "too large")
	page := s.get("/flows/x", 200)
	wantText(t, page, "failed 2", "2 runs failed here in the last hour")
	if !strings.Contains(page, `<a href="/failed?from=1h&amp;flow=x">`) || !strings.Contains(page, `<a href="#L11">`) {
		t.Errorf("the actions lead nowhere: %s", page)
	}
}

// TestOverviewOfQueues: a queue that stands still and one that grows need attention.
func TestOverviewOfQueues(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for range 12 {
		s.Queue("x", store.Payload{})
	}
	wantText(t, s.get("/", 200), "Queued 5 minutes ago Running Oldest waits since x 12 – 0")
	s.QueuedBefore = map[string]int{"x": 3}
	page := s.get("/", 200)
	wantText(t, page, "x 12 3 0")
	wantNone(t, page, "Nothing. No run failed")
}
