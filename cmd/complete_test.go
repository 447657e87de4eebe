package cmd

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestCompletion asks for completions as the scripts of shells do.
func TestCompletion(t *testing.T) {
	t.Parallel()
	for line, want := range map[string][]string{
		"validate --format s":      {"sarif"},
		"graph --format ":          {"dot", "mermaid", "svg"},
		"init --provider standard": {"standard_webhooks"},
		"runs list --state f":      {"failed"},
		"runs retry --state que":   {"queued"},
		"runs dismiss --state f":   {"failed"},
		"docs auth git":            {"gitea", "github", "gitlab"},
		"docs challenge z":         {"zoom"},
		"send --print c":           {"curl"},
		"test --format j":          {"json", "junit"},
	} {
		_, out, errs := runCommand(t, append([]string{"__complete"}, strings.Split(line, " ")...)...)
		var got []string
		for l := range strings.Lines(out) {
			if l = strings.TrimSpace(l); l != "" && l[0] != ':' {
				got = append(got, l)
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q (%s)", line, got, want, errs)
		}
	}
}

// TestCompleteNames completes the names of flows and tests in the files.
func TestCompleteNames(t *testing.T) {
	dir := t.TempDir()
	const labelled = "flow \"a\" {\n  label = \"All orders\"\n  trigger \"webhook\" {}\n}\n" + "flow \"b\" {\n  label = \"All orders\"\n  trigger \"webhook\" {}\n}\n"
	for name, text := range map[string]string{"b.hcl": labelled, "a.hcl": watchedFlow, "a.test.hcl": strings.Replace(watchedTest, `file("sample.json")`, "{}", 1)} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	for _, c := range []struct{ line, want string }{
		{"test --run gr", "greets"},
		{"test --run ^g", "^greets$"},
		{"flows pause h", "hello\thello"},
		{"flows resume h", "hello\thello"},
		{"runs list --label A", "All orders\n:4"},
		{"runs dismiss --label h", ":4"},
		{"flows pause hello ", ":4"},
	} {
		_, out, errs := runCommand(t, append([]string{"__complete"}, strings.Split(c.line, " ")...)...)
		if !strings.HasPrefix(out, c.want+"\n") {
			t.Errorf("%q: %q, want %q (%s)", c.line, out, c.want, errs)
		}
	}
}
