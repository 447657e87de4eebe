package load_test

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/load"
)

// allCases lists the good and bad cases of testdata.
func allCases(t testing.TB) []testCase {
	t.Helper()
	return append(testCases(t, "good"), testCases(t, "bad")...)
}

// TestFindingsHoldNoSecret sets the variables of secrets to a text that occurs in no
// other place, and searches for it in the findings in all formats. The variables of
// env() are not secret and keep a plain value.
func TestFindingsHoldNoSecret(t *testing.T) {
	t.Parallel()
	for _, c := range allCases(t) {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for _, value := range []func(name string) string{
				func(name string) string { return "s3cr3t-of-" + name },
				func(name string) string { return "s3cr3t-1,s3cr3t-of-" + name + "\nof two lines" },
				func(string) string { return "https://s3cr3t.example.com/a b" },
			} {
				o := c.options
				o.Unset = load.RequireSet
				o.Env = func(name string) (string, bool) {
					if name == "SHOP_NAME" || name == "SHOP_CURRENCY" {
						return "plain", true
					}
					return value(name), true
				}
				loaded, diags := load.Files(o)
				for _, format := range diag.Formats() {
					checkHasNoSecret(t, format, diag.Report{Diags: diags, Files: loaded.Files})
				}
			}
		})
	}
}

func checkHasNoSecret(t *testing.T, format string, r diag.Report) {
	t.Helper()
	var out bytes.Buffer
	if err := diag.Write(&out, format, r, diag.Options{}); err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(out.String(), "\n") {
		if strings.Contains(line, "s3cr3t") {
			t.Errorf("as %s the findings hold a secret: %s", format, line)
		}
	}
}

// TestLoadIsDeterministic: several loads of a case give the same findings in the same
// order.
func TestLoadIsDeterministic(t *testing.T) {
	t.Parallel()
	for _, c := range allCases(t) {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			first, diags := load.Files(c.options)
			for range 4 {
				again, more := load.Files(c.options)
				if d := cmp.Diff(words(diags), words(more)); d != "" {
					t.Fatalf("the findings differ (-first +again):\n%s", d)
				}
				if d := cmp.Diff(flowNames(first), flowNames(again)); d != "" {
					t.Fatalf("the flows differ (-first +again):\n%s", d)
				}
				if d := cmp.Diff(first.Read, again.Read); d != "" {
					t.Fatalf("what was read differs (-first +again):\n%s", d)
				}
			}
		})
	}
}

func words(diags hcl.Diagnostics) []string {
	var out []string
	for _, d := range diags {
		out = append(out, fmt.Sprintf("%v: %s: %s: %s", d.Subject, severity(d), d.Summary, d.Detail))
	}
	return out
}

// TestLoadsAtOnce loads all cases concurrently with the same kinds, for the race
// detector.
func TestLoadsAtOnce(t *testing.T) {
	t.Parallel()
	shared := options(nil)
	var wait sync.WaitGroup
	for range 4 {
		for _, c := range allCases(t) {
			c.options.Kinds, c.options.Connections = shared.Kinds, shared.Connections
			wait.Go(func() { _, _ = load.Files(c.options) })
		}
	}
	wait.Wait()
}

// TestLoadSharesNothing: changes to a loaded configuration do not affect the next
// load.
func TestLoadSharesNothing(t *testing.T) {
	t.Parallel()
	for _, c := range testCases(t, "good") {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			first := mustLoad(t, c.options)
			spoil(mustLoad(t, c.options))
			again := mustLoad(t, c.options)
			for what, d := range map[string]string{
				"settings": cmp.Diff(first.Gateway, again.Gateway),
				"secrets":  cmp.Diff(first.Secrets, again.Secrets),
				"files":    cmp.Diff(first.Files, again.Files),
				"flows":    cmp.Diff(flowNames(first), flowNames(again)),
			} {
				if d != "" {
					t.Errorf("the %s saw what was done to another load (-before +after):\n%s", what, d)
				}
			}
		})
	}
}

func spoil(c *load.Config) {
	c.Gateway.Limits.Runs = -1
	c.Gateway.Admin.Listen = "spoilt"
	c.Gateway.Egress.Allow = append(c.Gateway.Egress.Allow[:0], "spoilt", "spoilt")
	for i := range c.Secrets {
		c.Secrets[i] = "spoilt"
	}
	for name, src := range c.Files {
		clear(src)
		delete(c.Files, name)
	}
	for _, f := range c.Flows {
		f.Name, f.Label, f.Actions, f.OnError = "spoilt", "spoilt", nil, nil
	}
}
