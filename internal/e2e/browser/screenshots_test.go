package browser_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestScreenshots writes the pictures of the guide into the folder SCREENSHOTS; see
// make screenshots.
func TestScreenshots(t *testing.T) {
	t.Parallel()
	dir := os.Getenv("SCREENSHOTS")
	if dir == "" {
		t.Skip("no folder is given")
	}
	g := startGateway(t)
	for i := range 20 {
		g.order("eu", fmt.Sprintf("EU-2026-%04d", i), "")
	}
	failed := fill(g)
	v := newVisitor(t, g)
	for _, c := range []struct {
		name, path, scheme, scrollTo string
		act                          func()
	}{
		{"overview", "/", "light", "", nil},
		{"run", "/runs/" + failed, "dark", "", nil},
		{"flow", "/flows/shop_order", "light", "drawing", nil},
		{"dry-run", "/flows/shop_order/try?from=" + failed, "light", "", func() { v.follow("Dry run") }},
	} {
		v.resize(1100, c.scheme)
		v.open(c.path)
		if c.act != nil {
			c.act()
		}
		if c.scrollTo != "" {
			v.do(chromedp.Evaluate[chromedp.Void](fmt.Sprintf("document.getElementById(%q).scrollIntoView()", c.scrollTo)))
		}
		v.do(chromedp.EmulateViewport(1100, 720))
		v.picture(filepath.Join(dir, "dashboard-"+c.name+".png"), chromedp.CaptureScreenshot())
	}
}

// picture writes a picture of the page.
func (v *visitor) picture(path string, take chromedp.Action[[]byte]) {
	v.t.Helper()
	picture, err := chromedp.Run(v.ctx, take)
	if err != nil {
		v.t.Fatal(err)
	}
	if err := os.WriteFile(path, picture, 0o600); err != nil {
		v.t.Fatal(err)
	}
}
