package postgrestest

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// ending notes how a test was ended.
type ending struct {
	testing.TB
	how string
}

func (e *ending) Helper() {}

func (e *ending) Skip(args ...any) { e.end("skipped", args) }

func (e *ending) Fatal(args ...any) { e.end("failed", args) }

func (e *ending) end(how string, args []any) {
	if e.how == "" { // a real test would not come any further
		e.how = how + ": " + fmt.Sprint(args...)
	}
}

func TestWithoutAServer(t *testing.T) {
	for _, c := range []struct {
		name, ci string
		err      error
		want     string
	}{
		{"missing", "", ErrMissing, "skipped: no PostgreSQL server found (initdb and postgres): on Debian run scripts/setup"},
		{"missing in CI", "true", ErrMissing, "failed: no PostgreSQL server found (initdb and postgres): on Debian run scripts/setup"},
		{"broken", "", errors.New("it does not start"), "failed: it does not start"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Setenv("CI", c.ci)
			e := &ending{TB: t}
			without(e, c.err)
			if !strings.HasPrefix(e.how, c.want) {
				t.Errorf("%s, want %s", e.how, c.want)
			}
		})
	}
}
