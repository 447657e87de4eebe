package fromrun_test

import (
	"bytes"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/webhook-gateway/gateway/actions"
	"github.com/webhook-gateway/gateway/auth"
	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/flowtest"
	"github.com/webhook-gateway/gateway/flowtest/fromrun"
	"github.com/webhook-gateway/gateway/triggers"
)

// storedRun is a run of testdata/orders.hcl, as the history of a gateway had it:
// the second action answered 503 and then 200.
func storedRun(t *testing.T, changes ...string) *fromrun.Run {
	t.Helper()
	r, err := fromrun.Read([]byte(replaced(t, "testdata/run.json", changes)))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// replaced reads a file and replaces texts, which must occur in it.
func replaced(t *testing.T, name string, changes []string) string {
	t.Helper()
	src, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	text := string(src)
	for i := 0; i < len(changes); i += 2 {
		if !strings.Contains(text, changes[i]) {
			t.Fatalf("%s does not have %q", name, changes[i])
		}
		text = strings.ReplaceAll(text, changes[i], changes[i+1])
	}
	return text
}

// files are the options of tests over testdata/orders.hcl.
func files(t *testing.T, changes ...string) flowtest.Options {
	t.Helper()
	return flowtest.Options{
		FS:    fstest.MapFS{"flows/orders.hcl": {Data: []byte(replaced(t, "testdata/orders.hcl", changes))}},
		Paths: []load.Path{{Dir: "flows"}},
		Kinds: flow.Kinds{Actions: actions.All(), Triggers: triggers.All(auth.All())}, Connections: actions.Connections(),
	}
}

func write(t *testing.T, r *fromrun.Run, o flowtest.Options, inputs bool) *fromrun.Test {
	t.Helper()
	flows, _, diags := flowtest.Flows(o)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	at := slices.IndexFunc(flows, func(f *flow.Flow) bool { return f.Name == r.Flow })
	test, err := fromrun.Write(r, fromrun.Options{Flow: flows[at], Flows: flows, Actions: o.Kinds.Actions, Inputs: inputs})
	if err != nil {
		t.Fatal(err)
	}
	return test
}

// play runs a test and returns the report, and "" if it passes.
func play(t *testing.T, test *fromrun.Test, o flowtest.Options) string {
	t.Helper()
	o.Text = []byte(test.Text)
	report, diags := flowtest.Run(t.Context(), o)
	if diags.HasErrors() {
		t.Fatalf("%v in\n%s", diags, test.Text)
	}
	if len(report.Results) != 1 {
		t.Fatalf("%d tests ran", len(report.Results))
	}
	if report.Failed() == 0 {
		return ""
	}
	var out bytes.Buffer
	if err := report.WriteText(&out, flowtest.TextOptions{}); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

const wantTest = `test "run 06h2njc8w0gf89p6m340y15y14" {
  flow = "orders"
  now  = "2026-11-30T04:49:40.576Z"
  request {
    path           = "/orders/abc"
    remote_address = "127.0.0.1"
    json = {
      email = "jane@example.com"
      items = [{ sku = "a $${x}" }, { sku = "b" }]
    }
    headers = { X-Request-Id = "5" }
  }
  mock "reserve" {
    when   = call.path == "each/0/reserve"
    status = 200
    json   = { n = 0, ok = true }
  }
  mock "reserve" {
    when   = call.path == "each/1/reserve"
    status = 200
    json   = { n = 0, ok = true }
  }
  mock "ship" {
    status = 503
  }
  mock "ship" {
    status = 200
    json   = { n = 2, ok = true }
  }
  expect {
    status  = 200
    body    = "ok"
    run     = "succeeded"
    actions = ["reserve", "reserve", "ship"]
  }
}
`

func TestARunBecomesATest(t *testing.T) {
	t.Parallel()
	o := files(t)
	test := write(t, storedRun(t), o, false)
	if test.Text != wantTest {
		t.Errorf("the test is\n%s\nwant\n%s", test.Text, wantTest)
	}
	if len(test.Gaps) > 0 {
		t.Errorf("gaps: %q", test.Gaps)
	}
	if report := play(t, test, o); report != "" {
		t.Error(report)
	}
}

// TestReplayComparesInputs: each edit of the flow files is found that changes what
// a run sends or answers, and no other.
func TestReplayComparesInputs(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		edit []string
		says string // "" for nothing
	}{
		"no edit":          {nil, ""},
		"another order":    {[]string{`flow "orders" {`, "flow \"orders\" {\n  description = \"edited\""}, ""},
		"another field":    {[]string{"sku = each.value.sku", "sku = upper(each.value.sku)"}, `action each/0/reserve gets another "json"`},
		"another URL":      {[]string{"/ship", "/send"}, `action ship gets another "url"`},
		"fewer attempts":   {[]string{"attempts = 3", "attempts = 1"}, "Wrong end of the run"},
		"a stricter check": {[]string{"min  = 1", "min  = 3"}, "The caller should get 200, and gets 422"},
		"another action":   {[]string{`  action "http" "ship" {`, "  action \"log\" \"news\" {\n    message = \"x\"\n  }\n  action \"http\" \"ship\" {"}, "Other actions ran"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := files(t, c.edit...)
			report := play(t, write(t, storedRun(t), o, true), o)
			if c.says == "" && report != "" || !strings.Contains(report, c.says) {
				t.Errorf("want %q, the report is\n%s", c.says, report)
			}
		})
	}
}

