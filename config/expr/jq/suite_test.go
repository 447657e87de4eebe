package jq

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// suiteCase is a case of jq's own tests.
type suiteCase struct{ program, input string }

// readSuite reads jq's own tests: groups of lines with a program, its input and
// its results, or behind %%FAIL with a program that is wrong.
func readSuite(t *testing.T) []suiteCase {
	t.Helper()
	text, err := os.ReadFile("testdata/jq.test")
	if err != nil {
		t.Fatal(err)
	}
	var out []suiteCase
	for group := range strings.SplitSeq(string(text), "\n\n") {
		var lines []string
		for line := range strings.SplitSeq(group, "\n") {
			if line != "" && !strings.HasPrefix(line, "#") {
				lines = append(lines, line)
			}
		}
		switch {
		case len(lines) < 2:
		case strings.HasPrefix(lines[0], "%%FAIL"):
			out = append(out, suiteCase{lines[1], "null"})
		default:
			out = append(out, suiteCase{lines[0], lines[1]})
		}
	}
	return out
}

// TestSuiteAsGojq runs jq's own tests. It holds closures equal to gojq, which
// differs from jq in some of them.
func TestSuiteAsGojq(t *testing.T) {
	t.Parallel()
	cases := readSuite(t)
	compiled := 0
	for _, c := range cases {
		var input any
		dec := json.NewDecoder(strings.NewReader(c.input))
		dec.UseNumber()
		if err := dec.Decode(&input); err != nil {
			continue // an input that only jq reads, such as nan
		}
		out := runAll(t, c.program, input)
		if out.run != out.interpreted {
			t.Errorf("%s: %s\nwant %s", c.program, out.run, out.interpreted)
		}
		if !differs(c.program, out.interpreted) {
			out.check(t, c.program, input)
		}
		if out.compiled {
			compiled++
		}
	}
	t.Logf("of %d cases %d run as closures", len(cases), compiled)
	if len(cases) < 500 || compiled < len(cases)/3 {
		t.Errorf("of %d cases %d run as closures", len(cases), compiled)
	}
}

// differs reports whether a program meets a bound, or calls a function that gojq
// does not have or that this package changes.
func differs(program, result string) bool {
	for _, name := range []string{"have_decnum", "have_literal_numbers", "toarray", "fromdate", "strptime"} {
		if strings.Contains(program, name) {
			return true
		}
	}
	return strings.Contains(result, "the most that a jq program may")
}
