package load_test

import (
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/config/load"
)

// TestGood: correct files have no findings, whether or not their secrets are set.
func TestGood(t *testing.T) {
	t.Parallel()
	for _, c := range testCases(t, "good") {
		t.Run(strings.TrimPrefix(c.name, "good/"), func(t *testing.T) {
			t.Parallel()
			for _, unset := range []struct {
				means load.Unset
				env   func(string) (string, bool)
			}{{load.RequireSet, lookUp}, {load.AllowUnset, lookUp}, {load.AllowUnset, lookUpUnset}} {
				o := c.options
				o.Unset, o.Env = unset.means, unset.env
				loaded, diags := load.Files(o)
				for _, d := range diags {
					t.Errorf("%v: %s: %s: %s", d.Subject, severity(d), d.Summary, d.Detail)
				}
				if len(loaded.Flows) == 0 {
					t.Error("no flow was loaded")
				}
			}
		})
	}
}
