package diag_test

import (
	"testing"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/diag"
)

func TestGitHubCommands(t *testing.T) {
	t.Parallel()
	src := "a = \"日本\" + x\nb = [\n]\n"
	tests := []struct {
		name string
		diag hcl.Diagnostic
		want string
	}{
		{
			"no place",
			hcl.Diagnostic{Severity: hcl.DiagError, Summary: "S", Detail: "D"},
			"::error title=S::D\n",
		},
		{
			"nothing but a severity",
			hcl.Diagnostic{Severity: hcl.DiagWarning},
			"::warning::\n",
		},
		{
			"everything that needs escapes",
			hcl.Diagnostic{Severity: hcl.DiagError, Summary: "a:b,c%d\r\ne", Detail: "a:b,c%0A\r\n::error::e\n\n", Subject: &hcl.Range{Filename: "a:b,c%d.hcl"}},
			"::error file=a%3Ab%2Cc%25d.hcl,title=a%3Ab%2Cc%25d%0D%0Ae::a:b,c%250A%0D%0A::error::e\n",
		},
		{
			"one line, columns in UTF-16",
			hcl.Diagnostic{Severity: hcl.DiagWarning, Summary: "S", Subject: at(t, file, src, "+ |x|")},
			"::warning file=x.hcl,line=1,endLine=1,col=12,endColumn=13,title=S::S\n",
		},
		{
			"several lines have no columns",
			hcl.Diagnostic{Severity: hcl.DiagError, Summary: "S", Subject: at(t, file, src, "|[\n]|")},
			"::error file=x.hcl,line=2,endLine=3,title=S::S\n",
		},
		{
			"up to the next line is one line",
			hcl.Diagnostic{Severity: hcl.DiagError, Summary: "S", Subject: at(t, file, src, "|b = [\n|]")},
			"::error file=x.hcl,line=2,endLine=2,col=1,endColumn=6,title=S::S\n",
		},
		{
			"another file",
			hcl.Diagnostic{Severity: hcl.DiagError, Summary: "S", Subject: &hcl.Range{Filename: "y.hcl", Start: hcl.Pos{Line: 4, Column: 2}}},
			"::error file=y.hcl,line=4,endLine=4,col=2,endColumn=2,title=S::S\n",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := write(t, "github", diag.Report{Files: map[string][]byte{file: []byte(src)}, Diags: hcl.Diagnostics{&tt.diag}}, diag.Options{})
			if got != tt.want {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
}
