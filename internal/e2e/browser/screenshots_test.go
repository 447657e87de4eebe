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
	for _, c := range []struct{ name, path, scheme, scrollTo string }{
		{"overview", "/", "light", ""},
		{"run", "/runs/" + failed, "dark", ""},
		{"flow", "/flows/shop_order", "light", "drawing"},
	} {
		v.resize(1100, c.scheme)
		v.open(c.path)
		if c.scrollTo != "" {
			v.do(chromedp.Evaluate[chromedp.Void](fmt.Sprintf("document.getElementById(%q).scrollIntoView()", c.scrollTo)))
		}
		v.do(chromedp.EmulateViewport(1100, 720))
		picture, err := chromedp.Run(v.ctx, chromedp.CaptureScreenshot())
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "dashboard-"+c.name+".png"), picture, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
