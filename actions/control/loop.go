package control

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/value"
)

// Loop runs a list of actions for each element of a list or object.
type Loop struct {
	forEach       expr.Of[any]
	while         expr.Of[bool]
	max           int
	maxIterations int // 0: defaultIterations
	onItem        string
	actions       flow.List
}

// maxIterations bounds a loop: each iteration adds records to the history.
const maxIterations = 10_000

// defaultIterations bounds a loop with while if the file does not.
const defaultIterations = 1000

// eachType is the type of "each" in the actions of a loop over elements of a type.
func eachType(element cty.Type) cty.Type {
	return cty.Object(map[string]cty.Type{
		"key": cty.DynamicPseudoType, "value": element, "index": cty.Number, "outer": cty.DynamicPseudoType,
	})
}

// Describe declares the fields, outputs and examples.
func (l *Loop) Describe(s *schema.Spec) {
	l.max, l.onItem = 1, flow.Stop
	s.Doc = "Runs the actions inside for each element of `for_each`, or as long as `while` is true.\n\nWith `for_each` the actions read `each.value`, `each.key` (the name of a member, or the index of a list's element), `each.index` (from 0), and `each.outer`, which is `each` of the loop around. Results are in the order of the elements, however many run at once.\n\n" +
		"With `while` the iterations run one after another. The condition and the actions read `each.index` (from 0), `each.outer`, and `each.previous.NAME`: the outputs of action NAME in the iteration before. `each.previous` is null in the first iteration, so a condition begins with `each.index == 0 ||`; the function `try` reads it elsewhere. A run that continues after an interruption takes `each.previous` from the completed iterations."
	schema.Expr(s, &l.forEach, "for_each", fmt.Sprintf("A list, or an object whose members are taken in the order of their names; at most %d elements, and all loops of a run together %d.", maxIterations, flow.MaxIterations), schema.NotNull())
	schema.Attr(s, &l.max, "max", fmt.Sprintf("How many elements are processed at once, up to %d. An element that waits in a `delay` counts, so a delay slows the loop down.", maxConcurrency))
	schema.Attr(s, &l.onItem, "on_item_error", "The effect of a failure: `stop` starts no further element and fails the loop, `continue` adds it to `errors` and runs the other elements.", schema.OneOf(flow.Stop, flow.Continue))
	schema.Attr(s, &l.maxIterations, "max_iterations", fmt.Sprintf("With `while`: the largest number of iterations, up to %d; %d by default. If the condition is still true after them, the action fails.", maxIterations, defaultIterations))
	flow.IterationActions(s, &l.actions, eachScope, func() {
		schema.Expr(s, &l.while, "while", "The condition of the next iteration, in place of `for_each`. It is evaluated before each iteration, the first one included.")
	})
	s.Output("results", cty.DynamicPseudoType, "For each element or iteration the outputs of its actions, by name; null for an element that failed.")
	s.Output("errors", cty.DynamicPseudoType, "The elements that failed, with `index`, `key`, `action`, `message` and `class`; empty without `on_item_error = \"continue\"`.")
	s.Output("count", cty.Number, "How many elements or iterations there were.")
	s.Check(l.checkSettings)
	s.Example(schema.Example{
		Title: "Ask for each item",
		HCL: `for_each = webhook.body.items
max      = 4
action "http" "stock" {
  url   = "https://api.example.com/stock"
  query = { sku = each.value.sku }
}`,
		Input: `{"items": [{"sku": "lamp"}, {"sku": "cable"}]}`,
	})
	s.Example(schema.Example{
		Title: "Continue after elements that fail",
		HCL: `for_each      = webhook.body.items
on_item_error = "continue"
action "transform" "line" {
  jq = "$each.value | if .stock > 0 then .sku else error(\"\\(.sku) is sold out\") end"
}`,
		Input: `{"items": [{"sku": "lamp", "stock": 0}, {"sku": "cable", "stock": 7}]}`,
		Want:  `{"count": 2, "errors": [{"action": "line", "class": "invalid", "index": 0, "key": 0, "message": "jq: error: lamp is sold out"}], "results": [null, {"line": {"value": "cable", "values": ["cable"]}}]}`,
	})
	s.Example(schema.Example{
		Title: "Ask for pages until the last one",
		HCL: `while          = each.index == 0 || each.previous.page.value.next != null
max_iterations = 100
action "transform" "page" {
  jq = ".pages[$each.previous.page.value.next // \"first\"]"
}`,
		Input: `{"pages": {"first": {"items": [1, 2], "next": "b"}, "b": {"items": [3], "next": null}}}`,
		Want:  `{"count": 2, "errors": [], "results": [{"page": {"value": {"items": [1, 2], "next": "b"}, "values": [{"items": [1, 2], "next": "b"}]}}, {"page": {"value": {"items": [3], "next": null}, "values": [{"items": [3], "next": null}]}}]}`,
	})
	s.Example(schema.Example{
		Title: "Members of an object",
		HCL: `for_each = webhook.body
action "transform" "line" {
  jq = "\"\\($each.key)=\\($each.value)\""
}`,
		Input: `{"b": 2, "a": 1}`,
		Want:  `{"count": 2, "errors": [], "results": [{"line": {"value": "a=1", "values": ["a=1"]}}, {"line": {"value": "b=2", "values": ["b=2"]}}]}`,
	})
}

