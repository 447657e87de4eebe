package command_test

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/internal/testutil/signaltest"
)

// TestCommandDiesWithItsGateway kills a gateway during a command. The end of the
// command closes its end of a pipe.
func TestCommandDiesWithItsGateway(t *testing.T) {
	t.Parallel()
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	p := newSite(t, `flow "wait" {
  trigger "webhook" { path = "/wait" }
  action "exec" "wait" {
    command = ["/bin/sh", "-c", "exec >\"$1\"; echo started; exec sleep 1000", "sh", "`+pipe+`"]
    timeout = "30m"
  }
}`, "--allow-exec").start(t)
	lines := make(chan string, 2)
	go func() {
		defer close(lines)
		f, err := os.Open(pipe) // waits for the command
		if err != nil {
			lines <- err.Error()
			return
		}
		defer func() { _ = f.Close() }()
		in := bufio.NewReader(f)
		line, _ := in.ReadString('\n')
		lines <- line
		_, _ = io.Copy(io.Discard, in)
	}()
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, p.base+"/wait", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if got := <-lines; got != "started\n" {
		t.Fatalf("the command said %q\n%s", got, p.lines)
	}
	p.kill()
	select {
	case <-lines:
	case <-time.After(signaltest.Patience):
		t.Error("the command outlived its gateway")
	}
}
