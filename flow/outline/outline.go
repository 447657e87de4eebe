// Package outline joins a compiled flow to the text of its file, for commands and
// pages that show flows to people: conditions stand there as their author wrote
// them, and cases have their names.
package outline

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/webhook-gateway/gateway/config/syntax"
	"github.com/webhook-gateway/gateway/flow"
)

// Flow is a compiled flow with the text of its file.
type Flow struct {
	*flow.Flow
	Block   Block // flow
	Trigger Block
	Actions []Action
	OnError []Action // nil without on_error
}

// Action is an action with the text of its block.
type Action struct {
	*flow.Step
	Block Block
	Lanes []Lane // the actions inside
}

// Lane is a list of actions inside an action: those of a case, of the default, or
// those that stand in the block itself.
type Lane struct {
	Kind    string // "case", "default", or "" for the actions of the block itself
	Name    string // of a case
	Block   Block
	Actions []Action
}

// Options say how texts are shown.
type Options struct {
	// Redact removes credentials from a text of a file; nil changes nothing.
	Redact func(string) string
}

// Of returns the outline of a flow. files are the files from which it was compiled,
// by their name in findings, as load.Config has them.
func Of(f *flow.Flow, files map[string][]byte, o Options) (*Flow, error) {
	src := files[f.Range.Filename]
	body, diags := syntax.Parse(f.Range.Filename, src)
	if diags.HasErrors() || body == nil {
		return nil, fmt.Errorf("the file of flow %q is not the one from which it was compiled", f.Name)
	}
	r := &reader{src: src, redact: o.Redact, steps: map[string]*flow.Step{}}
	f.Walk(func(s *flow.Step) { r.steps[s.Name] = s })
	for _, b := range body.Blocks {
		if b.Type == "flow" && len(b.Labels) == 1 && b.Labels[0] == f.Name {
			return r.flow(f, b), nil
		}
	}
	return nil, fmt.Errorf("the file %s has no flow %q", f.Range.Filename, f.Name)
}

// reader reads the blocks of one flow.
type reader struct {
	src    []byte
	redact func(string) string
	steps  map[string]*flow.Step // by name, which is unique in the flow
}

func (r *reader) flow(f *flow.Flow, b *hclsyntax.Block) *Flow {
	out := &Flow{Flow: f, Block: r.block(b)}
	for _, inner := range b.Body.Blocks {
		switch inner.Type {
		case "trigger":
			out.Trigger = r.block(inner)
		case "action":
			out.Actions = r.appendAction(out.Actions, inner)
		case "on_error":
			out.OnError = append([]Action{}, r.actions(inner)...)
		}
	}
	return out
}

func (r *reader) block(b *hclsyntax.Block) Block { return Block{reader: r, block: b} }

// actions returns the actions that stand in a block itself.
func (r *reader) actions(b *hclsyntax.Block) []Action {
	var out []Action
	for _, inner := range b.Body.Blocks {
		if inner.Type == "action" {
			out = r.appendAction(out, inner)
		}
	}
	return out
}

func (r *reader) appendAction(to []Action, b *hclsyntax.Block) []Action {
	if len(b.Labels) != 2 || r.steps[b.Labels[1]] == nil {
		return to
	}
	return append(to, Action{Step: r.steps[b.Labels[1]], Block: r.block(b), Lanes: r.lanes(b)})
}

// lanes returns the lists inside an action: its own actions, and those of each
// block that holds some.
func (r *reader) lanes(b *hclsyntax.Block) []Lane {
	var out []Lane
	if own := r.actions(b); len(own) > 0 {
		out = append(out, Lane{Block: r.block(b), Actions: own})
	}
	for _, inner := range b.Body.Blocks {
		if inner.Type == "action" {
			continue
		}
		list := r.actions(inner)
		if len(list) == 0 && inner.Type != "case" && inner.Type != "default" {
			continue
		}
		lane := Lane{Kind: inner.Type, Block: r.block(inner), Actions: list}
		if len(inner.Labels) > 0 {
			lane.Name = inner.Labels[0]
		}
		out = append(out, lane)
	}
	return out
}

// Block is a block as the file writes it. The zero Block has nothing.
type Block struct {
	reader *reader
	block  *hclsyntax.Block
}

// Range returns the place of the head of the block.
func (b Block) Range() hcl.Range {
	if b.block == nil {
		return hcl.Range{}
	}
	return b.block.DefRange()
}

// Label returns the first label, "" if there is none.
func (b Block) Label() string {
	if b.block == nil || len(b.block.Labels) == 0 {
		return ""
	}
	return b.block.Labels[0]
}

// Blocks returns the blocks of a type inside.
func (b Block) Blocks(name string) []Block {
	var out []Block
	if b.block == nil {
		return nil
	}
	for _, inner := range b.block.Body.Blocks {
		if inner.Type == name {
			out = append(out, b.reader.block(inner))
		}
	}
	return out
}

// Has reports whether the block sets an attribute.
func (b Block) Has(name string) bool {
	return b.block != nil && b.block.Body.Attributes[name] != nil
}
