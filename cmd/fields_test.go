package cmd_test

import (
	"testing"

	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/testutil/programtest"
)

// TestFieldsAreDeclaredOnce: no block has two attributes or two blocks of one name. The
// decoder compares the number of the fields that a block writes with the number of those
// that it knows, so a second declaration would hide an unknown field.
func TestFieldsAreDeclaredOnce(t *testing.T) {
	t.Parallel()
	p := programtest.Program()
	specs := load.Specs()
	specs["flow"] = flow.Spec(p.Kinds)
	for _, k := range p.Connections {
		specs["connection "+k.Name] = schema.Describe(k.New())
	}
	seen := map[string]bool{}
	for name, s := range specs {
		checkDeclaredOnce(t, name, s, seen)
	}
	if len(seen) < 100 {
		t.Errorf("%d kinds of blocks were found", len(seen))
	}
}

// checkDeclaredOnce checks a block and those inside it. seen has the places of blocks by
// the last two names, as lists of actions hold each other.
func checkDeclaredOnce(t *testing.T, name string, s *schema.Spec, seen map[string]bool) {
	t.Helper()
	if s == nil || seen[name] {
		return
	}
	seen[name] = true
	attrs, blocks := map[string]bool{}, map[string]bool{}
	for _, f := range s.Fields() {
		known := attrs
		if f.Block != nil {
			known = blocks
		}
		if known[f.Name] && !f.Label {
			t.Errorf("%s declares %s twice", name, f.Name)
		}
		known[f.Name] = true
		if f.Block == nil {
			continue
		}
		if f.Block.Spec != nil {
			checkDeclaredOnce(t, f.Name+" in "+s.Doc, f.Block.Spec(), seen)
		}
		for _, kind := range f.Block.Kinds {
			checkDeclaredOnce(t, f.Name+" "+kind, f.Block.KindSpec(kind), seen)
		}
	}
}
