package coverage_test

import (
	"bytes"
	"io"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/webhook-gateway/gateway/actions"
	"github.com/webhook-gateway/gateway/auth"
	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/flowtest"
	"github.com/webhook-gateway/gateway/flowtest/coverage"
	"github.com/webhook-gateway/gateway/triggers"
)

// measure runs tests of testdata/orders.hcl and returns what they reach.
func measure(t *testing.T, testFiles ...string) *coverage.Report {
	t.Helper()
	files := fstest.MapFS{}
	for _, name := range append(testFiles, "orders.hcl") {
		text, err := os.ReadFile("testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		files["flows/"+name] = &fstest.MapFile{Data: text}
	}
	return measureFiles(t, files)
}

func measureFiles(t *testing.T, files fstest.MapFS) *coverage.Report {
	t.Helper()
	var c coverage.Collector
	tests, diags := flowtest.Run(t.Context(), flowtest.Options{
		FS: files, Paths: []load.Path{{Dir: "flows"}}, Observer: &c,
		Kinds: flow.Kinds{Actions: actions.All(), Triggers: triggers.All(auth.All())}, Connections: actions.Connections(),
	})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	if tests.Failed() > 0 || len(tests.Results) == 0 {
		t.Fatal(write(t, func(w io.Writer) error { return tests.WriteText(w, flowtest.TextOptions{}) }))
	}
	r, err := c.Report(tests.Flows, tests.Files)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func write(t *testing.T, f func(io.Writer) error) string {
	t.Helper()
	var out bytes.Buffer
	if err := f(&out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

const missedByOneTest = `orders      25 %  5 of 20
all flows   25 %  5 of 20

No test reaches:
  flows/orders.hcl:9  variable email/required: a request breaks the rule
  flows/orders.hcl:9  variable email/type: a request breaks the rule
  flows/orders.hcl:9  variable email/format: a request breaks the rule
  flows/orders.hcl:9  variable email/max: a request breaks the rule
  flows/orders.hcl:14  variable kind/type: a request breaks the rule
  flows/orders.hcl:14  variable kind/enum: a request breaks the rule
  flows/orders.hcl:19  variable items/required: a request breaks the rule
  flows/orders.hcl:19  variable items/type: a request breaks the rule
  flows/orders.hcl:19  variable items/min: a request breaks the rule
  flows/orders.hcl:23  variable shop/pattern: a request breaks the rule
  flows/orders.hcl:28  auth: a caller is refused
  flows/orders.hcl:35  case size/none
  flows/orders.hcl:43  on_error: charge fails
  flows/orders.hcl:50  on_error: the flow fails
  flows/orders.hcl:51  action sorry
`

func TestSomeIsMissed(t *testing.T) {
	t.Parallel()
	if got := write(t, measure(t, "some.test.hcl").WriteText); got != missedByOneTest {
		t.Errorf("the report is\n%s\nwant\n%s", got, missedByOneTest)
	}
}

func TestAllIsReached(t *testing.T) {
	t.Parallel()
	r := measure(t, "some.test.hcl", "all.test.hcl")
	if text := write(t, r.WriteText); r.Percent() != 100 || strings.Contains(text, "No test reaches") {
		t.Errorf("%d %%\n%s", r.Percent(), text)
	}
}

// TestRulesAreBrokenOneByOne: one request breaks each rule, and a fault counts for
// no other rule of its variable.
func TestRulesAreBrokenOneByOne(t *testing.T) {
	t.Parallel()
	r := measure(t, "all.test.hcl")
	want := map[string]int{
		"email/required": 1, "email/type": 1, "email/format": 1, "email/max": 1, "kind/type": 1, "kind/enum": 1,
		"items/required": 1, "items/type": 1, "items/min": 1, "shop/pattern": 1,
	}
	for _, i := range r.Flows[0].Items {
		if i.Kind == coverage.Rule && i.Hits != want[i.Name] {
			t.Errorf("rule %s was broken %d times, want %d", i.Name, i.Hits, want[i.Name])
		}
	}
}

func TestLCOV(t *testing.T) {
	t.Parallel()
	got := write(t, measure(t, "some.test.hcl").WriteLCOV)
	for _, want := range []string{
		"TN:\nSF:flows/orders.hcl\nBRDA:9,0,0,0\nBRDA:9,0,1,0\n", "BRDA:35,0,0,0\nBRDA:36,0,0,1\n", "BRF:15\nBRH:1\n",
		"DA:43,1\nDA:47,1\nDA:50,0\nDA:51,0\nLF:12\nLH:5\nend_of_record\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

func TestHTML(t *testing.T) {
	t.Parallel()
	got := write(t, measure(t, "some.test.hcl").WriteHTML)
	for _, want := range []string{
		"<title>Coverage of flows: 25 %</title>", `<a href="#flows%2forders.hcl-5">orders</a>`,
		`<tr class="partly" id="flows/orders.hcl-43">`, `<tr class="missed" id="flows/orders.hcl-51">`, `<tr class="reached" id="flows/orders.hcl-47">`,
		"<pre>        message = &#34;big&#34;", "<strong>never</strong> auth: a caller is refused", "1 × action ship",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the page has no %q", want)
		}
	}
}

// TestFailedCaseIsReached: a test reaches a case whose actions fail.
func TestFailedCaseIsReached(t *testing.T) {
	t.Parallel()
	files := fstest.MapFS{
		"flows/main.hcl": {Data: []byte(`
flow "pick" {
  trigger "webhook" { path = "/pick" }
  action "branch" "way" {
    case "fails" {
      when = webhook.body.k == "f"
      action "http" "call" { url = "https://example.com" }
    }
    case "other" {
      when = webhook.body.k == "o"
      action "log" "note" { message = "other" }
    }
  }
}`)},
		"flows/main.test.hcl": {Data: []byte(`
test "it fails" {
  flow = "pick"
  request { json = { k = "f" } }
  mock "call" { status = 404 }
  expect { run = "failed" }
}`)},
	}
	r := measureFiles(t, files)
	for _, i := range r.Flows[0].Items {
		if want := map[string]int{"way": 1, "way/fails": 1, "call": 1}[i.Name]; i.Hits != want {
			t.Errorf("%s %s was reached %d times, want %d", i.Kind, i.Name, i.Hits, want)
		}
	}
}

// TestOtherRefusalsAreNoWrongCredentials: the status of the answer to a wrong address
// may be that to wrong credentials.
func TestOtherRefusalsAreNoWrongCredentials(t *testing.T) {
	t.Parallel()
	const flows = `
secret "shop" { env = "SHOP" }
flow "guarded" {
  trigger "webhook" {
    path      = "/guarded"
    allow_ips = ["192.0.2.0/24"]
    auth "bearer" { token = secret.shop }
    unauthorized { status = 403 }
  }
  action "log" "note" { message = "ok" }
}`
	for request, want := range map[string]int{`remote_address = "198.51.100.1"`: 0, `signed = false`: 1} {
		r := measureFiles(t, fstest.MapFS{
			"flows/main.hcl":      {Data: []byte(flows)},
			"flows/main.test.hcl": {Data: []byte("test \"refused\" {\n  flow = \"guarded\"\n  request { " + request + " }\n  expect { status = 403 }\n}")},
		})
		for _, i := range r.Flows[0].Items {
			if i.Kind == coverage.Auth && i.Hits != want {
				t.Errorf("%s: the refusal of callers was reached %d times, want %d", request, i.Hits, want)
			}
		}
	}
}
