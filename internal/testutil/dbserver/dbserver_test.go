package dbserver_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/webhook-gateway/gateway/internal/testutil/dbserver"
)

// recorder records how a test was ended.
type recorder struct {
	testing.TB
	end string
}

func (r *recorder) Helper() {}

func (r *recorder) Skip(args ...any) { r.record("skipped", args) }

func (r *recorder) Fatalf(format string, args ...any) {
	r.record("failed", []any{fmt.Sprintf(format, args...)})
}

func (r *recorder) record(how string, args []any) {
	if r.end == "" { // a real test ends with its first failure or skip
		r.end = how + ": " + fmt.Sprint(args...)
	}
}

func TestFail(t *testing.T) {
	err := errors.New("no server found: install one")
	for _, c := range []struct{ name, skip, ci, want string }{
		{"as usual", "", "", "failed: no server found: install one (SKIP_DATABASES=1 skips the tests that need a database server)"},
		{"in CI", "", "true", "failed: no server found: install one (SKIP_DATABASES=1 skips the tests that need a database server)"},
		{"skip", "1", "", "skipped: no server found: install one"},
		{"skip in CI", "1", "true", "skipped: no server found: install one"},
		{"other value", "0", "", "failed: no server found: install one (SKIP_DATABASES=1 skips the tests that need a database server)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Setenv("SKIP_DATABASES", c.skip)
			t.Setenv("CI", c.ci)
			r := &recorder{TB: t}
			dbserver.Fail(r, err)
			if r.end != c.want {
				t.Errorf("the test %s, want %s", r.end, c.want)
			}
		})
	}
}
