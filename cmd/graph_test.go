package cmd

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/actions"
	"github.com/webhook-gateway/gateway/auth"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/triggers"
)

// runCommand runs a command with all kinds and returns its exit code and outputs.
func runCommand(t *testing.T, args ...string) (code int, out, errs string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	c := &command{
		Program: Program{Kinds: flow.Kinds{Actions: actions.All(), Triggers: triggers.All(auth.All())}, Connections: actions.Connections()},
		in:      strings.NewReader(""), out: &stdout, err: &stderr, env: func(string) (string, bool) { return "", false }, clock: clock.System{},
	}
	code = c.run(t.Context(), args)
	return code, stdout.String(), stderr.String()
}

func TestGraph(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "a.hcl")
	text := "flow \"first\" {\n  trigger \"webhook\" { path = \"/a\" }\n  action \"log\" \"one\" { message = \"x\" }\n}\nflow \"second\" {\n  trigger \"webhook\" { path = \"/b\" }\n  action \"log\" \"two\" { message = \"x\" }\n}\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	broken := filepath.Join(dir, "broken.txt")
	if err := os.WriteFile(broken, []byte("flow"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		args    []string
		code    int
		has     []string // of the output
		lacks   string
		message string
	}{
		"one flow":       {args: []string{"second", dir}, has: []string{"flowchart TD", "log two"}, lacks: "log one"},
		"all flows":      {args: []string{dir}, has: []string{"log one", "log two"}, lacks: "<svg"},
		"svg":            {args: []string{"second", file, "--format", "svg"}, has: []string{"<svg", ">two<"}, lacks: ">one<"},
		"dot":            {args: []string{"--format", "dot", dir}, has: []string{"digraph flows {", "log two"}, lacks: "<svg"},
		"unknown flow":   {args: []string{"secnd", dir}, code: exitError, lacks: "log", message: `no flow and no file is called "secnd". Did you mean "second"?`},
		"unknown format": {args: []string{"--format", "svgg"}, code: exitError, lacks: "log", message: `there is no format "svgg". Did you mean "svg"?`},
		"findings":       {args: []string{broken}, code: exitFindings, lacks: "log", message: "broken.txt"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code, out, errs := runCommand(t, append([]string{"graph"}, c.args...)...)
			if code != c.code || !strings.Contains(errs, c.message) {
				t.Fatalf("code %d, errors %q; want %d, %q", code, errs, c.code, c.message)
			}
			for _, want := range c.has {
				if !strings.Contains(out, want) {
					t.Errorf("%q is not in\n%s", want, out)
				}
			}
			if strings.Contains(out, c.lacks) {
				t.Errorf("%q is in\n%s", c.lacks, out)
			}
		})
	}
}
