package flowtest

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/schema"
)

// stimulus is one thing that happens to the gateway: a request, or what starts a
// flow otherwise.
type stimulus struct {
	kind    string // "request", "tick", "tag", "link", "call" or "failure"
	name    string // "" for none
	rng     hcl.Range
	advance time.Duration

	request *request // of "request"
	fields  *starter // of the others
	expect  *expectation
}

// label names the stimulus in messages.
func (s *stimulus) label() string {
	if s.name == "" {
		return s.kind
	}
	return fmt.Sprintf("%s %q", s.kind, s.name)
}

// describeStimuli declares the blocks that start runs. They happen in the order in
// which they are written.
func (c *Case) describeStimuli(s *schema.Spec) {
	kinds := []struct{ name, doc string }{
		{"request", "A request to the endpoint of the flow. Its name is for `responses`."},
		{"tick", "A tick of the schedule of the flow."},
		{"tag", "A tag that a contact gets."},
		{"link", "A click of a contact on the link of the flow."},
		{"call", "A call of the flow by another one."},
		{"failure", "Failures of other flows that start the flow."},
	}
	for _, k := range kinds {
		spec := func() *schema.Spec { return schema.Describe(newStimulus(k.name)) }
		schema.BlockFunc(s, k.name, k.doc, schema.Block{Repeated: true, Labels: []string{"NAME"}, Spec: spec},
			func(ctx *schema.Context, b *hclsyntax.Block) hcl.Diagnostics { return c.addStimulus(ctx, b) })
	}
	s.Then(func(*schema.Context) {
		slices.SortStableFunc(c.stimuli, func(a, b *stimulus) int { return cmp.Compare(a.rng.Start.Byte, b.rng.Start.Byte) })
	})
}

// addStimulus decodes a block, whose label may be left out.
func (c *Case) addStimulus(ctx *schema.Context, b *hclsyntax.Block) hcl.Diagnostics {
	s := newStimulus(b.Type)
	s.rng = b.DefRange()
	var diags hcl.Diagnostics
	if len(b.Labels) > 0 {
		s.name = b.Labels[0]
		if slices.ContainsFunc(c.stimuli, func(o *stimulus) bool { return o.name == s.name }) {
			diags = append(diags, diag.Error(b.LabelRanges[0], "Name given twice", fmt.Sprintf("Another block of the test is named %q. Rename one of them.", s.name)))
		}
	}
	inner := *ctx
	inner.Scope = ctx.Scope.With("response", responseType()).With("responses", cty.Map(responseType()))
	_, found := schema.DecodeSpec(&inner, schema.Describe(s), b, min(len(b.Labels), 1))
	c.stimuli = append(c.stimuli, s)
	return append(diags, found...)
}

func newStimulus(kind string) *stimulus {
	s := &stimulus{kind: kind}
	if kind == "request" {
		s.request = newRequest()
	} else {
		s.fields = &starter{}
	}
	return s
}

// Describe declares the block.
func (s *stimulus) Describe(sp *schema.Spec) {
	schema.Attr(sp, &s.advance, "advance", "How much time passes before it. The runs that are due then go on.")
	if s.request != nil {
		s.request.describe(sp)
	} else {
		s.fields.describe(sp, s.kind)
	}
	sp.Then(func(ctx *schema.Context) {
		if c, ok := ctx.Owner.(*Case); ok {
			ctx.Scope = c.outcomeScope(ctx.Scope)
		}
	})
	schema.Single(sp, &s.expect, "expect", "What the caller gets, and how the run ends.")
}

// stimulusFor returns the kind of block that starts the flow.
func (c *Case) stimulusFor() string {
	switch p := c.target.Parts; {
	case c.target.Kind == "link":
		return "link"
	case p.HTTP != nil:
		return "request"
	case p.Clock != nil:
		return "tick"
	case p.Tag != nil:
		return "tag"
	case p.Failure != nil:
		return "failure"
	}
	return "call"
}

// check reports a block that can't start the flow.
func (s *stimulus) check(c *Case) hcl.Diagnostics {
	if s.advance < 0 {
		return hcl.Diagnostics{diag.Error(s.rng, "Wrong time", "Time does not run backwards: advance is at least 0s.")}
	}
	fits := c.stimulusFor()
	if s.kind == fits || s.kind == "request" && c.target.Parts.HTTP != nil {
		return nil
	}
	return hcl.Diagnostics{diag.Error(s.rng, "Wrong block", fmt.Sprintf("The flow %q starts by trigger %q: write %s { … } in place of %s.", c.flowName, c.target.Kind, fits, s.kind))}
}
