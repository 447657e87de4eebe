package cmd

import (
	"encoding/xml"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestFormatOfInvalidFiles checks that a report in JUnit stays one if no test can run,
// so that a pipeline which keeps it in a file still shows the finding.
func TestFormatOfInvalidFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if code, _, errs := runCommand(t, "init", "--provider", "github", dir); code != exitOK {
		t.Fatal(errs)
	}
	text, err := os.ReadFile(filepath.Join(dir, "github.hcl")) //nolint:gosec // a folder of the test
	if err != nil {
		t.Fatal(err)
	}
	wrong := strings.Replace(string(text), "webhook.event", "webhook.evnt", 1)
	if err := os.WriteFile(filepath.Join(dir, "github.hcl"), []byte(wrong), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, _ := runCommand(t, "test", "--format", "junit", dir)
	var suite struct {
		Failures int `xml:"failures,attr"`
	}
	if err := xml.Unmarshal([]byte(out), &suite); err != nil || code != exitFindings || suite.Failures != 1 || !strings.Contains(out, "Did you mean") {
		t.Errorf("code %d, %d failures, %v in\n%s", code, suite.Failures, err, out)
	}
}
