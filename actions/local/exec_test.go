//go:build unix

package local_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/testutil/actiontest"
)

// shell is a bench whose flows may start commands.
func shell(t *testing.T) *actiontest.Bench {
	t.Helper()
	b := actiontest.New(t)
	b.AllowExec = true
	return b
}

// script writes a command of sh with arguments.
func script(text string, args ...string) string {
	all := append([]string{fmt.Sprintf("%q", "/bin/sh"), `"-c"`, hclText(text), `"sh"`}, args...)
	return "command = [" + strings.Join(all, ", ") + "]\n"
}

// hclText quotes a text without anything that HCL would read.
func hclText(text string) string {
	quoted := fmt.Sprintf("%q", text)
	return strings.NewReplacer("${", "$${", "%{", "%%{").Replace(quoted)
}

func TestExecPassesArgumentsAsTheyAre(t *testing.T) {
	t.Parallel()
	values := []string{`"quoted" 'twice'`, "line\nbreak\r\n\ttab", "$HOME $(id) `id`; ls | cat > x & *", "", "-n", "ümläut 😀", "a=b&c", `\`, "__x__"}
	input, err := json.Marshal(map[string]any{"v": values})
	if err != nil {
		t.Fatal(err)
	}
	args := make([]string, len(values))
	for i := range values {
		args[i] = fmt.Sprintf("webhook.body.v[%d]", i)
	}
	out := shell(t).MustSucceed("exec", "command = [\"printf\", \"[%s]\", "+strings.Join(args, ", ")+"]", string(input))
	if want := "[" + strings.Join(values, "][") + "]"; out["stdout"] != want {
		t.Errorf("the command got %q, want %q", out["stdout"], want)
	}
}

func TestExecGivesOnlyItsOwnEnvironment(t *testing.T) {
	t.Parallel()
	out := shell(t).MustSucceed("exec", "command = [\"env\"]\nenv = { NAME = webhook.body.name, PATH = \"/nowhere\" }", `{"name": "a\nb=c"}`)
	want := "GATEWAY_IDEMPOTENCY_KEY=01run/example\nNAME=a\nb=c\nPATH=/nowhere\n"
	if out["stdout"] != want {
		t.Errorf("environment %q, want %q", out["stdout"], want)
	}
	out = shell(t).MustSucceed("exec", `command = ["env"]`, `{}`)
	if want := "GATEWAY_IDEMPOTENCY_KEY=01run/example\nPATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n"; out["stdout"] != want {
		t.Errorf("environment %q, want %q", out["stdout"], want)
	}
}

func TestExecStreams(t *testing.T) {
	t.Parallel()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	cases := []struct{ name, body, input, stdout, stderr string }{
		{"stdin", "command = [\"cat\"]\nstdin = webhook.body.x", `{"x": "Grüße\n\u0000"}`, "Grüße\n\x00", ""},
		{"no stdin", `command = ["cat"]`, `{}`, "", ""},
		{"stdin that is not read", "command = [\"true\"]\nstdin = join(\"\", [for i in range(1000) : format(\"%0999d\", i)])", `{}`, "", ""},
		{"stderr", script("echo out; echo err >&2"), `{}`, "out\n", "err\n"},
		{"no text", script(`printf 'a\377b'`), `{}`, "a\ufffdb", ""},
		{"folder", fmt.Sprintf("command = [\"pwd\", \"-P\"]\ndir = %q", dir), `{}`, dir + "\n", ""},
		{"as much as is allowed", "command = [\"printf\", \"%s\", \"12345\"]\nmax_output = \"5B\"", `{}`, "12345", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			out := shell(t).MustSucceed("exec", c.body, c.input)
			if out["stdout"] != c.stdout || out["stderr"] != c.stderr || out["exit_code"] != 0 {
				t.Errorf("outputs %q, want %q and %q", out, c.stdout, c.stderr)
			}
		})
	}
}

func TestExecExitCodes(t *testing.T) {
	t.Parallel()
	out := shell(t).MustSucceed("exec", script("echo x; exit 3")+`success = "0,2-3"`, `{}`)
	if out["exit_code"] != 3 || out["stdout"] != "x\n" {
		t.Errorf("outputs %v", out)
	}
	cases := []struct{ name, body, says string }{
		{"not zero", script("exit 7"), "the command ended with exit code 7"},
		{"zero that is no success", script("exit 0") + `success = "1"`, "exit code 0"},
		{"its last words", script(`printf 'first\nbad \033[31minput\n\n' >&2; exit 1`), "exit code 1: bad [31minput"},
		{"signal", script("kill -9 $$"), "ended by the signal killed"},
		{"no such folder", "command = [\"true\"]\ndir = \"/nowhere/at/all\"", `"true" can't be started: no such file or directory`},
		{"too many arguments", `command = ["true", join("", [for i in range(1000) : format("%0999d", i)])]`, "pass long values as stdin"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			err := shell(t).MustFail("exec", c.body, `{}`)
			if err.Class != flow.Permanent || err.Reason != "" || !strings.HasSuffix(err.Message, c.says) {
				t.Errorf("class %s, reason %q, message %q; want %q", err.Class, err.Reason, err.Message, c.says)
			}
		})
	}
}

