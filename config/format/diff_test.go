package format_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/webhook-gateway/gateway/config/format"
)

func TestDiff(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, file, before, after, want string }{
		{"no change", "a.hcl", "a = 1\n", "a = 1\n", ""},
		{
			"one line", "flows/a.hcl", "a = 1\nb=2\nc = 3\n", "a = 1\nb = 2\nc = 3\n",
			"--- a/flows/a.hcl\n+++ b/flows/a.hcl\n@@ -1,3 +1,3 @@\n a = 1\n-b=2\n+b = 2\n c = 3\n",
		},
		{
			"missing line end", "a.hcl", "a = 1", "a = 1\n",
			"--- a/a.hcl\n+++ b/a.hcl\n@@ -1 +1 @@\n-a = 1\n\\ No newline at end of file\n+a = 1\n",
		},
		{
			"line ends", "a.hcl", "a = 1\r\n", "a = 1\n",
			"--- a/a.hcl\n+++ b/a.hcl\n@@ -1 +1 @@\n-a = 1\r\n+a = 1\n",
		},
		{
			"two places", "a.hcl", "a=1\n2\n3\n4\n5\n6\n7\n8\nb=1\n", "a = 1\n2\n3\n4\n5\n6\n7\n8\nb = 1\n",
			"--- a/a.hcl\n+++ b/a.hcl\n@@ -1,4 +1,4 @@\n-a=1\n+a = 1\n 2\n 3\n 4\n@@ -6,4 +6,4 @@\n 6\n 7\n 8\n-b=1\n+b = 1\n",
		},
		{"everything goes", "a.hcl", "\n", "", "--- a/a.hcl\n+++ b/a.hcl\n@@ -1 +0,0 @@\n-\n"},
		{"absolute path", "/etc/a.hcl", "\n", "", "--- a/etc/a.hcl\n+++ b/etc/a.hcl\n@@ -1 +0,0 @@\n-\n"},
		{"space in the name", "my flows/a.hcl", "\n", "", "--- a/my flows/a.hcl\t\n+++ b/my flows/a.hcl\t\n@@ -1 +0,0 @@\n-\n"},
		{"line end in the name", "a\nb.hcl", "\n", "", "--- \"a/a\\nb.hcl\"\n+++ \"b/a\\nb.hcl\"\n@@ -1 +0,0 @@\n-\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if d := cmp.Diff(tt.want, format.Diff(tt.file, []byte(tt.before), []byte(tt.after))); d != "" {
				t.Errorf("diff (-want +got):\n%s", d)
			}
		})
	}
}
