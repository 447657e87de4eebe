package browser_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"
)

// TestFailedRun finds a failed run from the overview, reads why it failed, mends
// the flow file, runs the run again and sees it succeed.
func TestFailedRun(t *testing.T) {
	t.Parallel()
	g := startGateway(t)
	g.edit("shop.hcl", `/orders"`+"\n    json", `/order"`+"\n    json")
	g.order("eu", "EU-1", "")
	id := g.waitRuns("failed", 1)
	v := newVisitor(t, g)
	v.open("/")
	v.want("Failed in the last 24 hours", "shop_order warehouse")
	v.follow("Newest run")
	v.want(id, "Action warehouse failed", "answered 404 Not Found", `action "http" "warehouse" {`, "POST /order answered 404", "no such path")
	g.edit("shop.hcl", `/order"`, `/orders"`)
	v.follow("Run again from the failure")
	v.want("The run was queued again.")
	v.wait(`document.querySelector(".title .succeeded, .news a") !== null`)
	if evaluate[bool](v, `document.querySelector(".news a") !== null`) {
		v.leave(chromedp.Click(chromedp.CSS(".news a")))
	}
	v.wait(`document.querySelector(".title .succeeded") !== null`)
	v.want("shop_order succeeded", "Attempt 2", "Earlier attempts")
}

func TestCopyURL(t *testing.T) {
	t.Parallel()
	g := startGateway(t)
	v := newVisitor(t, g)
	v.open("/")
	v.follow("shop_order")
	for _, name := range []string{"clipboard-read", "clipboard-write"} {
		if _, err := chromedp.CallBrowser(v.ctx, browser.SetPermission, browser.SetPermissionParams{Permission: &browser.PermissionDescriptor{Name: name}, Setting: browser.PermissionSettingGranted}); err != nil {
			t.Fatal(err)
		}
	}
	v.do(v.clickOn("Copy the URL"))
	v.wait(`document.querySelector("[data-copy=url]").textContent === "Copied"`)
	if got := evaluate[string](v, "navigator.clipboard.readText()"); got != g.base+"/shop/{region}/orders" {
		t.Errorf("copied %q", got)
	}
}

// TestBulkRetry runs many runs again, after a confirmation that counts them.
func TestBulkRetry(t *testing.T) {
	t.Parallel()
	g := startGateway(t)
	for i := range 3 {
		g.order("us", fmt.Sprintf("US-%d", i), "")
	}
	g.waitRuns("failed", 3)
	v := newVisitor(t, g)
	v.open("/failed")
	v.want("1 cause.", "3 runs, the end of the list")
	v.follow("Run all of them again…")
	v.want("Run these runs again?", "3 runs will be queued again.")
	g.edit("shop.hcl", `region = webhook.path.region`, `region = "eu"`)
	v.follow("Run again")
	v.want("3 runs queued again.")
	g.waitRuns("succeeded", 3)
	v.open("/failed")
	v.want("No failed run.")
}

// TestNews announces new runs without moving the rows.
func TestNews(t *testing.T) {
	t.Parallel()
	g := startGateway(t)
	v := newVisitor(t, g)
	v.open("/runs")
	g.order("eu", "EU-1", "")
	v.wait(`document.querySelector(".news a") !== null`)
	v.want("1 new run. Show it", "No run yet.")
	v.leave(chromedp.Click(chromedp.CSS(".news a")))
	v.want("shop_order")
	if evaluate[int](v, `document.querySelectorAll(".runs tbody tr").length`) != 1 {
		t.Errorf("the page does not show the run: %s", v.text())
	}
}

// TestHostilePage shows a payload that tries to be a part of the page.
func TestHostilePage(t *testing.T) {
	t.Parallel()
	g := startGateway(t)
	const script = `</script><script>document.title = "owned"</script><img src=x onerror="document.title='owned'">`
	g.order("us", "US-1", script+"\u202egnp.exe\x1b[2J"+strings.Repeat("W", 500_000))
	g.order("eu", "EU-1", strings.Repeat("<b>", 800_000))
	id := g.waitRuns("failed", 1)
	v := newVisitor(t, g)
	for _, path := range []string{"/runs/" + id, "/runs/" + g.waitRuns("succeeded", 1), "/runs?text=" + "%3Cscript%3Edocument.title%3D1%3C%2Fscript%3E", "/failed", "/"} {
		for _, width := range []int64{1280, 320} {
			v.resize(width, "light")
			v.open(path)
			v.wantWhole(path, width)
		}
	}
	v.open("/runs/" + id)
	v.want(`document.title = \"owned\"`, "⟨U+202E⟩gnp.exe", "only the beginning is shown")
}

