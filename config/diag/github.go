package diag

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// renderGitHub writes a workflow command for each finding, which GitHub
// Actions turns into an annotation on the line:
//
//	::error file=flows/orders.hcl,line=12,endLine=12,col=5,endColumn=9,title=Unknown name::There is …
func renderGitHub(r Report) []byte {
	var out bytes.Buffer
	for _, f := range r.findings() {
		command := "error"
		if f.Severity == hcl.DiagWarning {
			command = "warning"
		}
		out.WriteString("::" + command)
		separator := " "
		for _, p := range f.gitHubProperties() {
			fmt.Fprintf(&out, "%s%s=%s", separator, p.name, escapeProperty(p.value))
			separator = ","
		}
		fmt.Fprintf(&out, "::%s\n", escapeData(f.messageText()))
	}
	return out.Bytes()
}

type property struct{ name, value string }

// gitHubProperties omits the columns of a finding over several lines, because the
// runner ignores them.
func (f *finding) gitHubProperties() []property {
	var properties []property
	add := func(name string, value any) { properties = append(properties, property{name, fmt.Sprint(value)}) }
	if f.Subject != nil && f.Subject.Filename != "" {
		add("file", f.Subject.Filename)
	}
	if at, ok := f.region(); ok {
		add("line", at.startLine)
		add("endLine", at.endLine)
		if at.startLine == at.endLine {
			add("col", at.startColumn)
			add("endColumn", at.endColumn)
		}
	}
	if f.Summary != "" {
		add("title", f.Summary)
	}
	return properties
}

// messageText returns the detail, or the summary if there is none, for formats
// that show the summary in another place and refuse an empty message.
func (f *finding) messageText() string {
	if detail := strings.TrimSpace(f.Detail); detail != "" {
		return detail
	}
	return f.Summary
}

func escapeData(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(s)
}

func escapeProperty(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C").Replace(s)
}
