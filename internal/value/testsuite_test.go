package value

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// suiteCase is a case of JSONTestSuite.
type suiteCase struct{ name, text string }

// suiteCases reads the cases of JSONTestSuite.
func suiteCases(t testing.TB) []suiteCase {
	t.Helper()
	file, err := os.ReadFile("testdata/jsontestsuite.txt")
	if err != nil {
		t.Fatal(err)
	}
	var cases []suiteCase
	for line := range strings.Lines(string(file)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		name, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		cases = append(cases, suiteCase{name, parseSuiteText(t, rest)})
	}
	return cases
}

// parseSuiteText parses quoted texts, each of which may be repeated: "a" "b"*3.
func parseSuiteText(t testing.TB, source string) string {
	t.Helper()
	var b strings.Builder
	for source != "" {
		quoted, err := strconv.QuotedPrefix(source)
		if err != nil {
			t.Fatalf("%v in %s", err, source)
		}
		text, _ := strconv.Unquote(quoted)
		source = source[len(quoted):]
		count := 1
		if rest, ok := strings.CutPrefix(source, "*"); ok {
			number, _, _ := strings.Cut(rest, " ")
			if count, err = strconv.Atoi(number); err != nil {
				t.Fatal(err)
			}
			source = rest[len(number):]
		}
		b.WriteString(strings.Repeat(text, count))
		source = strings.TrimPrefix(source, " ")
	}
	return b.String()
}

// TestDecodeSuite decodes the cases of JSONTestSuite. Their names begin with y
// if a reader must accept them, with n if it must refuse them, and with i if it
// is free. The language refuses an object that has a name twice.
func TestDecodeSuite(t *testing.T) {
	t.Parallel()
	duplicates := []string{"y_object_duplicated_key", "y_object_duplicated_key_and_value"}
	cases := suiteCases(t)
	if len(cases) != 318 {
		t.Errorf("%d cases, want 318", len(cases))
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			v, err := Decode([]byte(c.text), Limits{})
			isDuplicate := slices.Contains(duplicates, c.name)
			switch {
			case c.name[0] == 'y' && !isDuplicate && err != nil:
				t.Errorf("refused: %v", err)
			case (c.name[0] == 'n' || isDuplicate) && err == nil:
				t.Errorf("accepted as %#v", v)
			case err == nil:
				if _, err := Append(nil, v); err != nil {
					t.Errorf("cannot be written again: %v", err)
				}
			}
		})
	}
}