func TestExecArgumentsOfTheRunThatDoNotFit(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`command = ["true", webhook.body.x]`, "command = [\"true\"]\nenv = { A = webhook.body.x }", "command = [\"true\"]\nenv = { (webhook.body.x) = \"a\" }"} {
		if err := shell(t).MustFail("exec", body, `{"x": "a\u0000b"}`); err.Class != flow.Invalid || strings.Contains(err.Message, "a\x00b") {
			t.Errorf("%s: class %s, message %q", body, err.Class, err.Message)
		}
	}
}

func TestExecBoundsItsOutput(t *testing.T) {
	t.Parallel()
	for stream, text := range map[string]string{"standard output": "yes", "standard error": "yes >&2"} {
		err := shell(t).MustFail("exec", script(text)+`max_output = "64KiB"`, `{}`)
		if err.Class != flow.Permanent || !strings.Contains(err.Message, "more than 64KiB to "+stream) {
			t.Errorf("class %s, message %q", err.Class, err.Message)
		}
	}
}

// TestExecKillsTheGroup: all processes of a command end with it, after a
// timeout and after its own end. Grandchildren hold a pipe, which closes when
// they are dead.
func TestExecKillsTheGroup(t *testing.T) {
	t.Parallel()
	const children = `(sh -c 'echo child; exec sleep 600' > "$1") & `
	for name, text := range map[string]string{"context": children + "sleep 600", "end": children + `read line < "$2"`} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			watch, release := newPipe(t), newPipe(t)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			f := shell(t).MustCompile(actiontest.Action("exec", script(text, fmt.Sprintf("%q", watch.path), fmt.Sprintf("%q", release.path))))
			done := make(chan *actiontest.Result, 1)
			go func() { done <- shell(t).Run(ctx, f, `{}`) }()
			watch.expect(t, "child\n")
			if name == "end" {
				release.say(t, "go\n")
			} else {
				cancel()
			}
			res := <-done
			if failed := res.Err != nil; failed != (name == "context") {
				t.Errorf("error %v", res.Err)
			}
			watch.expectEnd(t)
		})
	}
}

func TestExecEndsInTime(t *testing.T) {
	t.Parallel()
	err := shell(t).MustFail("exec", "command = [\"sleep\", \"600\"]\ntimeout = \"50ms\"", `{}`)
	if err.Class != flow.Transient || err.Reason != flow.ReasonTimeout {
		t.Errorf("class %s, reason %q, message %q", err.Class, err.Reason, err.Message)
	}
}

// TestExecDoesNotWaitForStrays: a process that left the group may hold the
// pipes, but the action still ends.
func TestExecDoesNotWaitForStrays(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("/usr/bin/setsid"); err != nil {
		t.Skip("there is no setsid")
	}
	out := shell(t).MustSucceed("exec", script("setsid sleep 5 & echo done"), `{}`)
	if out["stdout"] != "done\n" {
		t.Errorf("outputs %v", out)
	}
}

func TestExecKeepsSecretsOutOfErrors(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		script(`echo "$TOKEN" >&2; exit 1`) + `env = { TOKEN = secret.shop_token }`,
		script(`cat >&2; exit 1`) + `stdin = secret.shop_token`,
		script(`echo "$1" >&2; exit 1`, "secret.shop_token"),
		script(`echo t0ken-of-the-shop >&2; exit 1`) + `sensitive = true`,
		"command = [\"true\", secret.shop_token]\ndir = \"/nowhere\"",
		"command = [\"true\"]\nenv = { A = \"${secret.shop_token}${webhook.body.x}\" }",
	} {
		err := shell(t).MustFail("exec", body, `{"x": "\u0000"}`)
		if text := fmt.Sprint(err, err.Err); strings.Contains(text, actiontest.Secrets()["shop_token"]) {
			t.Errorf("%s: %s", body, text)
		}
	}
}

func TestExecIsRefusedWhereNotAllowed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	plain := filepath.Join(dir, "plain")
	if err := os.WriteFile(plain, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		name, program string
		allowed       bool
		says          string
	}{
		{"not allowed", "true", false, "--allow-exec"},
		{"found", "true", true, ""},
		{"not found", "no-such-program", true, `no program "no-such-program" in`},
		{"not there", filepath.Join(dir, "none"), true, "there is no program"},
		{"not executable", plain, true, "may not be executed"},
		{"a folder", dir, true, "is a folder"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := actiontest.New(t).MustCompile(actiontest.Action("exec", fmt.Sprintf("command = [%q, webhook.body.x]", c.program)))
			var pool flow.Pool
			err := f.Actions[0].Action.(flow.Opener).Open(pool.Lease(flow.Settings{Clock: clock.System{}, AllowExec: c.allowed}))
			if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
				t.Errorf("error %v, want one that says %q", err, c.says)
			}
		})
	}
}
