// Package scripts_test runs the repository's shell scripts against stand-ins
// for the commands they call.
package scripts_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// result is what a finished script said.
type result struct {
	code   int
	output string
}

// run executes a script with bin as its whole search path.
func run(t *testing.T, script, bin string, args ...string) result {
	t.Helper()
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), bash, append([]string{script}, args...)...)
	cmd.Env = []string{"PATH=" + bin, "TMPDIR=" + t.TempDir()}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err = cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("running %s: %v", script, err)
	}
	return result{code: cmd.ProcessState.ExitCode(), output: out.String()}
}

// searchPath makes a folder of commands: links to the machine's own, and
// stand-ins whose text is a shell script's body.
func searchPath(t *testing.T, own []string, standIns map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range own {
		path, err := exec.LookPath(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(path, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	for name, body := range standIns {
		writeFile(t, filepath.Join(dir, name), "#!/bin/sh\n"+body+"\n", 0o755)
	}
	return dir
}

func writeFile(t *testing.T, path, text string, mode os.FileMode) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
}

// checkResult compares the exit code and looks for each text in the output.
func checkResult(t *testing.T, got result, code int, texts ...string) {
	t.Helper()
	if got.code != code {
		t.Errorf("exit code %d, want %d; output:\n%s", got.code, code, got.output)
	}
	for _, text := range texts {
		if !strings.Contains(got.output, text) {
			t.Errorf("output lacks %q:\n%s", text, got.output)
		}
	}
}

// TestImageVolumes checks that a derived image can hold flows: files that it copies
// into a volume of its base can be lost.
func TestImageVolumes(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	var volumes []string
	for line := range strings.Lines(string(text)) {
		if names, ok := strings.CutPrefix(line, "VOLUME "); ok {
			volumes = append(volumes, strings.TrimSpace(names))
		}
	}
	if got := strings.Join(volumes, " "); got != `["/data"]` {
		t.Errorf("the image has the volumes %s, want only /data", got)
	}
}
