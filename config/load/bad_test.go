package load_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/load"
)

// expectation is a finding that a file of testdata/bad expects, in a comment on the
// line where the finding begins:
//
//	# error: SUMMARY: DETAIL
//	# warning: SUMMARY: DETAIL
//	# error@+2: SUMMARY: DETAIL
//
// SUMMARY and DETAIL are parts of the finding's summary and detail. With @ the
// finding begins that many lines below or, with a minus, above: for heredocs and
// lines that can't have a comment. A line may expect several findings.
type expectation struct {
	file            string
	line            int
	severity        string
	summary, detail string
}

func (e expectation) String() string {
	return fmt.Sprintf("%s:%d: %s: %s: %s", e.file, e.line, e.severity, e.summary, e.detail)
}

func (e expectation) fits(d *hcl.Diagnostic) bool {
	return d.Subject != nil && d.Subject.Filename == e.file && d.Subject.Start.Line == e.line &&
		severity(d) == e.severity && strings.Contains(d.Summary, e.summary) && strings.Contains(d.Detail, e.detail)
}

var expectComment = regexp.MustCompile(`# (error|warning)(?:@([+-]\d+))?: `)

func expectations(t *testing.T, file string, src []byte) []expectation {
	t.Helper()
	var out []expectation
	for i, line := range strings.Split(string(src), "\n") {
		marks := expectComment.FindAllStringSubmatchIndex(line, -1)
		for n, m := range marks {
			end := len(line)
			if n+1 < len(marks) {
				end = marks[n+1][0]
			}
			summary, detail, ok := strings.Cut(strings.TrimSpace(line[m[1]:end]), ": ")
			if !ok || summary == "" || detail == "" {
				t.Fatalf("%s line %d: an expectation has a summary and a detail", file, i+1)
			}
			offset := 0
			if m[4] >= 0 {
				offset, _ = strconv.Atoi(line[m[4]:m[5]])
			}
			out = append(out, expectation{file, i + 1 + offset, line[m[2]:m[3]], summary, detail})
		}
	}
	return out
}

// testCase is a file or a folder below testdata, loaded by itself.
type testCase struct {
	name    string // such as bad/trigger_missing.hcl
	options load.Options
}

// testCases lists the files and folders in a folder of testdata.
func testCases(t testing.TB, dir string) []testCase {
	t.Helper()
	fsys := os.DirFS("testdata")
	entries, err := os.ReadDir(path.Join("testdata", dir))
	if err != nil {
		t.Fatal(err)
	}
	var out []testCase
	for _, e := range entries {
		if !e.IsDir() && !strings.HasSuffix(e.Name(), ".hcl") {
			continue
		}
		name := path.Join(dir, e.Name())
		c := testCase{name: name, options: options(fsys, name)}
		c.options.Paths[0].Name = e.Name()
		if requiresSet(t, fsys, name) {
			c.options.Unset = load.RequireSet
		}
		out = append(out, c)
	}
	if len(out) == 0 {
		t.Fatalf("there is no case in testdata/%s", dir)
	}
	return out
}

// requiresSet reports whether the first line of a file of the case requires a load
// with RequireSet.
func requiresSet(t testing.TB, fsys fs.FS, name string) bool {
	t.Helper()
	found := false
	err := fs.WalkDir(fsys, name, func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		src, err := fs.ReadFile(fsys, p)
		found = found || bytes.HasPrefix(src, []byte("# options: require-set\n"))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestBad(t *testing.T) {
	t.Parallel()
	cases := testCases(t, "bad")
	findings := 0
	for _, c := range cases {
		loaded, diags := load.Files(c.options)
		findings += len(diags)
		t.Run(strings.TrimPrefix(c.name, "bad/"), func(t *testing.T) {
			t.Parallel()
			var wanted []expectation
			for name, src := range loaded.Files {
				wanted = append(wanted, expectations(t, name, src)...)
			}
			if len(wanted) == 0 {
				t.Fatal("the case expects no finding")
			}
			for _, d := range diags {
				checkWords(t, d)
				i := slices.IndexFunc(wanted, func(e expectation) bool { return e.fits(d) })
				if i < 0 {
					t.Errorf("additional finding: %v: %s: %s: %s", d.Subject, severity(d), d.Summary, d.Detail)
					continue
				}
				wanted = slices.Delete(wanted, i, i+1)
			}
			for _, e := range wanted {
				t.Errorf("missing finding: %s", e)
			}
		})
	}
	t.Logf("%d cases, %d findings", len(cases), findings)
}

// checkWords checks the form of a finding: a short summary, a detail of whole
// sentences, a place.
func checkWords(t *testing.T, d *hcl.Diagnostic) {
	t.Helper()
	if d.Summary == "" || strings.HasSuffix(d.Summary, ".") || len(d.Summary) > 60 {
		t.Errorf("the summary is not short: %q", d.Summary)
	}
	if d.Detail == "" || !strings.ContainsAny(d.Detail[len(d.Detail)-1:], ".?") {
		t.Errorf("the detail is not a sentence: %q", d.Detail)
	}
	if d.Subject == nil {
		t.Errorf("no place: %s: %s", d.Summary, d.Detail)
	}
}
