package load

import (
	"errors"
	"sync"

	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/flow"
)

// recompiler compiles a flow again, for the forms of its expressions. It has all that
// the first compilation depended on, so that the second one gives the same.
type recompiler struct {
	unit  *unit
	unset Unset
	kinds flow.Kinds

	mu    sync.Mutex
	block *flowBlock
}

// record returns kinds for the first compilation. The second one finds the called flows
// that the first one has found, and no others: a flow outlives the load that has
// compiled it.
func (r *recompiler) record(kinds flow.Kinds) flow.Kinds {
	find := kinds.Compiled
	r.kinds = flow.Kinds{Actions: kinds.Actions, Triggers: kinds.Triggers, Roots: kinds.Roots}
	kinds.Compiled = func(name string) *flow.Flow {
		f := find(name)
		if f != nil {
			r.keepCallee(f)
		}
		return f
	}
	return kinds
}

func (r *recompiler) keepCallee(f *flow.Flow) {
	before := r.kinds.Compiled
	r.kinds.Compiled = func(name string) *flow.Flow {
		switch {
		case name == f.Name:
			return f
		case before != nil:
			return before(name)
		}
		return nil
	}
}

// moveTo tells that the block is in another file now, at the same place.
func (r *recompiler) moveTo(b *flowBlock) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.block = b
}

// compile compiles the flow for its forms.
func (r *recompiler) compile(forms *expr.Forms) error {
	r.mu.Lock()
	block := r.block
	r.mu.Unlock()
	syntax := block.parse()
	if syntax == nil {
		return errors.New("its text has syntax errors")
	}
	scope := r.unit.scope(r.unset).WithSource(block.file.textOf).WithForms(forms)
	_, diags := flow.Compile(syntax, scope, r.kinds)
	if diags.HasErrors() {
		return diags
	}
	return nil
}

func (f *file) textOf(name string) []byte {
	if name != f.name {
		return nil
	}
	return f.text
}

// dropForms lets the forms go of the expressions of a flow without errors. They take
// most of its memory, and many flows are never run.
func (l *loader) dropForms(f *compiledFlow) {
	if f.forms != nil && !f.diags.HasErrors() && !l.kept.keepForms {
		f.forms.Drop(f.again.compile)
	}
	f.forms = nil
}
