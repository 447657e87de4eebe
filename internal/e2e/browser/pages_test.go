package browser_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// fill gives each page something to show.
func fill(g *gateway) (failed string) {
	g.order("us", "US-1", "<script>\u202egnp.exe\x1b[2J"+strings.Repeat("W", 20_000))
	g.order("us", "US-2", "")
	for _, id := range []string{"EU-1", "EU-2", "EU-3"} {
		g.order("eu", id, "")
	}
	g.call(http.MethodPost, g.base+"/shop/eu/orders", `{"order_id":"no way","items":[]}`)
	g.call(http.MethodPost, g.base+"/returns", `{"order_id":"EU-1"}`)
	g.call(http.MethodPost, g.base+"/alerts", `{"sku":"lamp","left":3}`)
	g.call(http.MethodPost, g.base+"/newsletter", `{}`)
	g.call(http.MethodPatch, g.admin+"/api/v1/contacts/ada@example.com", `{"fields":{"name":"Ada"},"add":["customer","news"]}`)
	g.call(http.MethodPost, g.admin+"/api/v1/keys", `{"name":"shop","flows":["shop_order"]}`)
	g.call(http.MethodPost, g.admin+"/api/v1/flows/stock_alert/pause", "")
	g.waitRuns("succeeded", 6)
	return g.waitRuns("failed", 2)
}

// pagePaths are the pages of the dashboard.
func pagePaths(g *gateway, failed string) []string {
	paths := []string{
		"/", "/flows/shop_order", "/flows/nightly_report", "/flows/stock_alert", "/flows/shop_order/try", "/runs", "/runs?state=failed&flow=shop_order", "/runs?label=Payments", "/runs/" + failed, "/failed",
		"/bulk?do=retry&state=failed", "/schedules", "/contacts", "/contacts/ada@example.com", "/keys", "/links", "/audit", "/nothing",
	}
	for _, flow := range []string{"goods_return", "refund"} {
		paths = append(paths, "/runs/"+g.newestRun("flow="+flow))
	}
	return append(paths, "/runs/"+g.newestRun("flow=shop_order&text=gnp.exe"))
}

// TestPages looks at each page in both color schemes, wide and narrow: nothing is
// wider than the window, and with AXE=axe.min.js (see make judge-pages) axe-core has
// no serious finding. With PICTURES=FOLDER it writes a picture of each.
func TestPages(t *testing.T) {
	t.Parallel()
	g := startGateway(t)
	failed := fill(g)
	v := newVisitor(t, g)
	axe := readAxe(t)
	for _, path := range pagePaths(g, failed) {
		v.inspect(path, axe, func() {})
	}
	v.inspect("/flows/shop_order/try?from="+failed, axe, func() { v.follow("Dry run") })
}

// inspect looks at the page to which act leads from a path.
func (v *visitor) inspect(path, axe string, act func()) {
	v.t.Helper()
	for _, scheme := range []string{"light", "dark"} {
		for _, width := range []int64{1280, 320} {
			v.resize(width, scheme)
			v.open(path)
			act()
			if evaluate[bool](v, "document.documentElement.scrollWidth > innerWidth") {
				v.t.Errorf("%s is wider than its window of %d px", path, width)
			}
			if n := evaluate[int](v, `document.querySelectorAll("h1").length`); n != 1 {
				v.t.Errorf("%s has %d main headings", path, n)
			}
			if axe != "" {
				v.judge(axe, path+" "+scheme)
			}
			if dir := os.Getenv("PICTURES"); dir != "" {
				name := fmt.Sprintf("%s %s %d.png", strings.NewReplacer("/", "_", "?", "-").Replace(path), scheme, width)
				v.picture(filepath.Join(dir, name), chromedp.FullScreenshot(100))
			}
		}
	}
}

func readAxe(t *testing.T) string {
	t.Helper()
	path := os.Getenv("AXE")
	if path == "" {
		return ""
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// judge reports the serious findings of axe-core on the page.
func (v *visitor) judge(axe, name string) {
	v.t.Helper()
	evaluate[any](v, axe+";null")
	text := evaluate[string](v, `axe.run().then(r => JSON.stringify(r.violations))`)
	var found []struct {
		ID, Impact, Help string
		Nodes            []struct{ HTML string }
	}
	if err := json.Unmarshal([]byte(text), &found); err != nil {
		v.t.Fatal(err)
	}
	for _, f := range found {
		var places []string
		for _, n := range f.Nodes {
			places = append(places, n.HTML)
		}
		if f.Impact == "serious" || f.Impact == "critical" {
			v.t.Errorf("%s: %s (%s, %s)\n%s", name, f.Help, f.ID, f.Impact, strings.Join(places[:min(len(places), 3)], "\n"))
		} else {
			v.t.Logf("%s: %s (%s, %s)\n%s", name, f.Help, f.ID, f.Impact, strings.Join(places[:min(len(places), 3)], "\n"))
		}
	}
}
