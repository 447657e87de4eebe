package browser_test

import (
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// TestWithoutScript walks with JavaScript off in the browser: each page shows its
// content, and links and forms do everything.
func TestWithoutScript(t *testing.T) {
	t.Parallel()
	g := startGateway(t)
	failed := fill(g)
	v := newVisitor(t, g)
	if _, err := chromedp.Call(v.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	for _, path := range pagePaths(g, failed) {
		v.open(path)
		if n := evaluate[int](v, `document.querySelectorAll("main h1").length`); n != 1 {
			t.Errorf("%s has %d main headings", path, n)
		}
		if evaluate[bool](v, `[...document.querySelectorAll("[data-copy]")].some(b => b.checkVisibility())`) {
			t.Errorf("%s shows a button that needs the script", path)
		}
	}
	v.open("/")
	v.follow("Newest run")
	v.follow("Run again from the failure")
	v.want("The run was queued again.")
	v.open("/failed")
	v.follow("Dismiss all of them")
	v.want("will need no attention any longer")
	v.open("/runs")
	v.follow("refused")
	v.want("Activity", "shop_order")
}
