package diag_test

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/diag"
)

func TestJUnit(t *testing.T) {
	t.Parallel()
	at := func(file string, line int) *hcl.Range {
		return &hcl.Range{Filename: file, Start: hcl.Pos{Line: line, Column: 1}, End: hcl.Pos{Line: line, Column: 2}}
	}
	report := diag.Report{
		Files: map[string][]byte{"good.hcl": nil, "bad.hcl": []byte("a\nb\nc\n")},
		Diags: hcl.Diagnostics{
			{Severity: hcl.DiagError, Summary: "Unknown <name>", Detail: "There is no \"x\" & no\x1b y.", Subject: at("bad.hcl", 2)},
			{Severity: hcl.DiagError, Summary: "Another", Detail: "It is wrong.", Subject: at("bad.hcl", 3)},
			{Severity: hcl.DiagWarning, Summary: "Odd", Detail: "It is odd.", Subject: at("bad.hcl", 1)},
			{Severity: hcl.DiagError, Summary: "No files", Detail: "There are none."},
		},
	}
	const want = `<?xml version="1.0" encoding="UTF-8"?>
<testsuite name="gateway validate" tests="3" failures="2" errors="0">
  <testcase classname="validate" name="bad.hcl">
    <failure type="error" message="Unknown &lt;name&gt;">bad.hcl:2: There is no &#34;x&#34; &amp; no` + "\ufffd" + ` y.</failure>
    <failure type="error" message="Another">bad.hcl:3: It is wrong.</failure>
    <system-out>Warning: Odd&#xA;bad.hcl:1: It is odd.&#xA;</system-out>
  </testcase>
  <testcase classname="validate" name="files">
    <failure type="error" message="No files">There are none.</failure>
  </testcase>
  <testcase classname="validate" name="good.hcl"></testcase>
</testsuite>
`
	var got bytes.Buffer
	if err := diag.Write(&got, "junit", report, diag.Options{}); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got.String()); d != "" {
		t.Errorf("JUnit (-want +got):\n%s", d)
	}
}
