package jq

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// suiteCase is a case of gojq's own tests of its command.
type suiteCase struct {
	Args  []string `yaml:"args"`
	Input string   `yaml:"input"`
}

// readSuite reads the tests of gojq's command, many of which were jq's own, from the
// module that the program is built with.
func readSuite(t *testing.T) []suiteCase {
	t.Helper()
	dir, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "github.com/itchyny/gojq").Output()
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(dir)), "cli", "test.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var cases []suiteCase
	if err := yaml.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	return cases
}

// program returns the program of a case: the first argument that is not an option,
// if all options only shape the output.
func (c suiteCase) program() (string, bool) {
	for _, arg := range c.Args {
		if !strings.HasPrefix(arg, "-") {
			return arg, true
		}
		if !slices.Contains([]string{"-c", "-r", "-j", "-S", "--compact-output", "--raw-output"}, arg) {
			return "", false
		}
	}
	return "", false
}

// inputs returns the values that a case reads, up to one that only gojq's command
// reads, such as nan.
func (c suiteCase) inputs() []any {
	var out []any
	dec := json.NewDecoder(strings.NewReader(c.Input))
	dec.UseNumber()
	for {
		var v any
		if dec.Decode(&v) != nil {
			return out
		}
		out = append(out, v)
	}
}

// TestSuiteAsGojq runs the programs of gojq's tests. It holds closures equal to gojq.
func TestSuiteAsGojq(t *testing.T) {
	t.Parallel()
	ran, compiled := 0, 0
	for _, c := range readSuite(t) {
		program, ok := c.program()
		if !ok {
			continue
		}
		for _, input := range c.inputs() {
			out := runAll(t, program, input)
			if out.run != out.interpreted {
				t.Errorf("%s: %s\nwant %s", program, out.run, out.interpreted)
			}
			if !differs(program, out.interpreted) {
				out.check(t, program, input)
			}
			ran++
			if out.compiled {
				compiled++
			}
		}
	}
	t.Logf("of %d runs %d are of closures", ran, compiled)
	if ran < 500 || compiled < ran/3 {
		t.Errorf("of %d runs %d are of closures", ran, compiled)
	}
}

// differs reports whether a program meets a bound, or calls a function that gojq
// does not have or that this package changes.
func differs(program, result string) bool {
	for _, name := range []string{"fromdate", "strptime"} {
		if strings.Contains(program, name) {
			return true
		}
	}
	return strings.Contains(result, "the most that a jq program may")
}
