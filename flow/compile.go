package flow

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
)

// Kinds are the kinds of actions and triggers that flows may use.
type Kinds struct {
	Actions  []Kind
	Triggers []TriggerKind
	// Roots is what TriggerRoots returns for the triggers, for those who compile many
	// flows; Compile finds it out if it is nil.
	Roots map[string][]string
	// Compiled returns a flow that is compiled already, so that the actions that
	// call it know what it returns; nil if it is not, or has findings. It may be nil.
	Compiled func(name string) *Flow
	// Egress is the Egress of schema.Context. It may be nil.
	Egress func(host string, port uint16) error
}

// compiler is the state shared by the blocks of one flow while they are decoded.
type compiler struct {
	kinds    Kinds
	declared map[string]hcl.Range // names of all actions of the flow
	readable []string             // names that on_error may read: all actions outside it
	// fallback and iterations describe the block that is being decoded: inside
	// on_error, and inside how many actions that iterate.
	fallback   bool
	iterations int
	// triggerRoots are the root names that the kinds of triggers give. A trigger
	// that is missing or wrong makes all of them known, so that one mistake is
	// reported once.
	triggerRoots map[string][]string
}

// declaration binds the body of a flow block.
type declaration struct {
	flow     *Flow
	compiler *compiler
}

// Compile checks and compiles a flow block. scope knows the names that are
// fixed at load. The flow is nil only if the block has no name.
func Compile(b *hclsyntax.Block, scope *expr.Scope, kinds Kinds) (*Flow, hcl.Diagnostics) {
	d := &declaration{
		flow:     &Flow{Enabled: true, Range: b.DefRange(), Block: hcl.RangeBetween(b.TypeRange, b.CloseBraceRange)},
		compiler: &compiler{kinds: kinds, declared: map[string]hcl.Range{}, triggerRoots: kinds.Roots},
	}
	if kinds.Roots == nil {
		d.compiler.triggerRoots = TriggerRoots(kinds.Triggers)
	}
	diags := d.compiler.declareActions(b.Body, false)
	c := &schema.Context{Scope: d.compiler.scope(scope), Owner: d.compiler, Egress: kinds.Egress}
	_, found := schema.DecodeSpec(c, schema.DescribeFor(b, d.Describe), b, 0)
	diags = append(diags, found...)
	if len(b.Labels) > 0 && !hclsyntax.ValidIdentifier(b.Labels[0]) {
		diags = append(diags, diag.Error(b.LabelRanges[0], "Not a name", fmt.Sprintf(
			"A flow can't be called %q, because its name stands in URLs, commands and metrics: use letters, digits, _ and -, and start with a letter. Use label for a name that people read.", b.Labels[0])))
	}
	if d.flow.Name == "" {
		return nil, diags
	}
	if d.flow.Trigger != nil {
		d.flow.Parts = d.flow.Trigger.Parts(d.flow.Name)
	}
	if d.flow.Label == "" {
		d.flow.Label = d.flow.Name
	}
	diags = append(diags, d.flow.checkCredentials()...)
	if !diags.HasErrors() {
		diags = append(diags, d.flow.checkPaths()...)
		diags = append(diags, d.flow.checkModes()...)
	}
	if take := d.flow.Parts.TakeReads; take != nil {
		var reads []expr.Reader
		d.flow.Walk(func(s *Step) { reads = append(reads, s.Reads...) })
		take(reads)
	}
	return d.flow, diags
}

// Spec returns the declarations of the flow block, for documentation.
func Spec(kinds Kinds) *schema.Spec {
	return schema.Describe(&declaration{flow: &Flow{Enabled: true}, compiler: &compiler{kinds: kinds}})
}

