package scripts_test

import (
	"cmp"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const timeWasUp = `echo '--- FAIL: FuzzB (5.01s)'; echo '    context deadline exceeded'; echo FAIL; exit 1`

// buildTarget is a go command whose test binaries execute the stand-in "target" in
// the folder of the package.
const buildTarget = `case "$1" in
env) echo /cache ;;
list) echo example.com/m ;;
test) echo "built: $2 $3 $5 $6"; printf '#!/bin/sh\nexec target "$@"\n' >"$4"; chmod +x "$4" ;;
esac`

func TestFuzz(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name   string
		target string
		build  string // the go command; buildTarget if it is ""
		cores  string // 2 if it is ""
		args   []string
		code   int
		says   []string
		not    string
	}{
		{
			name:   "each target once, for the default time",
			target: `echo "called: $*"; echo "in ${PWD##*/}"`,
			says: []string{
				"built: -c -o -fuzz=. ./one\n",
				"called: -test.run=^$ -test.fuzz=^FuzzA$ -test.fuzztime=5s -test.parallel=1 -test.fuzzminimizetime=100x -test.fuzzcachedir=/cache/fuzz/example.com/m/one\nin one\n",
				"built: -c -o -fuzz=. ./one/deep\n",
				"called: -test.run=^$ -test.fuzz=^FuzzB$ -test.fuzztime=5s -test.parallel=1 -test.fuzzminimizetime=100x -test.fuzzcachedir=/cache/fuzz/example.com/m/one/deep\nin deep\n",
			},
			not: "FuzzHidden",
		},
		{
			name:   "one package after another on one core",
			target: `echo "called: $*"`,
			cores:  "1",
			says:   []string{"-test.fuzz=^FuzzA$ -test.fuzztime=5s -test.parallel=1 ", "-test.fuzz=^FuzzB$ "},
		},
		{
			name:   "only the named, on all cores",
			target: `echo "called: $*"`,
			cores:  "6",
			args:   []string{"zzB"},
			says:   []string{"-test.fuzz=^FuzzB$ -test.fuzztime=5s -test.parallel=6 "},
			not:    "FuzzA",
		},
		{
			name:   "a name that nothing has",
			target: "exit 0",
			args:   []string{"FuzzZ"},
			code:   1,
			says:   []string{"no fuzz target"},
		},
		{
			name: "a finding is shown, and does not keep the others from running",
			target: `case "$*" in *FuzzA*)
mkdir testdata/fuzz; echo 'string("found")' >testdata/fuzz/1; echo '    Failing input written to testdata/fuzz/1'; exit 1;; esac`,
			code: 1,
			says: []string{"-- ./one/deep FuzzB", "-- ./one/testdata/fuzz/1\nstring(\"found\")\nKeep this file"},
		},
		{
			name:  "a package that does not build",
			build: `if [ "$1" = test ]; then echo 'undefined: f'; exit 1; fi`,
			code:  1,
			says:  []string{"undefined: f"},
		},
		{
			name:   "the end of the time is no finding",
			target: timeWasUp,
			says:   []string{"without a failure"},
		},
		{
			name:   "a finding at the end of the time is one",
			target: `echo '    b_test.go:7: differs'; ` + timeWasUp,
			code:   1,
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			script := repositoryWithTargets(t)
			bin := searchPath(t, []string{"cat", "chmod", "cut", "dirname", "grep", "mkdir", "mktemp", "rm", "sed", "sort", "uniq"},
				map[string]string{"go": cmp.Or(c.build, buildTarget), "nproc": "echo " + cmp.Or(c.cores, "2"), "target": c.target})
			got := run(t, script, bin, c.args...)
			checkResult(t, got, c.code, c.says...)
			if c.not != "" && strings.Contains(got.output, c.not) {
				t.Errorf("output holds %q:\n%s", c.not, got.output)
			}
		})
	}
}

// repositoryWithTargets makes a folder with two fuzz targets and returns the
// path of its copy of the script.
func repositoryWithTargets(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("fuzz")
	if err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	script := filepath.Join(root, "scripts", "fuzz")
	writeFile(t, script, string(text), 0o755)
	for path, source := range map[string]string{
		"one/a_test.go":               "package one\n\nfunc FuzzA(f *testing.F) {}\n",
		"one/deep/b_test.go":          "package deep\n\nfunc FuzzB(f *testing.F) {}\n",
		"one/b.go":                    "package one\n\nfunc FuzzHidden() {}\n",
		"one/testdata/hidden_test.go": "package hidden\n\nfunc FuzzHidden(f *testing.F) {}\n",
		".cache/hidden_test.go":       "package hidden\n\nfunc FuzzHidden(f *testing.F) {}\n",
	} {
		writeFile(t, filepath.Join(root, path), source, 0o644)
	}
	return script
}
