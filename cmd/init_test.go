package cmd

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/actions"
	"github.com/webhook-gateway/gateway/auth"
	"github.com/webhook-gateway/gateway/config/format"
	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/config/starter"
	"github.com/webhook-gateway/gateway/config/syntax"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/triggers"
)

func withKinds() *command {
	return &command{
		Program: Program{Kinds: flow.Kinds{Actions: actions.All(), Triggers: triggers.All(auth.All())}, Connections: actions.Connections()},
		env:     func(string) (string, bool) { return starter.ExampleSecret, true }, clock: clock.System{},
	}
}

// TestInitOfEachProvider writes the files of each provider. They load without a
// finding when the secrets are set, and are formatted.
func TestInitOfEachProvider(t *testing.T) {
	t.Parallel()
	names := withKinds().providers()
	if len(names) < 60 {
		t.Fatalf("%d providers", len(names))
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if code, out, errs := runCommand(t, "init", "--provider", name, dir); code != exitOK || !strings.Contains(out, "gateway run") {
				t.Fatalf("code %d: %s%s", code, out, errs)
			}
			flows, err := withKinds().loader([]string{dir}, load.RequireSet)
			if err != nil {
				t.Fatal(err)
			}
			loaded, diags := flows.Load()
			text, err := os.ReadFile(filepath.Join(dir, name+".hcl")) //nolint:gosec // a folder of the test
			if err != nil {
				t.Fatal(err)
			}
			if len(diags) > 0 || len(loaded.Flows) != 1 || loaded.Flows[0].Name != name {
				t.Fatalf("%d flows, findings %v in\n%s", len(loaded.Flows), diags, text)
			}
			checkFormatted(t, name+".hcl", text)
			test, err := os.ReadFile(filepath.Join(dir, name+".test.hcl")) //nolint:gosec // as above
			if err != nil {
				t.Fatal(err)
			}
			checkFormatted(t, name+".test.hcl", test)
			if code, _, errs := runCommand(t, "validate", dir); code != exitOK {
				t.Errorf("validate: %d %s", code, errs)
			}
			if code, out, errs := runCommand(t, "test", dir); code != exitOK {
				t.Errorf("test: %d %s%s", code, out, errs)
			}
			if code, out, errs := runCommand(t, "test", dir); code != exitOK {
				t.Errorf("test: %d %s%s", code, out, errs)
			}
		})
	}
}

func checkFormatted(t *testing.T, name string, text []byte) {
	t.Helper()
	if _, diags := syntax.Parse(name, text); diags.HasErrors() {
		t.Errorf("%v in\n%s", diags, text)
	}
	if out, _ := format.Source(name, text); !bytes.Equal(out, text) {
		t.Errorf("%s is not formatted:\n%s", name, text)
	}
}

func TestInit(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "slack.test.hcl"), []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		args    []string
		message string
	}{
		"no provider":      {[]string{dir}, "name who sends the requests with --provider"},
		"unknown provider": {[]string{"--provider", "githb", dir}, `there is no provider "githb". Did you mean "github"?`},
		"a file exists":    {[]string{"--provider", "slack", dir}, "slack.test.hcl exists already, and nothing was written"},
		"mtls":             {[]string{"--provider", "mtls", dir}, `there is no provider "mtls"`},
	} {
		if code, _, errs := runCommand(t, append([]string{"init"}, c.args...)...); code != exitError || !strings.Contains(errs, c.message) {
			t.Errorf("%s: code %d, %q; want %q", name, code, errs, c.message)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("files %v, %v", entries, err)
	}
	code, out, _ := runCommand(t, "init", "--provider", "github", filepath.Join(dir, "new folder"))
	if code != exitOK || !strings.Contains(out, "export GITHUB_SECRET=…") || !strings.Contains(out, "gateway run '"+filepath.Join(dir, "new folder")+"'") {
		t.Errorf("code %d: %s", code, out)
	}
	if want := "gateway send github '" + filepath.Join(dir, "new folder") + "' --watch"; !strings.Contains(out, want) {
		t.Errorf("the steps %q do not have %q", out, want)
	}
}

func TestInitAsks(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"\n": "generic", "?\n": "", "githb\nGitHub \n": "github", "": ""} {
		var out bytes.Buffer
		c := withKinds()
		c.in, c.out = strings.NewReader(in), &out
		i := &initializer{command: c}
		if err := i.ask(c.providers()); (err == nil) != (want != "") || i.provider != want {
			t.Errorf("%q: provider %q, %v; want %q", in, i.provider, err, want)
		}
	}
}

// TestNoTerminal checks that no question goes to a script that has no input.
func TestNoTerminal(t *testing.T) {
	t.Parallel()
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close() //nolint:errcheck // it was only read
	if isTerminal(null) {
		t.Errorf("%s is taken for a terminal", os.DevNull)
	}
}