func TestWhatTheHistoryHides(t *testing.T) {
	t.Parallel()
	o := files(t)
	r := storedRun(t, `"sku": "b"`, `"sku": "(sensitive)"`)
	test := write(t, r, o, true)
	if want := `The history hides values of the body: put others in place of "(sensitive)".`; len(test.Gaps) != 1 || test.Gaps[0] != want || !strings.HasPrefix(test.Text, "# "+want+"\n") {
		t.Errorf("gaps %q in\n%s", test.Gaps, test.Text)
	}
	if report := play(t, test, o); report != "" {
		t.Error(report)
	}
}

// TestAHiddenBodyIsNoStart: without its body a request can't be repeated.
func TestAHiddenBodyIsNoStart(t *testing.T) {
	t.Parallel()
	r := storedRun(t)
	r.Request.Body.Body = json.RawMessage(`"(sensitive)"`)
	if test := write(t, r, files(t), true); !test.Startless || len(test.Gaps) != 1 {
		t.Errorf("startless %t, gaps %q", test.Startless, test.Gaps)
	}
	if write(t, storedRun(t), files(t), true).Startless {
		t.Error("a run with a body is startless")
	}
}

func TestActionsThatAreGone(t *testing.T) {
	t.Parallel()
	o := files(t, `"http" "ship"`, `"http" "deliver"`)
	test := write(t, storedRun(t), o, false)
	if len(test.Gaps) != 1 || test.Gaps[0] != `Action "ship" of kind "http" is not in the files any more.` {
		t.Errorf("gaps: %q", test.Gaps)
	}
	if report := play(t, test, o); !strings.Contains(report, "Action without a mock") {
		t.Errorf("the report is\n%s", report)
	}
}

func TestRunsThatNoTestRepeats(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"hello":                                  "not the JSON of a run",
		`{"id": "a"}`:                            "it has no state",
		`{"id": "a", "state": "running"}`:        "the run a is running: a test can repeat a run that succeeded or failed",
		`{"id": "a", "state": "refused"}`:        "the request a was refused and started no run",
		`{"id": "a", "state": "succeeded"}`:      "names no flow",
		`{"id": "a", "state": ["x"]}`:            "not the JSON of a run",
		`{"runs": [{"id": "a"}], "next": "abc"}`: "it has no state",
	} {
		if _, err := fromrun.Read([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", text, err, want)
		}
	}
}

