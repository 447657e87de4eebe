package cmd

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

func TestAllowances(t *testing.T) {
	t.Parallel()
	a, b := t.TempDir(), t.TempDir()
	file := filepath.Join(a, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		name  string
		args  []string
		env   map[string]string
		exec  bool
		paths []string
		fails string
	}{
		{name: "nothing"},
		{name: "flags", args: []string{"--allow-exec", "--allow-path", a, "--allow-path", b}, exec: true, paths: []string{a, b}},
		{name: "variables", env: map[string]string{"GATEWAY_ALLOW_EXEC": "true", "GATEWAY_ALLOW_PATH": a + string(os.PathListSeparator) + b}, exec: true, paths: []string{a, b}},
		{name: "empty variables", env: map[string]string{"GATEWAY_ALLOW_EXEC": "", "GATEWAY_ALLOW_PATH": ""}},
		{name: "flags win", args: []string{"--allow-exec=false", "--allow-path", a}, env: map[string]string{"GATEWAY_ALLOW_EXEC": "1", "GATEWAY_ALLOW_PATH": b}, paths: []string{a}},
		{name: "not a bool", env: map[string]string{"GATEWAY_ALLOW_EXEC": "yes please"}, fails: "true or false"},
		{name: "no such folder", args: []string{"--allow-path", filepath.Join(a, "none")}, fails: "is no folder"},
		{name: "a file", args: []string{"--allow-path", file}, fails: "is no folder"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var given permissions
			set := pflag.NewFlagSet("run", pflag.ContinueOnError)
			given.addTo(set)
			if err := set.Parse(c.args); err != nil {
				t.Fatal(err)
			}
			exec, paths, err := given.resolve(func(name string) (string, bool) { v, ok := c.env[name]; return v, ok })
			if c.fails != "" {
				if err == nil || !strings.Contains(err.Error(), c.fails) {
					t.Fatalf("error %v, want one that says %q", err, c.fails)
				}
				return
			}
			if err != nil || exec != c.exec || !slices.Equal(paths, c.paths) {
				t.Errorf("exec %v, paths %q, error %v; want %v and %q", exec, paths, err, c.exec, c.paths)
			}
		})
	}
}

// TestAllowedFoldersAreApart: no allowed folder holds the flow files or the data
// folder, nor lies among the flow files.
func TestAllowedFoldersAreApart(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	at := func(name string) string { return filepath.Join(root, name) }
	for _, dir := range []string{"flows/out", "flows-archive", "data/out", "out"} {
		if err := os.MkdirAll(at(dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(at("out/single.hcl"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(at("flows"), at("link")); err != nil {
		t.Fatal(err)
	}
	cases := []struct{ name, allowed, flows, data, fails string }{
		{"apart", "out", "flows", "data", ""},
		{"a name that begins alike", "flows-archive", "flows", "data", ""},
		{"below the data folder", "data/out", "flows", "data", ""},
		{"the flows", "flows", "flows", "data", "where flow files"},
		{"among the flows", "flows/out", "flows", "data", "where flow files"},
		{"above the flows", "flows", "flows/out", "data", "where flow files"},
		{"beside a flow file", "out", "out/single.hcl", "data", "where flow files"},
		{"flows behind a link", "flows/out", "link", "data", "where flow files"},
		{"a link to the flows", "link", "flows", "data", "where flow files"},
		{"the data folder", "data", "flows", "data", "holds the data folder"},
		{"a data folder that is made later", "out", "flows", "out/new/data", "holds the data folder"},
		{"a data folder that is made later, behind a link", "flows/out", "out/single.hcl", "link/out/data", "holds the data folder"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			err := checkApart([]string{at("out/../" + c.allowed)}, []string{at(c.flows)}, at(c.data))
			if (err == nil) != (c.fails == "") || err != nil && !strings.Contains(err.Error(), c.fails) {
				t.Errorf("error %v, want one that says %q", err, c.fails)
			}
		})
	}
}
