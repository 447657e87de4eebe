package load_test

import (
	"flag"
	"io/fs"
	"testing"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/actions"
	"github.com/webhook-gateway/gateway/auth"
	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/triggers"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// environment is the environment of the cases. The values of its secrets occur in
// no other text.
func environment() map[string]string {
	return map[string]string{
		"SHOP_NAME":     "Lampenladen",
		"SHOP_PASSWORD": "hunter2-shop-password",
		"API_TOKEN":     "tok_9f8e7d6c5b4a",
		"API_URL":       "https://api.example.com/s3cr3t-path",
		"WORD":          "maybe-s3cr3t",
		"LIST":          "alpha-s3cr3t,beta-s3cr3t",
	}
}

func lookUp(name string) (string, bool) {
	v, ok := environment()[name]
	return v, ok
}

func lookUpUnset(string) (string, bool) { return "", false }

// options returns options with all kinds for the given files.
func options(fsys fs.FS, paths ...string) load.Options {
	o := load.Options{
		Clock: clock.System{},
		FS:    fsys, Env: lookUp, Unset: load.AllowUnset,
		Kinds:       flow.Kinds{Actions: actions.All(), Triggers: triggers.All(auth.All())},
		Connections: actions.Connections(),
	}
	for _, p := range paths {
		o.Paths = append(o.Paths, load.Path{Dir: p})
	}
	return o
}

// mustLoad loads files without errors.
func mustLoad(t testing.TB, o load.Options) *load.Config {
	t.Helper()
	c, diags := load.Files(o)
	if diags.HasErrors() {
		t.Fatalf("findings: %v", diags)
	}
	return c
}

func severity(d *hcl.Diagnostic) string {
	if d.Severity == hcl.DiagWarning {
		return "warning"
	}
	return "error"
}