// TestOrderOfConcurrentIterations: the iteration of a loop that ended first is not
// the first one in the test.
func TestOrderOfConcurrentIterations(t *testing.T) {
	t.Parallel()
	edit := []string{`for_each = webhook.items`, "for_each = webhook.items\n    max = 2\n    action \"log\" \"note\" {\n      when = each.index == 0\n      message = \"first\"\n    }"}
	o := files(t, edit...)
	r := storedRun(t)
	note := fromrun.Step{Path: "each/0/note", Kind: "log", State: "succeeded", Began: r.Steps[len(r.Steps)-1].Began}
	r.Steps = append(r.Steps, note, fromrun.Step{Path: "each/1/note", Kind: "log", State: "skipped", Began: r.Received})
	test := write(t, r, o, true)
	if report := play(t, test, o); report != "" {
		t.Errorf("%s in\n%s", report, test.Text)
	}
}

// TestAnswersKeepTheirTypes: an action makes the same outputs of the mock as of the
// answer that it got.
func TestAnswersKeepTheirTypes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ contentType, body, text, want string }{
		"xml":            {"application/xml", `{"a": "1"}`, `<a>1</a>`, "body    = \"<a>1</a>\"\n    headers = { Content-Type = \"application/xml\" }"},
		"broken JSON":    {"application/json", `null`, `{oops`, `body    = "{oops"`},
		"JSON null":      {"application/json", `null`, `null`, `body    = "null"`},
		"bytes":          {"image/png", `"iVBO"`, "\ufffdPN", `body_base64 = "iVBO"`},
		"other encoding": {"text/plain; charset=iso-8859-1", `"Grüße"`, "Grüße", "status = 200\n    text   = \"Grüße\"\n  }"},
		"HTML":           {"text/html; charset=utf-8", `"<p>"`, "<p>", `headers = { Content-Type = "text/html; charset=utf-8" }`},
		"JSON text":      {"application/json", `"a"`, `"a"`, "json   = \"a\"\n  }"},
		"a long number":  {"application/json", `{"n": 1.50}`, `{"n": 1.50}`, `body    = "{\"n\": 1.50}"`},
		"nothing":        {"", `null`, ``, "status = 200\n  }"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := storedRun(t)
			for i, s := range r.Steps {
				if s.Path != "ship" {
					continue
				}
				out, err := json.Marshal(map[string]any{"status": 200, "headers": map[string]string{"Content-Type": c.contentType, "Date": "now"}, "body": json.RawMessage(c.body), "text": c.text})
				if err != nil {
					t.Fatal(err)
				}
				r.Steps[i].Output = out
			}
			o := files(t)
			test := write(t, r, o, false)
			if !strings.Contains(test.Text, c.want) {
				t.Errorf("no %q in\n%s", c.want, test.Text)
			}
			if report := play(t, test, o); report != "" {
				t.Error(report)
			}
		})
	}
}

func TestRequestsKeepTheirText(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change []string
		want   string
	}{
		"query":          {[]string{`/orders/abc"`, `/orders/abc?b=2&a=1"`}, `path           = "/orders/abc?b=2&a=1"`},
		"usual query":    {[]string{`/orders/abc"`, `/orders/abc?a=1&b=2"`}, `query          = { a = "1", b = "2" }`},
		"empty field":    {[]string{`"headers": {`, `"headers": {"Content-Type": [],`}, `X-Request-Id`},
		"unusual number": {[]string{`"sku": "b"`, `"sku": "b", "price": 1.50`}, `\"price\":1.50`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := files(t)
			test := write(t, storedRun(t, c.change...), o, false)
			if !strings.Contains(strings.ReplaceAll(test.Text, `: `, `:`), strings.ReplaceAll(c.want, `: `, `:`)) {
				t.Errorf("no %q in\n%s", c.want, test.Text)
			}
			if report := play(t, test, o); report != "" {
				t.Error(report)
			}
		})
	}
}
