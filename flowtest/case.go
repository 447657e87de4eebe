package flowtest

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
)

// defaultNow is the time at which a test begins unless it says otherwise: a Monday.
const defaultNow = "2026-03-02T10:00:00Z"

// lastYear is the last one in which a test may happen: the store holds no times that
// are some decades later.
const lastYear = 2200

// Case is one test.
type Case struct {
	Name  string
	Range hcl.Range
	file  *testFile

	flowName string
	target   *flow.Flow // of the files with made-up secrets; nil if there is none
	settings settings
	secrets  map[string]string
	env      map[string]string
	nowText  string
	now      time.Time
	skip     string
	only     bool

	stimuli []*stimulus // in the order of the file
	mocks   map[string][]*mock
	crash   *crash
	expect  *expectation
	asserts []*assertion
}

// Spec returns the declarations of the test block, for documentation.
func Spec() *schema.Spec { return schema.Describe(newCase(nil)) }

func newCase(f *testFile) *Case {
	return &Case{file: f, nowText: defaultNow, mocks: map[string][]*mock{}}
}

// File returns the name of the file of the test.
func (c *Case) File() string { return c.file.name }

// Describe declares the block.
func (c *Case) Describe(s *schema.Spec) {
	s.Doc = "A test of a flow, in a file whose name ends in `.test.hcl`, beside the flow files. `gateway test` runs it: the gateway serves the flow with a store and a clock of the test. The requests come one after another, and then time passes until all runs are over.\n\n" +
		"Time passes at once: a delay of a day, the pauses of `retry` and the timeouts take none. Ids of runs and the random part of pauses are the same each time the test runs. Actions that reach outside need a mock; `log`, `transform`, `tag` and the kinds that control the run need none. Secrets and variables of the environment have values of the test, and never real ones. Expressions of the test read them as `secret.NAME`, such as to make a header by hand.\n\n" +
		"A test file may also hold `locals { … }`, which its tests read as `local.NAME`, and `mock` blocks, `secrets = { … }` and `env = { … }` for all its tests. A mock in a test replaces those of the file for the same action."
	schema.Label(s, &c.Name, "NAME", "The sentence that the test proves.")
	schema.Attr(s, &c.flowName, "flow", "The name of the flow.", schema.Required())
	schema.Attr(s, &c.secrets, "secrets", "Values of secrets, by name. A secret without one has 64 hex digits that are made from its name.", schema.Secret())
	schema.Attr(s, &c.env, "env", "Values of variables that the flow files read with `env`. Others are not set.")
	schema.Attr(s, &c.nowText, "now", "The time at which the test begins, from the year 2000 on.")
	schema.Attr(s, &c.skip, "skip", "Why the test does not run; it is counted as skipped.")
	schema.Attr(s, &c.only, "only", "Runs this test and no other, while you work on it. It is refused where the variable CI is set.")
	s.Then(c.findFlow)
	c.describeStimuli(s)
	c.describeMocks(s)
	schema.Single(s, &c.crash, "crash", "Kills the gateway in the middle of the run, and starts another one on the same store after the lease of the first is over.")
	s.Then(func(ctx *schema.Context) { ctx.Scope = c.outcomeScope(ctx.Scope) })
	schema.Single(s, &c.expect, "expect", "The outcome of the test: the last response, and the run that it names.")
	schema.Repeated(s, &c.asserts, "assert", "A condition that holds after all runs are over.")
	s.Check(c.check)
	s.Example(schema.Example{
		Title: "An order is confirmed",
		HCL: `flow = "order_intake"
request {
  json = {
    order_id = "A-1"
    customer = "jane@example.com"
    items    = [{ sku = "L-1", qty = 2 }]
  }
}
mock "warehouse" { json = { slip = "W-1" } }
expect {
  status  = 202
  run     = "succeeded"
  actions = ["parcel", "warehouse", "handed_over"]
}
assert { condition = input.warehouse.json.pieces == 2 }`,
	})
}

// findFlow finds the flow, so that blocks after it can check names of its actions.
func (c *Case) findFlow(*schema.Context) {
	c.settings = settings{secrets: merged(c.file.shared.secrets, c.secrets), env: merged(c.file.shared.env, c.env)}
	c.target = c.file.suite.flows[c.flowName]
	if c.target != nil && !c.target.Enabled {
		c.target = c.file.suite.enabledFlow(c.target, c.settings)
	}
}

func merged(shared, own map[string]string) map[string]string {
	out := maps.Clone(shared)
	if out == nil {
		out = map[string]string{}
	}
	maps.Copy(out, own)
	return out
}

