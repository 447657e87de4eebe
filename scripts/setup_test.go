package scripts_test

import (
	"maps"
	"strings"
	"testing"
)

func TestSetup(t *testing.T) {
	t.Parallel()
	const (
		nothing = "exit 0"
		echo    = `echo "called: ${0##*/} $*"`
		passOn  = `[ "$1" = -n ] && shift; echo "as root: $*"; exec "$@"`
	)
	ready := map[string]string{"go": nothing, "make": nothing, "git": nothing, "gcc": nothing, "python3": nothing}
	cases := []struct {
		name   string
		args   []string
		remove []string
		add    map[string]string
		code   int
		says   []string
		silent bool
	}{
		{
			name:   "all there",
			silent: true,
		},
		{
			name:   "no Go",
			remove: []string{"go"},
			code:   2,
			says:   []string{"Go is missing", "go.mod"},
		},
		{
			name:   "not Debian",
			remove: []string{"make", "gcc"},
			code:   2,
			says:   []string{"make gcc libc6-dev"},
		},
		{
			name:   "a user without sudo",
			remove: []string{"make"},
			add:    map[string]string{"apt-get": echo, "id": "echo 1000"},
			code:   2,
			says:   []string{"sudo apt-get install make"},
		},
		{
			name:   "sudo that asks for a password",
			remove: []string{"make"},
			add:    map[string]string{"apt-get": echo, "id": "echo 1000", "sudo": "exit 1"},
			code:   2,
			says:   []string{"sudo apt-get install make"},
		},
		{
			name:   "a user with sudo",
			remove: []string{"make"},
			add:    map[string]string{"apt-get": echo, "id": "echo 1000", "sudo": passOn},
			says: []string{
				"as root: apt-get update",
				"called: apt-get install -q -y --no-install-recommends make",
			},
		},
		{
			name:   "root",
			remove: []string{"gcc"},
			add:    map[string]string{"apt-get": echo, "id": "echo 0"},
			says: []string{
				"called: apt-get update",
				"called: apt-get install -q -y --no-install-recommends gcc libc6-dev",
			},
		},
		{
			name:   "apt-get fails",
			remove: []string{"make"},
			add:    map[string]string{"apt-get": "exit 100", "id": "echo 0"},
			code:   100,
		},
		{
			name: "more for the benchmarks",
			args: []string{"bench"},
			code: 2,
			says: []string{"wrk"},
		},
		{
			name: "unknown set",
			args: []string{"everything"},
			code: 2,
			says: []string{`"everything"`, "bench"},
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			commands := maps.Clone(ready)
			maps.Copy(commands, c.add)
			for _, name := range c.remove {
				delete(commands, name)
			}
			got := run(t, "setup", searchPath(t, []string{"env", "true"}, commands), c.args...)
			checkResult(t, got, c.code, c.says...)
			if c.silent && strings.TrimSpace(got.output) != "" {
				t.Errorf("says %q, want nothing", got.output)
			}
		})
	}
}
