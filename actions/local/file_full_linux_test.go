package local_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/internal/testutil/actiontest"
	"github.com/webhook-gateway/gateway/internal/testutil/disktest"
)

// TestAppendOnFullDisk: a line that does not fit leaves the file as it was.
func TestAppendOnFullDisk(t *testing.T) {
	t.Parallel()
	b := actiontest.New(t)
	dir := disktest.Small(t, "64k")
	b.AllowPaths = []string{dir}
	path := filepath.Join(dir, "journal")
	before := strings.Repeat("a line\n", 3000)
	if err := os.WriteFile(path, []byte(before), 0o600); err != nil {
		t.Fatal(err)
	}
	err := b.MustFail("file", "path = \"journal\"\nmode = \"append\"\ncontent = webhook.body", `"`+strings.Repeat("b", 128<<10)+`"`)
	if !strings.Contains(err.Message, "no space left on device") {
		t.Errorf("error %q", err.Message)
	}
	expectFile(t, path, before)
	b.MustSucceed("file", "path = \"journal\"\nmode = \"append\"\ncontent = \"c\\n\"", "{}")
	expectFile(t, path, before+"c\n")
}
