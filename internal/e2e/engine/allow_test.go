package engine_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/actions"
	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/gateway"
	"github.com/webhook-gateway/gateway/internal/clock"
)

// newKeeper is a lab with the real kinds of actions.
func newKeeper(t *testing.T, text string) *lab {
	t.Helper()
	l := newLab(t)
	l.write(text)
	l.opts.Load = func() (*load.Config, hcl.Diagnostics) {
		kinds := l.kinds()
		kinds.Actions = actions.All()
		return load.Files(load.Options{Clock: clock.System{}, FS: *l.files.Load(), Paths: []load.Path{{Dir: "flows"}}, Env: testEnv, Kinds: kinds})
	}
	return l
}

const keepFlow = `flow "keep" {
  enabled = ENABLED
  trigger "test" { path = "/keep" }
  action "file" "line" {
    path    = "line"
    content = "x"
  }
  action "exec" "list" {
    command = ["true"]
  }
}
`

// Flows that write files or start commands serve only if the gateway allows it. A
// disabled one does not keep the others from serving.
func TestFilesAndCommandsNeedPermission(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cases := []struct {
		name, enabled string
		exec          bool
		paths         []string
		finding       string
	}{
		{"nothing", "true", false, nil, "--allow-path"},
		{"paths alone", "true", false, []string{dir}, "--allow-exec"},
		{"commands alone", "true", true, nil, "--allow-path"},
		{"both", "true", true, []string{dir}, ""},
		{"disabled", "false", false, nil, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			l := newKeeper(t, strings.Replace(keepFlow, "ENABLED", c.enabled, 1))
			l.opts.AllowExec, l.opts.AllowPaths = c.exec, c.paths
			g, _, diags := gateway.New(l.opts)
			if g != nil {
				t.Cleanup(g.Close)
			}
			switch {
			case c.finding == "" && (g == nil || diags.HasErrors()):
				t.Errorf("findings %v", diags)
			case c.finding != "" && (len(diags) != 1 || !strings.Contains(diags[0].Detail, c.finding)):
				t.Errorf("findings %v, want one that says %s", diags, c.finding)
			}
		})
	}
	t.Run("written", func(t *testing.T) {
		t.Parallel()
		l := newKeeper(t, strings.Replace(keepFlow, "ENABLED", "true", 1))
		own := t.TempDir()
		l.opts.AllowExec, l.opts.AllowPaths = true, []string{own}
		if w := call(l.start(), http.MethodPost, "/keep", ""); w.Code != http.StatusOK {
			t.Errorf("status %d", w.Code)
		}
		if text, err := os.ReadFile(filepath.Join(own, "line")); err != nil || string(text) != "x" {
			t.Errorf("the file holds %q, %v", text, err)
		}
	})
}