// TestHostileNames shows names, labels and texts of flow files, contacts and keys that
// try to be a part of the page or to widen it.
func TestHostileNames(t *testing.T) {
	t.Parallel()
	g := startGateway(t)
	const script = `<script>document.title = 1</script>\u202egnp.exe\u0007`
	name, word := "n"+strings.Repeat("a", 59), strings.Repeat("W", 300)
	g.write("hostile.hcl", fmt.Sprintf(`flow %[1]q {
  label       = "%[2]s%[3]s"
  description = "%[2]s%[3]s"
  trigger "webhook" {
    path = "/%[1]s/%[3]s"
    mode = "sync"
    variable %[1]q {
      type        = string
      default     = "%[3]s"
      description = "%[2]s"
    }
  }
  action "log" %[1]q {
    message = "%[4]s"
  }
  action "stop" "no" {
    status  = "failed"
    message = "%[2]s${webhook.body.%[1]s}"
  }
}
`, name, script, word, strings.Repeat("W", 1<<20)))
	g.call(http.MethodPost, g.base+"/"+name+"/"+word+"?"+word, fmt.Sprintf(`{%q: %q}`, name, word))
	g.call(http.MethodPost, g.base+"/nowhere/"+word+"%3Cscript%3E%E2%80%AE", "{}")
	g.call(http.MethodPatch, g.admin+"/api/v1/contacts/eve@example.com", fmt.Sprintf(`{"fields":{"%[1]s":"%[1]s"},"add":["%[2]s","<script>\u202e"]}`, script, word[:200]))
	g.call(http.MethodPost, g.admin+"/api/v1/keys", fmt.Sprintf(`{"name":%q,"flows":[%q]}`, name, name))
	failed, refused := g.waitRuns("failed", 1), g.waitRuns("refused", 1)
	v := newVisitor(t, g)
	for _, path := range []string{"/", "/runs", "/failed", "/flows/" + name, "/flows/" + name + "/try", "/runs/" + failed, "/runs/" + refused, "/contacts", "/contacts/eve@example.com", "/keys", "/audit", "/bulk?do=retry&state=failed"} {
		for _, width := range []int64{1280, 320} {
			v.resize(width, "light")
			v.open(path)
			v.wantWhole(path, width)
		}
	}
}

// wantWhole reports a page that runs a script from outside, or is wider than its
// window, also with its menus open.
func (v *visitor) wantWhole(path string, width int64) {
	v.t.Helper()
	v.do(chromedp.Evaluate[chromedp.Void](`document.querySelectorAll("details").forEach(d => { d.open = true })`))
	if title := evaluate[string](v, "document.title"); !strings.HasSuffix(title, "· gateway") {
		v.t.Errorf("%s: the title is %q", path, title)
	}
	if n := evaluate[int](v, `document.querySelectorAll("script, main img, main b script").length`); n != 1 {
		v.t.Errorf("%s has %d scripts and images", path, n)
	}
	if evaluate[bool](v, "document.documentElement.scrollWidth > innerWidth") {
		v.t.Errorf("%s is wider than its window of %d px", path, width)
	}
	if n := evaluate[int](v, "document.documentElement.outerHTML.length"); n > 1<<20 {
		v.t.Errorf("%s has %d characters", path, n)
	}
}

// TestKeyboard runs failed runs again without a pointer.
func TestKeyboard(t *testing.T) {
	t.Parallel()
	g := startGateway(t)
	g.order("us", "US-1", "")
	g.waitRuns("failed", 1)
	v := newVisitor(t, g)
	v.open("/")
	v.press("\t")
	if got := v.focused(); got != "Skip to the content" {
		t.Errorf("the first place is %q", got)
	}
	v.press("\r")
	if got := evaluate[string](v, "document.activeElement.id"); got != "main" {
		t.Errorf("the link that skips leads to %q", got)
	}
	v.tabTo("Newest run")
	v.leave(chromedp.KeyEvent("\r"))
	v.want("Action warehouse failed")
	v.tabTo("Run again from the beginning…")
	v.press("\r")
	g.edit("shop.hcl", `region = webhook.path.region`, `region = "eu"`)
	v.tabTo("Run everything again")
	v.leave(chromedp.KeyEvent("\r"))
	v.want("The run was queued again.")
	g.waitRuns("succeeded", 1)
}

