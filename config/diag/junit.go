package diag

import (
	"encoding/xml"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// The types below are the part of the JUnit format that CI systems read.

type junitSuite struct {
	XMLName  xml.Name    `xml:"testsuite"`
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Class    string         `xml:"classname,attr"`
	Name     string         `xml:"name,attr"`
	Failures []junitFailure `xml:"failure"`
	Output   string         `xml:"system-out,omitempty"`
}

type junitFailure struct {
	Type    string `xml:"type,attr"`
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// renderJUnit writes a test case for each file, which fails with the errors of the
// file. Its warnings are its output. Errors without a place are a case of their own.
func renderJUnit(r Report) ([]byte, error) {
	byFile := map[string]*junitCase{}
	for name := range r.Files {
		byFile[name] = &junitCase{Class: "validate", Name: name}
	}
	for _, f := range r.findings() {
		name := "files"
		if f.Subject != nil && f.Subject.Filename != "" {
			name = f.Subject.Filename
		}
		c := byFile[name]
		if c == nil {
			c = &junitCase{Class: "validate", Name: name}
			byFile[name] = c
		}
		c.addFinding(&f)
	}
	suite := junitSuite{Name: "gateway validate", Tests: len(byFile)}
	for _, name := range slices.Sorted(maps.Keys(byFile)) {
		if len(byFile[name].Failures) > 0 {
			suite.Failures++
		}
		suite.Cases = append(suite.Cases, *byFile[name])
	}
	out, err := xml.MarshalIndent(suite, "", "  ")
	return append([]byte(xml.Header), append(out, '\n')...), err
}

func (c *junitCase) addFinding(f *finding) {
	text := strings.TrimSpace(f.Detail)
	if f.Subject != nil && f.Subject.Start.Line > 0 {
		text = fmt.Sprintf("%s:%d: %s", f.Subject.Filename, f.Subject.Start.Line, text)
	}
	if f.Severity != hcl.DiagError {
		c.Output += "Warning: " + f.Summary + "\n" + text + "\n"
		return
	}
	c.Failures = append(c.Failures, junitFailure{"error", f.Summary, text})
}
