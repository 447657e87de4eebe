package cmd

import (
	"encoding/xml"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestFormatOfInvalidFiles checks that a report in JUnit stays one if no test can run,
// so that a pipeline which keeps it in a file still shows the finding.
func TestFormatOfInvalidFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if code, _, errs := runCommand(t, "init", "--provider", "github", dir); code != exitOK {
		t.Fatal(errs)
	}
	text, err := os.ReadFile(filepath.Join(dir, "github.hcl")) //nolint:gosec // a folder of the test
	if err != nil {
		t.Fatal(err)
	}
	wrong := strings.Replace(string(text), "webhook.event", "webhook.evnt", 1)
	if err := os.WriteFile(filepath.Join(dir, "github.hcl"), []byte(wrong), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, _ := runCommand(t, "test", "--format", "junit", dir)
	var suite struct {
		Failures int `xml:"failures,attr"`
	}
	if err := xml.Unmarshal([]byte(out), &suite); err != nil || code != exitFindings || suite.Failures != 1 || !strings.Contains(out, "Did you mean") {
		t.Errorf("code %d, %d failures, %v in\n%s", code, suite.Failures, err, out)
	}
}

// TestMessagesForNewcomers checks what the commands say to mistakes of a first day.
func TestMessagesForNewcomers(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("chat.hcl", `
secret "partner_token" { env = "A_PARTNER_TOKEN" }
secret "chat_url" { env = "A_CHAT_URL" }
flow "chat" {
  trigger "webhook" {
    path = "/chat"
    auth "bearer" { token = secret.partner_token }
  }
  action "http" "tell" { url = secret.chat_url }
  action "http" "ask" { url = "https://chat.example.com" }
}
`)
	write("chat.test.hcl", `
mock "tel" {}
test "the team is told" {
  flow = "chat"
  request { json = {} }
  expect { run = "succeeded" }
}
`)
	check := func(want string, args ...string) {
		t.Helper()
		if code, out, errs := runCommand(t, args...); code == exitOK || !strings.Contains(out+errs, want) {
			t.Errorf("%v: code %d, %s%s\nwant %s", args, code, out, errs, want)
		}
	}
	check(`No flow that this file tests has an action "tel". Did you mean "tell"?`, "validate", dir)
	write("chat.test.hcl", `
test "the team is told" {
  flow = "chat"
  request { json = {} }
  expect { run = "succeeded" }
}
`)
	check(`give others by secrets = { NAME = "…" }`, "test", dir)
	write("chat.test.hcl", `
mock "tell" { status = 404 }
mock "ask" {}
test "the team is told" {
  flow    = "chat"
  secrets = { chat_url = "https://chat.example.com" }
  request { json = {} }
  assert { condition = input.ask.url.x == "" }
}
`)
	check(`The action "ask" did not run.`, "test", dir)
	check("A_PARTNER_TOKEN, which is not set", "send", "chat", dir)
	check(`the usage is "gateway replay RUN [PATH ...]"`, "replay")
}
