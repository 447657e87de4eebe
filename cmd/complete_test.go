package cmd

import (
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
		"docs auth git":            {"gitea", "github", "gitlab"},
		"docs challenge z":         {"zoom"},
		"send --print c":           {"curl"},
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
