package diag_test

import (
	"errors"
	"testing"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/diag"
)

func TestConstructorsPointAtTheRange(t *testing.T) {
	t.Parallel()
	at := hcl.Range{Filename: "a.hcl", Start: hcl.Pos{Line: 3, Column: 1, Byte: 20}, End: hcl.Pos{Line: 3, Column: 5, Byte: 24}}
	for severity, d := range map[hcl.DiagnosticSeverity]*hcl.Diagnostic{
		hcl.DiagError:   diag.Error(at, "Summary", "Detail."),
		hcl.DiagWarning: diag.Warning(at, "Summary", "Detail."),
	} {
		if d.Severity != severity || d.Summary != "Summary" || d.Detail != "Detail." || *d.Subject != at {
			t.Errorf("got %#v, want severity %d", d, severity)
		}
	}
}

func TestSentence(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"": ".", "wrong": "Wrong.", "ärger": "Ärger.", "5 is odd": "5 is odd."} {
		if got := diag.Sentence(errors.New(text)); got != want {
			t.Errorf("Sentence(%q) = %q, want %q", text, got, want)
		}
	}
}
