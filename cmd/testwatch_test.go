package cmd

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const watchedFlow = `flow "hello" {
  trigger "webhook" { path = "/hello" }
  action "log" "greet" { message = webhook.body.name }
}
`

const watchedTest = `test "greets" {
  flow = "hello"
  request { json = file("sample.json") }
  assert { condition = input.greet.message == "Jane" }
}
`

// TestWatch changes a flow, a test, a sample and adds a file of tests, and waits for
// the lines of the command that follow each change.
func TestWatch(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	aside := filepath.Join(t.TempDir(), "new")
	write := func(name, text string) { // at once: no half of a file is seen
		if err := errors.Join(os.WriteFile(aside, []byte(text), 0o600), os.Rename(aside, filepath.Join(dir, name))); err != nil {
			t.Error(err)
		}
	}
	write("a.hcl", watchedFlow)
	write("a.test.hcl", watchedTest)
	write("sample.json", `{"name":"Jane"}`)

	ctx, stop := context.WithCancel(t.Context())
	r, w := io.Pipe()
	c := withKinds()
	c.in, c.out, c.err = strings.NewReader(""), w, w
	ended := make(chan int, 1)
	go func() {
		ended <- c.run(ctx, []string{"test", "--watch", dir})
		_ = w.Close()
	}()
	lines := bufio.NewScanner(r)
	// until reads up to the next wait, and requires lines with the words.
	until := func(words ...string) {
		t.Helper()
		var read []string
		for lines.Scan() {
			read = append(read, lines.Text())
			if strings.HasPrefix(lines.Text(), "Waiting for changes.") {
				break
			}
		}
		for _, word := range words {
			if !strings.Contains(strings.Join(read, "\n"), word) {
				t.Errorf("no %q in\n%s", word, strings.Join(read, "\n"))
			}
		}
	}

	until("1 passed")
	write("sample.json", `{"name":"Joe"}`)
	until("sample.json changed. The tests run again.", "1 failed", `input.greet.message is "Joe"`)
	write("a.hcl", strings.Replace(watchedFlow, "webhook.body.name", `"Jane"`, 1))
	until("a.hcl changed.", "1 passed")
	write("a.test.hcl", "test \"greets\" {\n")
	until("a.test.hcl changed.", "Error:")
	write("a.test.hcl", watchedTest)
	until("a.test.hcl changed.", "1 passed")
	write("b.test.hcl", strings.ReplaceAll(watchedTest, "greets", "greets again"))
	until("The files changed.", "2 passed")
	if err := os.Remove(filepath.Join(dir, "a.test.hcl")); err != nil {
		t.Error(err)
	}
	until("changed.", "1 passed")
	stop()
	if _, err := io.Copy(io.Discard, r); err != nil {
		t.Error(err)
	}
	if code := <-ended; code != exitOK {
		t.Errorf("exit code %d", code)
	}
}

func TestWatchWrongUse(t *testing.T) {
	t.Parallel()
	if code, _, errs := runCommand(t, "test", "--watch", "--from-run", "x", t.TempDir()); code != exitError || !strings.Contains(errs, "--from-run prints a test once") {
		t.Errorf("code %d: %s", code, errs)
	}
}

// TestNoTests: the command says what is missing.
func TestNoTests(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.hcl"), []byte(watchedFlow), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, errs := runCommand(t, "test", dir); code != exitError || !strings.Contains(errs, "no tests found: write them in files *.test.hcl beside the flow files") {
		t.Errorf("code %d: %s", code, errs)
	}
	if err := os.WriteFile(filepath.Join(dir, "a.test.hcl"), []byte(strings.Replace(watchedTest, `file("sample.json")`, "{ name = \"Jane\" }", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, errs := runCommand(t, "test", "--run", "nothing", dir); code != exitError || !strings.Contains(errs, `no test matches --run "nothing": the paths have 1, such as "greets"`) {
		t.Errorf("code %d: %s", code, errs)
	}
}
