package flow

import (
	"fmt"
	"slices"
	"strings"

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
}

// compiler is what decoding one flow needs in the blocks inside it.
type compiler struct {
	kinds    Kinds
	declared map[string]hcl.Range // names of all actions of the flow
	readable []string             // those that on_error may read: all outside of it
	fallback bool                 // inside on_error
	turns    int                  // how many actions that make turns are around
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
// fixed at load. The flow is nil only where its name can't be told.
func Compile(b *hclsyntax.Block, scope *expr.Scope, kinds Kinds) (*Flow, hcl.Diagnostics) {
	d := &declaration{
		flow:     &Flow{Enabled: true, Range: b.DefRange()},
		compiler: &compiler{kinds: kinds, declared: map[string]hcl.Range{}, triggerRoots: TriggerRoots(kinds.Triggers)},
	}
	diags := d.compiler.declare(b.Body, false)
	c := &schema.Context{Scope: d.compiler.scope(scope), Owner: d.compiler}
	_, found := schema.DecodeSpec(c, schema.Describe(d), b, 0)
	diags = append(diags, found...)
	if len(b.Labels) > 0 && !hclsyntax.ValidIdentifier(b.Labels[0]) {
		diags = append(diags, diag.Error(b.LabelRanges[0], "Not a name", fmt.Sprintf(
			"A flow can't be called %q, as its name stands in addresses, commands and metrics: use letters, digits, _ and -, and begin with a letter. For people there is label.", b.Labels[0])))
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
	if !diags.HasErrors() {
		diags = append(diags, d.flow.checkEndings()...)
		diags = append(diags, d.flow.checkModes()...)
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
	s.Doc = "One endpoint, schedule or other trigger and the list of actions behind it. Actions run in the order in which they are written."
	s.Example(flowExample())
	schema.Label(s, &f.Name, "NAME", "Names the flow in logs, metrics, commands and URLs.")
	schema.Attr(s, &f.Label, "label", "What people call the flow; its name where left out.")
	schema.Attr(s, &f.Description, "description", "What the flow is for.")
	schema.Attr(s, &f.Enabled, "enabled", "`false` takes the flow off the air; it is still checked.")
	schema.Kinds(s, "trigger", "What starts the flow.", d.compiler.kinds.Triggers, d.setTrigger, schema.Required(), schema.Once())
	s.Then(d.compiler.afterTrigger(f))
	schema.Single(s, &f.Retry, "retry", "Runs an async run again that failed for a reason that may pass. Actions that were done are not done again. Left out, a run is not tried again by itself.")
	Actions(s, &f.Actions)
	s.Then(d.compiler.beforeFallback)
	schema.BlockFunc(s, "on_error", "Actions that run when an action failed and the run with it. They may read `error.action`, `error.message` and `error.class`, and any action of the flow: those that were not completed are null.",
		schema.Block{Spec: actionsSpec}, d.decodeOnError)
}

// flowExample is an async flow with all that one may have beside its actions.
func flowExample() schema.Example {
	return schema.Example{
		Title: "Pass orders on in the background, try for hours, and tell where it was in vain",
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

// scope adds the names that every flow knows. Names of actions come as the
// lists are decoded; until then they are explained.
func (c *compiler) scope(s *expr.Scope) *expr.Scope {
	why := map[string]string{}
	for name, at := range c.declared {
		why[name] = fmt.Sprintf("The action %q (line %d) may not have run when this is read. Only what stands before, in the same list or in a list around it, surely has: of a branch one case runs, and the actions of a parallel begin at once.", name, at.Start.Line)
	}
	for root, kinds := range c.triggerRoots {
		s = s.WithUnavailable(root, map[string]string{"": fmt.Sprintf("%q is known in flows with %s only.", root, anyTrigger(kinds))})
	}
	return s.
		With("run", runType).With("flow", flowType).With("action", cty.EmptyObject).
		WithUnavailable("action", why).
		WithUnavailable("error", map[string]string{"": `"error" is known inside of on_error only.`}).
		WithUnavailable("each", map[string]string{"": `"each" is known inside of action "loop" only.`})
}

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

// beforeFallback makes every action of the flow known in on_error, also those
// that have errors, so that one mistake is reported once.
func (c *compiler) beforeFallback(ctx *schema.Context) {
	ctx.Scope = ctx.Scope.With("error", errorType)
	for _, name := range c.readable {
		ctx.Scope = ctx.Scope.WithMember("action", name, anyOutput)
	}
}

func (d *declaration) decodeOnError(c *schema.Context, b *hclsyntax.Block) hcl.Diagnostics {
	d.compiler.fallback = true
	defer func() { d.compiler.fallback = false }()
	s := &schema.Spec{}
	Actions(s, &d.flow.OnError)
	_, diags := schema.DecodeSpec(c, s, b, 0)
	return diags
}

func actionsSpec() *schema.Spec {
	s := &schema.Spec{}
	Actions(s, new(List))
	return s
}

// declare notes the names of all actions below a body, and reports those that
// are given twice: a name stands for one action in the whole flow.
func (c *compiler) declare(body *hclsyntax.Body, fallback bool) hcl.Diagnostics {
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
		diags = append(diags, c.declare(b.Body, fallback || b.Type == "on_error")...)
	}
	return diags
}

// InFallback tells whether a block that is being decoded stands inside of
// on_error.
func InFallback(c *schema.Context) bool {
	owner, ok := c.Owner.(*compiler)
	return ok && owner.fallback
}
