package arch

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestPromisesHaveTests: each promise of the threat model names tests that exist.
func TestPromisesHaveTests(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(filepath.Join(root, "docs/guide/threat-model.md"))
	if err != nil {
		t.Fatal(err)
	}
	packages := make(map[string]listed)
	for _, p := range repository(t) {
		packages[p.path()] = p
	}
	known := make(map[string][]string)
	report(t, checkPromises(string(page), func(pkg, test string) bool {
		names, seen := known[pkg]
		if !seen {
			if names, err = testsOf(packages[pkg]); err != nil {
				t.Fatal(err)
			}
			known[pkg] = names
		}
		return slices.Contains(names, test)
	}))
}

func TestCheckPromises(t *testing.T) {
	t.Parallel()
	const head = "| promise | tests |\n| --- | --- |\n"
	cases := []struct{ name, page, want string }{
		{"a test", head + "| safe | `a/b.TestOne`, `a/b.FuzzTwo` |\n", ""},
		{"no test of that name", head + "| safe | `a/b.TestOne`, `a/b.TestThree` |\n", "line 3: there is no test TestThree in package a/b"},
		{"another package", head + "| safe | `a/b.TestOne`, `a.TestOne` |\n", "there is no test TestOne in package a"},
		{"no package", head + "| safe | `a/b.TestOne`, `TestOne` |\n", `"TestOne" is not of the form`},
		{"a promise without a test", head + "| safe | `a/b.TestOne` |\n| fast | yes |\n", "line 4: the promise names no test"},
		{"in the text", head + "| safe | `a/b.TestOne` |\n\nSee `a/b.TestGone`.\n", "line 5: there is no test TestGone"},
		{"another table", head + "| safe | `a/b.TestOne` |\n\n| who | what |\n| --- | --- |\n| x | y |\n", ""},
		{"no table", "All is `safe`.\n", "no table with tests"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			expectFault(t, checkPromises(c.page, func(pkg, test string) bool {
				return pkg == "a/b" && (test == "TestOne" || test == "FuzzTwo")
			}), c.want)
		})
	}
}

func TestTestsOf(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	const text = "package p\n\nfunc TestOne() {}\n\nfunc (s suite) TestTwo() {}\n\nfunc FuzzThree() {}\n"
	if err := os.WriteFile(filepath.Join(dir, "a_test.go"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	names, err := testsOf(listed{Dir: dir, XTestGoFiles: []string{"a_test.go"}})
	if got := strings.Join(names, " "); err != nil || got != "TestOne FuzzThree" {
		t.Errorf("%q %v", got, err)
	}
}
