package cmd

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/flow/explain"
)

func TestExplain(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	text := "flow \"f\" {\n  trigger \"webhook\" {\n    path = \"/a\"\n    auth \"bearer\" { token = \"written-in-the-file-itself\" }\n  }\n  action \"log\" \"one\" { message = \"x\" }\n}\n"
	if err := os.WriteFile(filepath.Join(dir, "a.hcl"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, errs := runCommand(t, "explain", "f", dir)
	if code != exitOK || !strings.Contains(out, "Flow \"f\"\n") || !strings.Contains(out, "1. one (log, line 6) writes a line to the log: x.") {
		t.Errorf("code %d: %s%s", code, out, errs)
	}
	if strings.Contains(out, "written-in-the-file") {
		t.Errorf("the token is in\n%s", out)
	}
	code, out, _ = runCommand(t, "explain", "f", dir, "--json")
	var x explain.Explanation
	if err := json.Unmarshal([]byte(out), &x); code != exitOK || err != nil || x.Flow != "f" || len(x.Actions) != 1 || x.Actions[0].Does != "writes a line to the log: x" {
		t.Errorf("code %d, %v: %s", code, err, out)
	}
	if code, _, errs := runCommand(t, "explain", "g", dir); code != exitError || !strings.Contains(errs, `no flow and no file is called "g"`) {
		t.Errorf("code %d: %s", code, errs)
	}
}
