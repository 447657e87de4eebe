package load

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/webhook-gateway/gateway/actions"
	"github.com/webhook-gateway/gateway/auth"
	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/triggers"
)

// TestCompiledAgain loads all examples and all correct cases in two ways: expressions
// keep their forms, and expressions are compiled again when they are evaluated. Both
// give the same types, values and errors.
func TestCompiledAgain(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		root, pattern string
		least         int // expressions
	}{
		{"../../examples/flows", "*", 200},
		{"testdata", "good/*", 100},
	} {
		root := os.DirFS(c.root)
		names, err := fs.Glob(root, c.pattern)
		if err != nil {
			t.Fatal(err)
		}
		compared := 0
		for _, name := range names {
			if name != "gateway.hcl" && path.Ext(name) != ".md" {
				compared += compareForms(t, root, name)
			}
		}
		if compared < c.least {
			t.Errorf("%s: %d expressions were compared, want at least %d", c.root, compared, c.least)
		}
	}
}

// compareForms loads a folder or a file in both ways and returns how many expressions
// it has compared.
func compareForms(t *testing.T, root fs.FS, name string) int {
	t.Helper()
	o := Options{
		Clock: clock.System{}, FS: root, Paths: []Path{{Dir: name}}, Unset: AllowUnset,
		Kinds:       flow.Kinds{Actions: actions.All(), Triggers: triggers.All(auth.All())},
		Connections: actions.Connections(),
	}
	keeps, drops := NewLoader(o), NewLoader(o)
	keeps.keepForms = true
	kept, diags := keeps.Load()
	if diags.HasErrors() {
		t.Fatalf("%s: %v", name, diags)
	}
	dropped, _ := drops.Load()
	want, got := describeReads(kept.Flows), describeReads(dropped.Flows)
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s (-kept +compiled again):\n%s", name, d)
	}
	return len(got)
}

// describeReads writes what the expressions of flows are in two runs.
func describeReads(flows []*flow.Flow) []string {
	var out []string
	for _, f := range flows {
		reads := f.Parts.Reads
		f.Walk(func(s *flow.Step) { reads = append(reads, s.Reads...) })
		for _, r := range reads {
			line := fmt.Sprintf("%s %s %v %v", f.Name, r.Name(), r.Range(), r.Refs())
			for _, env := range []everyRun{{}, {"x"}} {
				switch r := r.(type) {
				case *expr.Expr:
					v, err := r.Eval(context.Background(), env)
					line += fmt.Sprintf(" | %s %v = %v, %v", r.Tier(), r.Type().GoString(), v, err)
				case *expr.Program:
					v, err := r.Run(context.Background(), env, env.Value(""))
					parts, reads := r.EventParts()
					line += fmt.Sprintf(" | %v %v = %v, %v", parts != nil, reads, v, err)
				}
			}
			out = append(out, line)
		}
	}
	return out
}

// everyRun is a run in which each name has the same value.
type everyRun struct{ text string }

// Value returns an object, or null in a run without a text.
func (r everyRun) Value(string) any {
	if r.text == "" {
		return nil
	}
	return map[string]any{"id": r.text, "body": map[string]any{"id": r.text, "items": []any{map[string]any{"qty": 2, "price": 3}}}, "headers": map[string]any{}}
}

// TestCompiledAgainAfterMove: the file of a flow that stays is replaced and its flow is
// compiled again from the new one.
func TestCompiledAgainAfterMove(t *testing.T) {
	t.Parallel()
	const first = "flow \"a\" {\n  trigger \"flow\" {}\n  action \"log\" \"say\" { message = \"of ${input.x}\" }\n}\n"
	files := fstest.MapFS{"a.hcl": {Data: []byte(first)}}
	loader := NewLoader(Options{
		Clock: clock.System{}, FS: files, Paths: []Path{{Dir: "a.hcl"}},
		Kinds: flow.Kinds{Actions: actions.All(), Triggers: triggers.All(auth.All())},
	})
	if _, diags := loader.Load(); diags.HasErrors() {
		t.Fatal(diags)
	}
	files["a.hcl"] = &fstest.MapFile{Data: []byte(first + "# the end\n")}
	c, diags := loader.Load()
	if diags.HasErrors() || loader.Compiled() != 0 {
		t.Fatalf("%d flows were compiled: %v", loader.Compiled(), diags)
	}
	for _, k := range loader.last.flows {
		if text := string(k.again.block.file.text); !strings.HasSuffix(text, "# the end\n") {
			t.Errorf("the flow holds the text of the file before: %q", text)
		}
	}
	if got := fmt.Sprint(describeReads(c.Flows)); !strings.Contains(got, "template") || strings.Contains(got, "Not compiled again") {
		t.Errorf("the expressions are %s", got)
	}
}

// TestCompiledAgainAtOnce: the first runs of a flow may come at the same time.
func TestCompiledAgainAtOnce(t *testing.T) {
	t.Parallel()
	c, diags := NewLoader(Options{
		Clock: clock.System{}, FS: os.DirFS("../../examples/flows"), Paths: []Path{{Dir: "order-pricing"}},
		Kinds: flow.Kinds{Actions: actions.All(), Triggers: triggers.All(auth.All())}, Unset: AllowUnset,
	}).Load()
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	var runs sync.WaitGroup
	got := make([][]string, 8)
	for i := range got {
		runs.Go(func() { got[i] = describeReads(c.Flows) })
	}
	runs.Wait()
	for _, other := range got[1:] {
		if d := cmp.Diff(got[0], other); d != "" {
			t.Errorf("two runs differ:\n%s", d)
		}
	}
	if len(got[0]) == 0 {
		t.Error("the flows have no expressions")
	}
}
