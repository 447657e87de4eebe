package flowtest_test

import (
	"bytes"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/webhook-gateway/gateway/flowtest"
)

// TestHugeSample: a sample that is too large is a finding at its place.
func TestHugeSample(t *testing.T) {
	t.Parallel()
	o := options(orders, "test \"x\" {\n flow = \"orders\"\nrequest { json = file(\"huge.json\") }\nexpect { status = 202 }\n}\n")
	o.FS.(fstest.MapFS)["flows/huge.json"] = &fstest.MapFile{Data: bytes.Repeat([]byte("1"), 10<<20)}
	_, diags := flowtest.Check(o)
	if len(diags) != 1 || !strings.Contains(diags.Error(), "huge.json") || !strings.Contains(diags.Error(), "4 MiB") || diags[0].Subject.Start.Line != 3 {
		t.Errorf("findings %v", diags)
	}
}

// TestFindings: a mistake in a test file is found before a test runs.
func TestFindings(t *testing.T) {
	t.Parallel()
	const begin, end = "test \"x\" {\n flow = \"orders\"\nrequest {}\n", "\nexpect { status = 202 }\n}\n"
	cases := []struct{ name, tests, words string }{
		{"unknown flow", "test \"x\" {\n flow = \"order\"\nrequest {}\nexpect { status = 202 }\n}\n", `There is no flow "order" beside the test. Did you mean "orders"?`},
		{"unknown action", begin + `mock "stok" {}` + end, `The flow "orders" has no action "stok". Did you mean "stock"?`},
		{"unknown output", begin + `mock "stock" { jsno = {} }` + end, `There is no attribute "jsno" here. Did you mean "json"?`},
		{"needless mock", begin + `mock "done" {}` + end, `Action "done" of kind "log" does not reach outside`},
		{"two bodies", begin + "mock \"stock\" {\n json = {}\n text = \"x\"\n}" + end, `The response has a body already, in "json".`},
		{"unknown name in expect", begin + "mock \"stock\" {}\nexpect { actions = [\"stok\"] }\n}\n", `The flow "orders" has no action "stok".`},
		{"unknown action in a condition", begin + "assert { condition = action.stok.status == 1 }" + end, `stok`},
		{"unknown output in a condition", begin + "assert { condition = action.stock.stats == 1 }" + end, `stats`},
		{"fixed condition", begin + "assert { condition = 1 == 1 }" + end, "Condition without a question"},
		{"nothing expected", begin + "}\n", "The test can't fail."},
		{"nothing happens", "test \"x\" {\n flow = \"orders\"\nexpect { status = 202 }\n}\n", `it needs a block "request"`},
		{"wrong starter", "test \"x\" {\n flow = \"orders\"\ntick {}\nexpect { run = \"succeeded\" }\n}\n", `write request { … } in place of tick`},
		{"crash without a moment", begin + "crash {}" + end, `exactly one of "after" and "during"`},
		{"crash during nothing", begin + "crash { during = \"done\" }" + end, "does not reach outside"},
		{"wrong time", begin + "now = \"1999-01-01T00:00:00Z\"" + end, "years 2000 to 2200"},
		{"only", begin + "only = true" + end, "only = true"},
		{"top level", "tset \"x\" {}\n", `A test file has no block "tset". Did you mean "test"?`},
		{"unused shared mock", "mock \"stok\" {}\n" + begin + end, `No flow that this file tests has an action "stok".`},
		{"named twice", begin + end + begin + end, `Another test of the file is named "x"`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			o := options(orders, c.tests)
			o.RefuseOnly = true
			_, diags := flowtest.Check(o)
			if !strings.Contains(diags.Error(), c.words) || len(diags) != 1 {
				t.Errorf("findings %v, want one with %q", diags, c.words)
			}
		})
	}
}

// TestDisabledFlow: a flow that a variable enables has tests that set the variable.
func TestDisabledFlow(t *testing.T) {
	t.Parallel()
	const flows = `
flow "nightly" {
  enabled = env("NIGHTLY", "off") == "on"
  trigger "schedule" { cron = "0 2 * * *" }
  action "log" "ran" { message = "ran" }
}
`
	const test = "test \"x\" {\n flow = \"nightly\"\ntick {}\nexpect { run = \"succeeded\" }\n%ENV\n}\n"
	enabled := strings.ReplaceAll(test, "%ENV", `env = { NIGHTLY = "on" }`)
	passes(t, flows, enabled)
	if r := run(t, flows, enabled); len(r.Flows) != 1 || !r.Flows[0].Enabled {
		t.Error("the coverage does not count the flow")
	}
	_, diags := flowtest.Check(options(flows, strings.ReplaceAll(test, "%ENV", "")))
	if !strings.Contains(diags.Error(), "If a variable enables it, set that by env.") {
		t.Errorf("findings %v", diags)
	}
}