func (l *Loop) checkSettings(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics {
	diags := append(checkMax(d, l.max, true), l.checkForm(d)...)
	if len(l.actions) == 0 {
		diags = append(diags, diag.Error(d.Block.DefRange(), "Nothing to run", `The block needs actions: action "KIND" "NAME" { … }.`))
	}
	if v, fixed := l.forEach.Constant(); fixed {
		if _, _, err := listElements(v); err != nil {
			diags = append(diags, d.Problem("for_each", `Wrong value for "for_each"`, diag.Sentence(err)))
		}
	}
	return diags
}

// Traits tells the engine how to treat the action.
func (l *Loop) Traits() flow.Traits {
	return flow.Traits{Waits: true, Lists: []flow.List{l.actions}, Gathers: true, Iterates: true}
}

// Run does one attempt.
func (l *Loop) Run(ctx context.Context, c *flow.Call) (any, error) {
	if l.while.IsSet() {
		return l.runWhile(ctx, c)
	}
	over, err := flow.Eval(ctx, c, l.forEach)
	if err != nil {
		return nil, err
	}
	keys, values, err := listElements(over)
	if err != nil {
		return nil, &flow.Error{Class: flow.Invalid, Message: "for_each: " + err.Error(), Err: err}
	}
	outer := outerEach(c)
	iterations, err := c.Iterate(ctx, len(values), func(i int) flow.Iteration {
		each := map[string]any{"key": keys[i], "value": values[i], "index": i, "outer": outer}
		return flow.Iteration{List: l.actions, Key: strconv.Itoa(i), Roots: map[string]any{"each": each}}
	}, l.max, l.onItem == flow.Continue)
	if err != nil {
		return nil, err
	}
	return l.buildOutputs(c, keys, iterations), nil
}

// outerEach returns each of the loop around as a plain value.
func outerEach(c *flow.Call) any {
	if each, ok := c.Value("each").(value.Object); ok {
		return each.Map()
	}
	return c.Value("each")
}

// buildOutputs makes the outputs. It logs one line about elements that failed
// and were skipped.
func (l *Loop) buildOutputs(c *flow.Call, keys []any, iterations []flow.IterationResult) map[string]any {
	results, failed := make([]any, len(iterations)), []any{}
	var first *flow.Error
	for i, t := range iterations {
		if e := t.Err; e != nil {
			if first == nil {
				first = e
			}
			failed = append(failed, map[string]any{"index": i, "key": keys[i], "action": e.Action, "message": e.RedactedMessage(), "class": string(e.Class)})
			continue
		}
		results[i] = toPlainValues(t.Outputs)
	}
	if first != nil {
		c.Log("warn", fmt.Sprintf("%d of %d elements failed, the first in %q: %s", len(failed), len(iterations), first.Action, first.RedactedMessage()), nil)
	}
	return map[string]any{"results": results, "errors": failed, "count": len(iterations)}
}

// listElements returns the keys and values over which a loop iterates.
func listElements(v any) (keys, values []any, err error) {
	switch v := v.(type) {
	case []any:
		for i := range v {
			keys = append(keys, i)
		}
		values = v
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			keys, values = append(keys, name), append(values, v[name])
		}
	case value.Object:
		return listElements(v.Map())
	case nil:
		return nil, nil, fmt.Errorf("it is null; if that may happen, write coalesce(…, [])")
	default:
		return nil, nil, fmt.Errorf("a loop goes over a list or an object, not over %s", value.TypeName(v))
	}
	if len(values) > maxIterations {
		return nil, nil, fmt.Errorf("it has %d elements, and a loop takes %d at most", len(values), maxIterations)
	}
	return keys, values, nil
}
