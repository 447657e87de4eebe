package command_test

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/internal/testutil/signaltest"
)

// TestReadme runs the console blocks of the README as a newcomer would, in a
// folder that holds a copy of the examples, and compares their output. Three
// dots stand for any text. Ports are replaced by free ones.
func TestReadme(t *testing.T) {
	t.Parallel()
	runConsole(t, "README.md", 10)
}

// TestReadmeOfExamples does the same with the page of the examples.
func TestReadmeOfExamples(t *testing.T) {
	t.Parallel()
	runConsole(t, filepath.Join("examples", "flows", "README.md"), 5)
}

// runConsole runs the console blocks of a page, which hold that many commands
// at least.
func runConsole(t *testing.T, page string, least int) {
	t.Helper()
	root, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(root, page))
	if err != nil {
		t.Fatal(err)
	}
	tour := &tour{root: root, dir: t.TempDir(), ports: freePorts(t)}
	if err := os.CopyFS(filepath.Join(tour.dir, "examples"), os.DirFS(filepath.Join(root, "examples"))); err != nil {
		t.Fatal(err)
	}
	steps := consoleSteps(tour.replacePorts(string(text)))
	if len(steps) < least {
		t.Fatalf("%s has %d commands in console blocks", page, len(steps))
	}
	defer tour.stop()
	for _, s := range steps {
		if err := tour.do(s); err != nil {
			t.Fatalf("$ %s\n%v", s.command, err)
		}
	}
}

// step is one command of the README and its output.
type step struct{ command, want string }

var consoleBlock = regexp.MustCompile("(?s)```console\n(.*?)```")

func consoleSteps(text string) []step {
	var steps []step
	for _, m := range consoleBlock.FindAllStringSubmatch(text, -1) {
		var in *step
		heredoc := false
		for line := range strings.Lines(m[1]) {
			switch {
			case heredoc:
				in.command += "\n" + strings.TrimSuffix(line, "\n")
				heredoc = strings.TrimSpace(line) != "END"
			case strings.HasPrefix(line, "$ "):
				steps = append(steps, step{command: strings.TrimSpace(line[2:])})
				in = &steps[len(steps)-1]
				heredoc = strings.Contains(line, "<<'END'")
			default:
				in.want += line
			}
		}
	}
	return steps
}

// tour is a shell session.
type tour struct {
	root, dir string
	ports     map[string]string
	env       []string // variables that commands have set
	terminal  bool     // compare what a terminal shows: errors too
	running   []*exec.Cmd
}

func freePorts(t *testing.T) map[string]string {
	t.Helper()
	ports := map[string]string{}
	for _, p := range []string{"8080", "8081", "8090", "8091"} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close() //nolint:errcheck // it was only asked for a port
		_, ports[p], _ = net.SplitHostPort(l.Addr().String())
	}
	return ports
}

func (r *tour) replacePorts(text string) string {
	for from, to := range r.ports {
		text = strings.ReplaceAll(text, "localhost:"+from, "localhost:"+to)
	}
	return text
}

func (r *tour) shell(command string) *exec.Cmd {
	if strings.HasPrefix(command, "go build") {
		command = fmt.Sprintf("cd %q && %s", r.root, strings.Replace(command, "bin/gateway", filepath.Join(r.dir, "bin", "gateway"), 1))
	}
	cmd := exec.Command("bash", "-c", command)
	cmd.Dir = r.dir
	cmd.Env = append(os.Environ(), "GATEWAY_DATA="+filepath.Join(r.dir, "data"))
	for name, path := range map[string]string{
		"TEAM_INBOX_URL": "/team/inbox", "WAREHOUSE_URL": "/warehouse", "PARTNER_URL": "/partner/hooks", "CRM_URL": "/stand-in/crm",
		"DATABASE_URL": "/stand-in/database", "JIRA_URL": "/stand-in/jira", "SLACK_WEBHOOK_URL": "/stand-in/slack",
		"ARCHIVE_URL": "/archive", "CATALOG_URL": "/catalog/products",
	} {
		cmd.Env = append(cmd.Env, name+"=http://localhost:"+r.ports["8080"]+path)
	}
	if !strings.Contains(command, "--listen") {
		cmd.Env = append(cmd.Env, "GATEWAY_LISTEN=localhost:"+r.ports["8080"], "GATEWAY_ADMIN_LISTEN=localhost:"+r.ports["8081"],
			"GATEWAY_PUBLIC_URL=http://localhost:"+r.ports["8080"])
	}
	cmd.Env = append(cmd.Env, r.env...)
	return cmd
}

func (r *tour) do(s step) error {
	if command, ok := strings.CutSuffix(s.command, " &"); ok {
		return r.background("exec "+command, s.want)
	}
	if assignment, ok := strings.CutPrefix(s.command, "export "); ok {
		return r.export(assignment)
	}
	if s.command == "kill %1" {
		return r.endLast()
	}
	deadline := time.Now().Add(signaltest.Patience)
	for {
		out, err := r.output(s.command)
		if matches(s.want, string(out)) {
			return nil
		}
		if time.Now().After(deadline) || !asksGateway(s.command) {
			return fmt.Errorf("printed\n%s\nwant\n%s", withError(out, err), s.want)
		}
	}
}

// asksGateway tells whether the output changes while the gateway works, so that the
// command is repeated.
func asksGateway(command string) bool {
	return slices.ContainsFunc([]string{"curl", "runs list", "contacts show", "gateway status"}, func(c string) bool { return strings.Contains(command, c) })
}

// output executes a command and returns what is compared.
func (r *tour) output(command string) ([]byte, error) {
	if r.terminal {
		return r.shell(command).CombinedOutput()
	}
	return r.shell(command).Output()
}

func withError(out []byte, err error) string {
	if err != nil {
		return fmt.Sprintf("%s(%v)", out, err)
	}
	return string(out)
}

// background starts a server and waits for the output in the README.
func (r *tour) background(command, want string) error {
	cmd := r.shell(command)
	out := &lockedBuffer{}
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		return err
	}
	r.running = append(r.running, cmd)
	if !out.changed.Wait(func() bool { return matches(want, out.String()) && strings.Contains(out.String(), "ready") }) {
		return fmt.Errorf("printed\n%s\nwant\n%s", out, want)
	}
	return nil
}

func (r *tour) stop() {
	for _, cmd := range r.running {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
}

// matches compares an output with the one in the README.
func matches(want, got string) bool {
	want, got = "\n"+strings.TrimRight(want, "\n"), "\n"+strings.TrimRight(got, "\n")
	pattern := regexp.QuoteMeta(want)
	pattern = strings.ReplaceAll(pattern, "\n…", "\n(?s:.*)")
	pattern = strings.ReplaceAll(pattern, "…", ".*")
	return regexp.MustCompile("^" + pattern + "$").MatchString(got)
}

// lockedBuffer collects the output of a process that runs on.
type lockedBuffer struct {
	changed signaltest.Signal // sent after each write

	mu   sync.Mutex
	text bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	defer b.changed.Send()
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}
