package command_test

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/internal/testutil/signaltest"
)

// rehearsedFlows are a flow that computes for longer than a dry run may take, and a
// flow that ends.
const rehearsedFlows = `
flow "spin" {
  trigger "webhook" { path = "/spin" }
  action "loop" "outer" {
    for_each = range(1000)
    action "loop" "inner" {
      for_each = range(1000)
      action "transform" "t" { jq = "[range(20000)] | length" }
    }
  }
}
flow "fine" {
  trigger "webhook" {
    path = "/fine"
    auth "bearer" { token = secret.token }
  }
  action "transform" "t" { jq = "[range(7)] | length" }
}
secret "token" { env = "FINE_TOKEN" }
`

// dryRun sends the form of a dry run and returns the page.
func (p *process) dryRun(flow string) (string, error) {
	form := url.Values{"do": {"dry"}, "method": {"POST"}, "type": {"application/json"}, "body": {"{}"}}
	r, err := http.PostForm("http://"+p.admin+"/flows/"+flow+"/try", form)
	if err != nil {
		return "", err
	}
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	return string(text), err
}

// tooLong begins the message about a dry run that was ended.
const tooLong = "The dry run did not end within 10s"

// dryRunFine checks the page of a dry run that ends. On a busy machine it may take
// too long, and is made again.
func (p *process) dryRunFine() {
	p.t.Helper()
	signaltest.Repeat(p.t, "the dry run ends", func() bool {
		page, err := p.dryRun("fine")
		if strings.Contains(page, tooLong) {
			return false
		}
		if err != nil || !strings.Contains(page, "The flow answers <b>200</b>") {
			p.t.Errorf("%v %s", err, page)
		}
		return true
	})
}

// child waits until the process has a child, and returns its id.
func (p *process) child() (pid string) {
	p.t.Helper()
	awaitProcess(p.t, "the gateway has no child", func() bool {
		lists, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", p.cmd.Process.Pid))
		for _, name := range lists {
			text, _ := os.ReadFile(name)
			if pid = strings.TrimSpace(string(text)); pid != "" && strings.Contains(readProc(pid, "cmdline"), "dry-run") {
				return true
			}
		}
		return false
	})
	return pid
}

// awaitProcess waits until a condition of another process holds.
func awaitProcess(t *testing.T, otherwise string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(signaltest.Patience); !holds(); {
		if time.Now().After(end) {
			t.Fatal(otherwise)
		}
	}
}

// readProc returns the text of a file of /proc; "" if its process is gone.
func readProc(pid, name string) string {
	text, _ := os.ReadFile(filepath.Join("/proc", pid, name))
	return string(text)
}

// awaitEnd waits until a process has ended. One that nobody waits for stays as a
// zombie, which has no memory any longer.
func awaitEnd(t *testing.T, pid string) {
	t.Helper()
	awaitProcess(t, "the dry run outlived its gateway", func() bool {
		stat := readProc(pid, "stat")
		return stat == "" || strings.Contains(stat, ") Z ")
	})
}

// TestDryRunsHaveProcesses: a dry run runs in a process without the environment of
// the gateway, ends with its time, and dies with the gateway.
func TestDryRunsHaveProcesses(t *testing.T) {
	t.Parallel()
	s := newSite(t, rehearsedFlows)
	s.env = []string{"FINE_TOKEN=hunter2-hunter2"}
	for name, end := range map[string]func(*process){
		"stop": func(p *process) { p.stop() },
		"kill": func(p *process) { p.kill() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := *s
			s.data = t.TempDir()
			p := s.start(t)
			p.dryRunFine()
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				_, _ = p.dryRun("spin") // its connection ends with the gateway
			}()
			pid := p.child()
			if env := strings.TrimRight(readProc(pid, "environ"), "\x00"); env != "GOMAXPROCS=1" {
				t.Errorf("the environment of a dry run is %q", env)
			}
			if args := readProc(pid, "cmdline"); args != "gateway\x00dry-run-process\x00" {
				t.Errorf("its arguments are %q", args)
			}
			end(p)
			awaitEnd(t, pid)
			<-ended
		})
	}
}

// TestEndlessDryRun: a dry run without an end ends with an answer, and the gateway
// makes others.
func TestEndlessDryRun(t *testing.T) {
	t.Parallel()
	s := newSite(t, rehearsedFlows)
	s.env = []string{"FINE_TOKEN=hunter2-hunter2"}
	p := s.start(t)
	if page, err := p.dryRun("spin"); err != nil || !strings.Contains(page, tooLong) {
		t.Errorf("%v %s", err, page)
	}
	p.dryRunFine()
}
