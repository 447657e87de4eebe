package cmd

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/ulid"
)

func TestInfer(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{"a.json": `{"id": 7}`, "b.json": `{"id": 8, "note": "x"}`} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	const blocks = "variable \"id\" {\n  type = number\n}\nvariable \"note\" {\n  type     = string\n  required = false\n}\n"
	unknown := ulid.New(time.Unix(1_800_000_000, 0))
	for name, c := range map[string]struct {
		args    []string
		in      string
		code    int
		out     string
		message string // in standard error
	}{
		"files":          {args: []string{filepath.Join(dir, "a.json"), filepath.Join(dir, "b.json")}, out: blocks},
		"standard input": {in: `{"id": 7} {"id": 8, "note": "x"}`, out: blocks},
		"an argument":    {args: []string{"--flow", "f", "curl -X PUT http://x/y"}, out: "flow \"f\" {\n  trigger \"webhook\" {\n    methods = [\"PUT\"]\n  }\n\n  action \"log\" \"received\" {\n    message = \"request received\"\n  }\n}\n"},
		"no file":        {args: []string{filepath.Join(dir, "c.json")}, code: exitError, message: "no such file"},
		"no sample":      {args: []string{"-"}, in: "hello", code: exitError, message: "standard input: it is no URL, no curl command and no JSON"},
		"no gateway":     {args: []string{"--admin", "127.0.0.1:1", unknown}, code: exitError, message: "name its admin listener with --admin"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out, errs bytes.Buffer
			cmd := &command{in: strings.NewReader(c.in), out: &out, err: &errs, env: func(string) (string, bool) { return "", false }, clock: clock.System{}}
			if code := cmd.run(t.Context(), append([]string{"infer"}, c.args...)); code != c.code || !strings.Contains(errs.String(), c.message) {
				t.Fatalf("code %d, errors %q; want %d, %q", code, errs.String(), c.code, c.message)
			}
			if out.String() != c.out {
				t.Errorf("printed\n%swant\n%s", out.String(), c.out)
			}
		})
	}
}
