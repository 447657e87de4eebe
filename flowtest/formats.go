package flowtest

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/diag"
)

// Formats returns the names that Write accepts.
func Formats() []string { return []string{"text", "json", "junit", "github"} }

// Write writes the report in one of the Formats.
func (r *Report) Write(w io.Writer, format string, o TextOptions) error {
	switch format {
	case "text":
		return r.WriteText(w, o)
	case "json":
		return r.writeJSON(w)
	case "junit":
		return r.writeJUnit(w)
	case "github":
		return r.writeGitHub(w)
	}
	return fmt.Errorf("unknown format %q: use one of %s", format, strings.Join(Formats(), ", "))
}

// jsonReport is the report as JSON.
type jsonReport struct {
	Passed  int        `json:"passed"`
	Failed  int        `json:"failed"`
	Skipped int        `json:"skipped"`
	Seconds float64    `json:"seconds"`
	Tests   []jsonTest `json:"tests"`
}

type jsonTest struct {
	Name     string        `json:"name"`
	File     string        `json:"file"`
	Line     int           `json:"line"`
	State    string        `json:"state"` // "passed", "failed" or "skipped"
	Skipped  string        `json:"skipped,omitempty"`
	Seconds  float64       `json:"seconds"`
	Failures []jsonFailure `json:"failures,omitempty"`
}

type jsonFailure struct {
	Summary string            `json:"summary"`
	Detail  string            `json:"detail,omitempty"`
	Place   jsonPlace         `json:"place"`
	Action  *jsonPlace        `json:"action,omitempty"`
	Values  map[string]string `json:"values,omitempty"`
	Diff    string            `json:"diff,omitempty"`
}

type jsonPlace struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
}

func placeAt(r hcl.Range) jsonPlace { return jsonPlace{r.Filename, r.Start.Line, r.Start.Column} }

func (r *Report) writeJSON(w io.Writer) error {
	out := jsonReport{Seconds: r.Took.Seconds(), Tests: []jsonTest{}}
	for _, t := range r.Results {
		test := jsonTest{Name: t.Name, File: t.File(), Line: t.Range.Start.Line, State: "passed", Skipped: t.Skipped, Seconds: t.Took.Seconds()}
		switch {
		case len(t.Failures) > 0:
			test.State = "failed"
			out.Failed++
		case t.Skipped != "":
			test.State = "skipped"
			out.Skipped++
		default:
			out.Passed++
		}
		for _, f := range t.Failures {
			test.Failures = append(test.Failures, f.json())
		}
		out.Tests = append(out.Tests, test)
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(out)
}

func (f *Failure) json() jsonFailure {
	out := jsonFailure{Summary: f.Summary, Detail: f.Detail, Place: placeAt(f.Range), Diff: f.Diff}
	if f.Action != nil {
		at := placeAt(*f.Action)
		out.Action = &at
	}
	for _, v := range f.Values {
		if out.Values == nil {
			out.Values = map[string]string{}
		}
		out.Values[v.Name] = v.Text
	}
	return out
}

// The elements of JUnit's reports, as CI systems read them.
type junitReport struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Time     string       `xml:"time,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Name     string         `xml:"name,attr"`
	Class    string         `xml:"classname,attr"`
	File     string         `xml:"file,attr"`
	Line     int            `xml:"line,attr"`
	Time     string         `xml:"time,attr"`
	Skipped  *junitSkipped  `xml:"skipped,omitempty"`
	Failures []junitFailure `xml:"failure"`
}

type junitSkipped struct {
	Message string `xml:"message,attr"`
}

type junitFailure struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// writeJUnit writes one suite for each file.
func (r *Report) writeJUnit(w io.Writer) error {
	out := junitReport{Tests: len(r.Results), Failures: r.Failed(), Time: fmt.Sprintf("%.3f", r.Took.Seconds())}
	for _, t := range r.Results {
		if n := len(out.Suites); n == 0 || out.Suites[n-1].Name != t.File() {
			out.Suites = append(out.Suites, junitSuite{Name: t.File()})
		}
		s := &out.Suites[len(out.Suites)-1]
		c := junitCase{Name: t.Name, Class: strings.TrimSuffix(t.File(), ".test.hcl"), File: t.File(), Line: t.Range.Start.Line, Time: fmt.Sprintf("%.3f", t.Took.Seconds())}
		s.Tests++
		if t.Skipped != "" {
			s.Skipped++
			c.Skipped = &junitSkipped{t.Skipped}
		}
		if len(t.Failures) > 0 {
			s.Failures++
		}
		for _, f := range t.Failures {
			c.Failures = append(c.Failures, junitFailure{f.Summary, fmt.Sprintf("%s:%d\n\n%s", f.Range.Filename, f.Range.Start.Line, f.Text())})
		}
		s.Cases = append(s.Cases, c)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(out); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// writeGitHub writes an annotation for each failure, and the summary.
func (r *Report) writeGitHub(w io.Writer) error {
	report := diag.Report{Files: r.Files}
	for _, t := range r.Results {
		for _, f := range t.Failures {
			d := f.diagnostic()
			d.Summary = t.Name + ": " + d.Summary
			report.Diags = append(report.Diags, d)
		}
	}
	if err := diag.Write(w, "github", report, diag.Options{}); err != nil {
		return err
	}
	_, err := fmt.Fprintln(w, r.Summary())
	return err
}
