package browser_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/webhook-gateway/gateway/internal/testutil/signaltest"
)

// anotherHost is a name of this machine that the browser takes for that of another.
const anotherHost = "gateway.test"

// visitor is a person with a browser.
type visitor struct {
	t    *testing.T
	ctx  context.Context
	base string

	mu     sync.Mutex
	faults []string // that pages wrote to the console
}

// newVisitor starts a browser at the pages of a gateway. At its end no page may
// have written an error to the console, such as one of the policy of contents.
func newVisitor(t *testing.T, g *gateway) *visitor {
	t.Helper()
	program, err := exec.LookPath("chromium")
	if err != nil {
		const message = "the package chromium is missing; scripts/setup installs it"
		if os.Getenv("CI") != "" {
			t.Fatal(message)
		}
		t.Skip(message)
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program), chromedp.UserDataDir(t.TempDir()), chromedp.Flag("host-resolver-rules", "MAP "+anotherHost+" 127.0.0.1"))
	if os.Getuid() == 0 {
		options = append(options, chromedp.NoSandbox) // it refuses to run as root with one
	}
	allocator, stop := chromedp.NewExecAllocator(context.WithoutCancel(t.Context()), options...)
	ctx, closeBrowser := chromedp.NewContext(allocator)
	t.Cleanup(func() {
		_ = chromedp.Cancel(ctx) // waits until the browser has ended
		closeBrowser()
		stop()
	})
	v := &visitor{t: t, ctx: ctx, base: g.admin}
	v.resize(1280, "light")
	patient, cancel := context.WithTimeout(ctx, 4*signaltest.Patience)
	t.Cleanup(cancel)
	v.ctx = patient
	v.watchConsole(ctx)
	return v
}

// watchConsole notes the errors that pages write to the console. The browser writes
// some of its own: about the answer 404 or 409 to a page that asks for it, and about
// a header field that counts only with TLS.
func (v *visitor) watchConsole(ctx context.Context) {
	messages := chromedp.Console(ctx)
	go func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			if fault := m.String(); m.IsException() || string(m.Type) == "error" && m.Source != "network" && !strings.Contains(fault, "Cross-Origin-Opener-Policy") {
				v.mu.Lock()
				v.faults = append(v.faults, fault)
				v.mu.Unlock()
			}
		}
	}()
	v.t.Cleanup(func() {
		v.mu.Lock()
		defer v.mu.Unlock()
		if len(v.faults) > 0 {
			v.t.Errorf("pages wrote to the console:\n%s", strings.Join(v.faults, "\n"))
		}
	})
}

// resize sets the width of the window and the color scheme.
func (v *visitor) resize(width int64, scheme string) {
	v.t.Helper()
	v.do(chromedp.EmulateViewport(width, 900))
	media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}
	if _, err := chromedp.Call(v.ctx, emulation.SetEmulatedMedia, media); err != nil {
		v.t.Fatal(err)
	}
}

func (v *visitor) do(steps ...chromedp.Action[chromedp.Void]) {
	v.t.Helper()
	if err := chromedp.Do(v.ctx, steps...); err != nil {
		v.t.Fatal(err)
	}
}

// open shows a page.
func (v *visitor) open(path string) {
	v.t.Helper()
	v.do(chromedp.Navigate(v.base + path))
}

// evaluate returns the value of an expression on the page.
func evaluate[T any](v *visitor, expression string) T {
	v.t.Helper()
	out, err := chromedp.Run(v.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		v.t.Fatalf("%s: %v", expression, err)
	}
	return out
}

// follow clicks on the first visible link, button or summary with a text, and
// waits for the page to which it leads.
func (v *visitor) follow(text string) {
	v.t.Helper()
	v.leave(v.clickOn(text))
}

// leave does what leads to another page, and waits for it.
func (v *visitor) leave(act chromedp.Action[chromedp.Void]) {
	v.t.Helper()
	if _, err := chromedp.Run(v.ctx, chromedp.WaitEvent(page.LoadEventFired, nil, act)); err != nil {
		v.t.Fatalf("%v at %s", err, v.text())
	}
}

// clickOn returns the click on the first element with a text that a person can
// press.
func (v *visitor) clickOn(text string) chromedp.Action[chromedp.Void] {
	return chromedp.Click(chromedp.Search(fmt.Sprintf(`(//main//*[self::a or self::button or self::summary][contains(normalize-space(.), %q)])[1]`, text)), chromedp.NodeVisible)
}

// text returns what the page shows.
func (v *visitor) text() string {
	v.t.Helper()
	return strings.Join(strings.Fields(evaluate[string](v, "document.body.innerText")), " ")
}

// want reports texts that the page does not show.
func (v *visitor) want(texts ...string) {
	v.t.Helper()
	shown := v.text()
	for _, text := range texts {
		if !strings.Contains(shown, text) {
			v.t.Errorf("%s lacks %q: %s", evaluate[string](v, "location.href"), text, shown)
		}
	}
}

// wait waits until an expression is true on the page.
func (v *visitor) wait(expression string) {
	v.t.Helper()
	if _, err := chromedp.Run(v.ctx, chromedp.Poll[bool](expression)); err != nil {
		v.t.Fatalf("%s: %v at %s", expression, err, v.text())
	}
}
