package actiontest

import (
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
)

// CheckFinding holds that there is exactly one finding, or none where summary
// is empty.
func CheckFinding(t *testing.T, diags hcl.Diagnostics, summary, detail string) {
	t.Helper()
	if summary == "" {
		if len(diags) > 0 {
			t.Errorf("findings where there is none: %v", diags)
		}
		return
	}
	if len(diags) != 1 || !strings.HasPrefix(diags[0].Summary, summary) || !strings.Contains(diags[0].Detail, detail) {
		t.Fatalf("findings %v, want one %q that holds %q", diags, summary, detail)
	}
	if strings.Contains(diags[0].Detail, "pa55word") {
		t.Errorf("the finding shows a secret: %s", diags[0].Detail)
	}
}
