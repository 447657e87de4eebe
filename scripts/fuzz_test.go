package scripts_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const timeWasUp = `echo '--- FAIL: FuzzB (5.01s)'; echo '    context deadline exceeded'; echo FAIL; exit 1`

func TestFuzz(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name  string
		goCmd string
		args  []string
		code  int
		says  []string
		not   string
	}{
		{
			name:  "each target once, for the default time",
			goCmd: `echo "called: $*"`,
			says: []string{
				"called: test -run=^$ -fuzz=^FuzzA$ -fuzztime=5s ./one",
				"called: test -run=^$ -fuzz=^FuzzB$ -fuzztime=5s ./one/deep",
			},
			not: "FuzzHidden",
		},
		{
			name:  "only the named",
			goCmd: `echo "called: $*"`,
			args:  []string{"zzB"},
			says:  []string{"FuzzB"},
			not:   "FuzzA",
		},
		{
			name:  "a name that nothing has",
			goCmd: "exit 0",
			args:  []string{"FuzzZ"},
			code:  1,
			says:  []string{"no fuzz target"},
		},
		{
			name:  "a finding does not keep the others from running",
			goCmd: `case "$*" in *FuzzA*) echo 'Failing input written to testdata'; exit 1;; esac`,
			code:  1,
			says:  []string{"-- ./one/deep FuzzB"},
		},
		{
			name:  "the end of the time is no finding",
			goCmd: timeWasUp,
			says:  []string{"without a failure"},
		},
		{
			name:  "a finding at the end of the time is one",
			goCmd: `echo '    b_test.go:7: differs'; ` + timeWasUp,
			code:  1,
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			script := repositoryWithTargets(t)
			bin := searchPath(t, []string{"grep", "sed", "sort", "tee", "mktemp", "rm", "dirname"},
				map[string]string{"go": c.goCmd})
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