// Describe declares the flow block.
func (d *declaration) Describe(s *schema.Spec) {
	f := d.flow
	s.Doc = "A trigger, such as an endpoint or a schedule, and the list of actions that it starts. Actions run in the order in which they are written."
	s.Example(flowExample())
	schema.Label(s, &f.Name, "NAME", "Names the flow in logs, metrics, commands and URLs.")
	schema.Attr(s, &f.Label, "label", "The name that people read; default: the flow's name.")
	schema.Attr(s, &f.Description, "description", "The purpose of the flow.")
	schema.Attr(s, &f.Enabled, "enabled", "`false` stops serving the flow; it is still checked.")
	schema.Attr(s, &f.RenamedFrom, "renamed_from", "The name that the flow had before. The flow adopts the runs of that name that are queued, delayed or waiting, with its dedupe keys, order keys, throttle windows and last tick, at the start, at each reload and every 10 s. A run that is executing continues under the old name and is adopted when it waits again. Runs that are over stay in the history under the old name, and one that is retried is adopted. Keep the attribute until `gateway runs list --flow OLD` shows no run that is not over and every gateway has the new files.")
	s.Check(func(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics {
		f.RenamedRange = d.Range("renamed_from")
		return nil
	})
	schema.Kinds(s, "trigger", "The event that starts the flow.", d.compiler.kinds.Triggers, d.setTrigger, schema.Required(), schema.Once())
	s.Then(d.compiler.afterTrigger(f))
	schema.Single(s, &f.Retry, "retry", "Attempts a failed async run again if the failure may pass. Completed actions do not run again. Without the block, a failed run is not attempted again by itself.")
	Actions(s, &f.Actions)
	schema.BlockFunc(s, "on_error", fmt.Sprintf("Actions that run after an action failed the run. They may read `error.action`, `error.message`, `error.class`, `error.status` and `error.body`, and any action of the flow: an action that did not complete is null.\n\n"+
		"In an async flow the run waits in a `delay` as elsewhere: it occupies no worker and continues after a restart. The list may take %d minutes; each `delay` starts this time again. In a sync flow it may take %d seconds in all, delays included, and the caller gets 504 at the `timeout` of the trigger even if the list has not ended.",
		StoredFallbackTime/time.Minute, CallerFallbackTime/time.Second),
		schema.Block{Spec: actionsSpec}, d.decodeOnError)
}

// flowExample is an async flow with each block that a flow may have.
func flowExample() schema.Example {
	return schema.Example{
		Title: "Forward orders in the background, retry for hours, and log the ones that failed",
		HCL: `flow "orders" {
  label = "Shop orders"

  trigger "webhook" {
    path = "/orders"
    variable "order_id" {
      type = string
    }
  }
  retry {
    attempts = 20
    max      = "30m"
  }
  action "http" "warehouse" {
    url  = "https://warehouse.example.com/orders"
    json = { order = webhook.order_id }
  }
  on_error {
    action "log" "failed" {
      level   = "error"
      message = "order ${webhook.order_id}: ${error.message}"
    }
  }
}`,
	}
}

func (d *declaration) setTrigger(b *hclsyntax.Block, t Trigger) {
	if d.flow.Trigger == nil {
		d.flow.Trigger, d.flow.Kind = t, b.Labels[0]
	}
}

// scope adds the names that every flow may read. Names of actions are added as the
// lists are decoded; until then a hint explains why they can't be read.
func (c *compiler) scope(s *expr.Scope) *expr.Scope {
	return s.
		With("run", runType).With("flow", flowType).With("action", cty.EmptyObject).
		WithUnavailable(c.whyUnavailable)
}

// whyUnavailable says where names are known that exist in other flows or at other places
// of the flow.
func (c *compiler) whyUnavailable(place, name string) string {
	if place == "action" {
		at, ok := c.declared[name]
		if !ok {
			return ""
		}
		return fmt.Sprintf("The action %q (line %d) may not have run at this point. An expression can name actions that always run before it: earlier ones in the same list and in the lists around it. A branch runs one case, and the actions of a parallel start together.", name, at.Start.Line)
	}
	kinds, ofTrigger := c.triggerRoots[place]
	switch {
	case name != "":
		return ""
	case place == "error":
		return `"error" is known inside on_error only.`
	case place == "each":
		return `"each" is known inside action "loop" only.`
	case ofTrigger:
		return fmt.Sprintf("%q is known in flows with %s only.", place, anyTrigger(kinds))
	}
	return ""
}

// afterTrigger makes the root names of the trigger known.
func (c *compiler) afterTrigger(f *Flow) func(*schema.Context) {
	return func(ctx *schema.Context) {
		if f.Trigger == nil {
			for root := range c.triggerRoots {
				ctx.Scope = ctx.Scope.With(root, cty.DynamicPseudoType)
			}
			return
		}
		for root, t := range f.Trigger.Roots() {
			ctx.Scope = ctx.Scope.With(root, t)
		}
		if e, ok := f.Trigger.(ScopeRefiner); ok {
			ctx.Scope = e.RefineScope(ctx.Scope)
		}
	}
}

// TriggerRoots returns the root names that the kinds of triggers give, each with
// the kinds that give it, sorted.
func TriggerRoots(kinds []TriggerKind) map[string][]string {
	out := map[string][]string{}
	for _, k := range kinds {
		if k.New == nil {
			continue // a kind that can't be used yet
		}
		t := k.New()
		schema.Describe(t)
		for root := range t.Roots() {
			out[root] = append(out[root], k.Name)
		}
	}
	for _, names := range out {
		slices.Sort(names)
	}
	return out
}

// anyTrigger writes a list of kinds as `trigger "a" or trigger "b"`.
func anyTrigger(kinds []string) string {
	quoted := make([]string, len(kinds))
	for i, kind := range kinds {
		quoted[i] = fmt.Sprintf("trigger %q", kind)
	}
	return strings.Join(quoted, " or ")
}

// beforeFallback makes every action of the flow known in on_error, including
// actions with errors, so that one mistake is reported once.
func (c *compiler) beforeFallback(s *expr.Scope) *expr.Scope {
	s = s.WithoutAssumptions().With("error", errorType)
	for _, name := range c.readable {
		s = s.WithMember("action", name, anyOutput)
	}
	return s
}

func (d *declaration) decodeOnError(c *schema.Context, b *hclsyntax.Block) hcl.Diagnostics {
	d.compiler.fallback = true
	defer func() { d.compiler.fallback = false }()
	inner := *c
	inner.Scope = d.compiler.beforeFallback(c.Scope)
	s := schema.DescribeFor(b, func(s *schema.Spec) { Actions(s, &d.flow.OnError) })
	_, diags := schema.DecodeSpec(&inner, s, b, 0)
	return diags
}

func actionsSpec() *schema.Spec {
	s := &schema.Spec{}
	Actions(s, new(List))
	return s
}

// declareActions collects the names of all actions below a body, and reports
// names that are used twice: a name stands for one action in the whole flow.
func (c *compiler) declareActions(body *hclsyntax.Body, fallback bool) hcl.Diagnostics {
	var diags hcl.Diagnostics
	for _, b := range body.Blocks {
		if b.Type == "action" && len(b.Labels) == 2 {
			name := b.Labels[1]
			if first, ok := c.declared[name]; ok {
				diags = append(diags, diag.Error(b.LabelRanges[1], "Action named twice",
					fmt.Sprintf("The flow has an action %q already, on line %d. Names are unique in a flow, also across branches.", name, first.Start.Line)))
			} else {
				c.declared[name] = b.DefRange()
				if !fallback {
					c.readable = append(c.readable, name)
				}
			}
		}
		diags = append(diags, c.declareActions(b.Body, fallback || b.Type == "on_error")...)
	}
	return diags
}