func (v *visitor) press(key string) {
	v.t.Helper()
	v.do(chromedp.KeyEvent(key))
}

// focused returns the text of the element that has the focus.
func (v *visitor) focused() string {
	v.t.Helper()
	return strings.TrimSpace(evaluate[string](v, `document.activeElement.innerText ?? ""`))
}

// tabTo presses the tab key until an element with a text has the focus. Each
// element on the way must show that it has it.
func (v *visitor) tabTo(text string) {
	v.t.Helper()
	for range 100 {
		v.press("\t")
		if evaluate[string](v, `getComputedStyle(document.activeElement).outlineStyle`) == "none" {
			v.t.Errorf("%q does not show that it has the focus", v.focused())
		}
		if v.focused() == text {
			return
		}
	}
	v.t.Fatalf("the tab key does not reach %q", text)
}

// TestTry sends a request to a flow with the form of its page, and looks at what its
// actions did.
func TestTry(t *testing.T) {
	t.Parallel()
	g := startGateway(t)
	v := newVisitor(t, g)
	v.open("/flows/shop_order")
	v.follow("Try it…")
	v.do(chromedp.SetValue(chromedp.CSS("[name='path.region']"), "eu"))
	v.follow("Dry run")
	v.want("The flow answers 200")
	v.follow("Send for real")
	v.want("The flow answered 401.", "See why")
	v.do(
		chromedp.SetValue(chromedp.CSS("[name='path.region']"), "eu"),
		chromedp.SetValue(chromedp.CSS("[name=username]"), "shop"),
		chromedp.SetValue(chromedp.CSS("[name=password]"), password),
		chromedp.SetValue(chromedp.CSS("[name=body]"), `{"order_id":"TRY-1","items":[{"sku":"lamp","qty":1,"price":9.5}]}`),
	)
	v.follow("Dry run")
	v.want("The flow answers 200", "Nothing was sent or stored.", "warehouse http, not sent")
	v.do(chromedp.SetValue(chromedp.CSS("[name=username]"), "shop"), chromedp.SetValue(chromedp.CSS("[name=password]"), password))
	v.follow("Send for real")
	v.want("The flow answered 200.")
	g.waitRuns("succeeded", 1)
	v.follow("See the run with its actions")
	v.do(v.clickOn("warehouse"))
	v.want("shop_order succeeded", `"order_id": "TRY-1"`, `"accepted": true`)
}

// TestSignIn is refused with a wrong token, signs in with the right one, and signs
// out: also where the browser sends no Sec-Fetch-Site, because the host is not this
// machine and the connection has no TLS.
func TestSignIn(t *testing.T) {
	t.Parallel()
	for name, host := range map[string]string{"this machine": "127.0.0.1", "another host without TLS": anotherHost} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			signInAndOut(t, host)
		})
	}
}

func signInAndOut(t *testing.T, host string) {
	t.Helper()
	const token = "the-right-token-0123456789"
	g := startGateway(t, "--admin-token", token)
	v := newVisitor(t, g)
	v.base = strings.Replace(g.admin, "127.0.0.1", host, 1)
	v.open("/runs?state=failed")
	v.want("Sign in")
	v.do(chromedp.SetValue(chromedp.CSS("#token"), "a-wrong-token-0123456789"))
	v.follow("Sign in")
	v.want("This is not the token of the admin listener.")
	v.do(chromedp.SetValue(chromedp.CSS("#token"), token))
	v.follow("Sign in")
	v.want("Activity", "No run matches the filter.", "signed in as token")
	if evaluate[string](v, "document.cookie") != "" {
		t.Error("scripts can read the cookie of the session")
	}
	v.leave(chromedp.Click(chromedp.CSS("footer a[href='/logout']")))
	v.follow("Sign out")
	v.open("/")
	v.want("Sign in")
}

// TestDownload offers a large value as a file that no browser shows.
func TestDownload(t *testing.T) {
	t.Parallel()
	g := startGateway(t)
	g.order("eu", "EU-1", strings.Repeat("x", 1<<20))
	id := g.waitRuns("succeeded", 1)
	status, text := g.call(http.MethodGet, g.admin+"/runs/"+id+"/download?part=body", "")
	if status != http.StatusOK || len(text) < 1<<20 {
		t.Errorf("%d, %d bytes", status, len(text))
	}
}