func (c *Case) check(ctx *schema.Context, d *schema.Decoded) hcl.Diagnostics {
	var diags hcl.Diagnostics
	if c.target == nil {
		names := slices.Sorted(maps.Keys(c.file.suite.flows))
		return hcl.Diagnostics{d.Problem("flow", "Unknown flow", fmt.Sprintf("There is no flow %q beside the test.%s", c.flowName, diag.DidYouMean(c.flowName, names)))}
	}
	if !c.target.Enabled {
		diags = append(diags, d.Problem("flow", "Disabled flow", fmt.Sprintf("The flow %q has enabled = false, so that nothing reaches it. If a variable enables it, set that by env.", c.flowName)))
	}
	if strings.ContainsFunc(c.Name, func(r rune) bool { return !strconv.IsPrint(r) }) {
		diags = append(diags, diag.Error(d.Block.LabelRanges[0], "Wrong name", "The name of a test is one line of characters that print."))
	}
	var err error
	if c.now, err = time.Parse(time.RFC3339, c.nowText); err != nil || c.now.Year() < 2000 || c.now.Year() > lastYear {
		diags = append(diags, d.Problem("now", "Wrong time", fmt.Sprintf("Write a time of the years 2000 to %d as in \"2026-03-01T10:00:00Z\".", lastYear)))
	}
	if len(c.stimuli) == 0 {
		diags = append(diags, diag.Error(d.Block.DefRange(), "Nothing happens", fmt.Sprintf("The test starts no run: it needs a block %q.", c.stimulusFor())))
	}
	if c.expect == nil && len(c.asserts) == 0 && !slices.ContainsFunc(c.stimuli, func(s *stimulus) bool { return s.expect != nil }) {
		diags = append(diags, diag.Error(d.Block.DefRange(), "Nothing expected", "The test can't fail. Write what it proves: expect { … } or assert { … }."))
	}
	end := c.now
	for _, s := range c.stimuli {
		diags = append(diags, s.check(c)...)
		if end = end.Add(s.advance); end.Year() > lastYear {
			diags = append(diags, diag.Error(s.rng, "Wrong time", fmt.Sprintf("Time passes up to the year %d: write a shorter advance.", lastYear)))
			break
		}
	}
	return diags
}

// step returns an action of the flow, or of the flows that it calls.
func (c *Case) step(name string) *flow.Step { return findStep(c.reachable(), name) }

// anyStep returns an action of the flow, of the flows that it calls, or of any other
// flow, which may start by a tag.
func (c *Case) anyStep(name string) *flow.Step {
	if s := c.step(name); s != nil {
		return s
	}
	all := c.file.suite.flows
	others := make([]*flow.Flow, 0, len(all))
	for _, n := range slices.Sorted(maps.Keys(all)) {
		others = append(others, all[n])
	}
	return findStep(others, name)
}

func findStep(flows []*flow.Flow, name string) *flow.Step {
	var found *flow.Step
	for _, f := range flows {
		f.Walk(func(s *flow.Step) {
			if s.Name == name && found == nil {
				found = s
			}
		})
	}
	return found
}

// reachable returns the flow and the flows that run as parts of it, or that it
// starts.
func (c *Case) reachable() []*flow.Flow {
	if c.target == nil {
		return nil
	}
	out := []*flow.Flow{c.target}
	for i := 0; i < len(out); i++ {
		out[i].Walk(func(s *flow.Step) {
			if s.Traits.Callee == nil {
				return
			}
			if f := c.file.suite.flows[s.Traits.Callee.Name]; f != nil && !slices.Contains(out, f) {
				out = append(out, f)
			}
		})
	}
	return out
}

// outcomeScope adds the names that expectations and conditions read.
func (c *Case) outcomeScope(s *expr.Scope) *expr.Scope {
	outputs, inputs, calls := map[string]cty.Type{}, map[string]cty.Type{}, map[string]cty.Type{}
	for _, f := range c.reachable() {
		f.Walk(func(step *flow.Step) {
			if _, known := outputs[step.Name]; known {
				return
			}
			outputs[step.Name] = c.file.suite.outputType(step)
			inputs[step.Name], calls[step.Name] = cty.DynamicPseudoType, cty.DynamicPseudoType
		})
	}
	actions, input, calling := cty.Object(outputs), cty.Object(inputs), cty.Object(calls)
	if c.target == nil {
		actions, input, calling = cty.DynamicPseudoType, cty.DynamicPseudoType, cty.DynamicPseudoType
	}
	s = s.With("action", actions).With("input", input).With("calls", calling)
	return s.With("response", responseType()).With("responses", cty.Map(responseType())).With("run", runType()).With("runs", cty.List(runType()))
}

// outputType returns the declared type of an action's outputs.
func (s *suite) outputType(step *flow.Step) cty.Type {
	if step.Traits.Callee != nil {
		return cty.DynamicPseudoType
	}
	return s.specOf(step.Kind).OutputType()
}

// specOf returns the declarations of a kind of action. They are those of a new
// value, because describing changes a value.
func (s *suite) specOf(kind string) *schema.Spec {
	if spec := schema.SpecOf(s.Kinds.Actions, kind); spec != nil {
		return spec
	}
	return &schema.Spec{}
}
