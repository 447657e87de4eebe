package expr

import (
	"context"
	"errors"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// TestJQEndsBeforeMemoryDoes runs a program that would take all memory, with
// less to take than flows have, as the race detector makes it slow.
func TestJQEndsBeforeMemoryDoes(t *testing.T) {
	e, diags := hclsyntax.ParseExpression([]byte(`"[repeat(1)]"`), "m.hcl", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	p, diags := tierScope().CompileJQ(e)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	if p.growth != guardGrowth {
		t.Errorf("a program may take %d bytes", p.growth)
	}
	p.growth = 16 << 20
	if _, err := p.Run(context.Background(), testEnv{}, nil); !errors.Is(err, ErrJQMemory) {
		t.Errorf("error is %v", err)
	}
}
