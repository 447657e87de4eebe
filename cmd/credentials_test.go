package cmd_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

var credentialRow = regexp.MustCompile("(?m)^\\| `(?:secret|password|token|shared_key|webhook_url)` \\|.*$")

// TestCredentialsAreDeclared: every attribute of the reference whose name says that it
// holds a credential is declared as one, so that a literal there is a warning.
func TestCredentialsAreDeclared(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../docs/reference/*.md")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	advice := regexp.MustCompile(`Use a secret\. \|$`)
	rows := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range credentialRow.FindAll(text, -1) {
			if rows++; !advice.Match(row) {
				t.Errorf("%s: declare this attribute with schema.Credential(): %s", filepath.Base(file), row)
			}
		}
	}
	if rows < 10 {
		t.Errorf("%d attributes hold credentials", rows)
	}
}
