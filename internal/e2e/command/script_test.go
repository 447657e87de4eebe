package command_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/webhook-gateway/gateway/cmd"
	"github.com/webhook-gateway/gateway/internal/testutil/acmed"
	"github.com/webhook-gateway/gateway/internal/testutil/programtest"
	"github.com/webhook-gateway/gateway/internal/testutil/racetest"
	"github.com/webhook-gateway/gateway/internal/testutil/signaltest"
)

func TestMain(m *testing.M) {
	acmed.Prepare()
	racetest.EndAtOnce()
	testscript.Main(m, map[string]func(){"gateway": func() { os.Exit(cmd.Main(programtest.Program())) }})
}

// TestScripts runs the command as a user would; each file of testdata tells
// one story.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir: "testdata", Cmds: scriptCommands(), UpdateScripts: os.Getenv("UPDATE_SCRIPTS") != "",
		Setup: func(env *testscript.Env) error {
			env.Setenv(racetest.Environment())
			return nil
		},
	})
}

// scriptCommands are the commands of scripts other than the gateway.
func scriptCommands() map[string]func(*testscript.TestScript, bool, []string) {
	return map[string]func(*testscript.TestScript, bool, []string){"addr": freeAddress, "port": everywhere, "ready": waitReady, "post": postJSON, "until": until}
}

// freeAddress is "addr NAME …": it sets variables to addresses on loopback with
// a free port each.
func freeAddress(ts *testscript.TestScript, _ bool, args []string) {
	for _, name := range args {
		l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
		ts.Check(err)
		defer l.Close() //nolint:errcheck // it was only asked for a port
		ts.Setenv(name, l.Addr().String())
	}
}

// everywhere is "port NAME": it sets a variable to the address of all interfaces
// with a free port.
func everywhere(ts *testscript.TestScript, _ bool, args []string) {
	freeAddress(ts, false, args)
	_, port, err := net.SplitHostPort(ts.Getenv(args[0]))
	ts.Check(err)
	ts.Setenv(args[0], net.JoinHostPort("0.0.0.0", port))
}

// waitReady is "ready": it waits until `gateway health` succeeds.
func waitReady(ts *testscript.TestScript, _ bool, _ []string) {
	retry(ts, func() bool { return ts.Exec("gateway", "health") == nil })
}

// until is "until TEXT COMMAND …": it repeats a command until it prints the
// text.
func until(ts *testscript.TestScript, _ bool, args []string) {
	retry(ts, func() bool {
		_ = ts.Exec(args[1], args[2:]...) // only its output counts
		return strings.Contains(ts.ReadFile("stdout"), args[0])
	})
}

// retry repeats a command without a pause until it has done its work.
func retry(ts *testscript.TestScript, done func() bool) {
	for end := time.Now().Add(signaltest.Patience); !done(); {
		if time.Now().After(end) {
			ts.Fatalf("it did not happen within %v; the last output: %s", signaltest.Patience, ts.ReadFile("stdout")+ts.ReadFile("stderr"))
		}
	}
}

// postJSON is "post URL BODY": it sends JSON and wants a success, or with ! none.
func postJSON(ts *testscript.TestScript, neg bool, args []string) {
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, args[0], strings.NewReader(args[1]))
	ts.Check(err)
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	ts.Check(err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	ts.Check(err)
	if (resp.StatusCode >= 300) != neg {
		ts.Fatalf("%d %s", resp.StatusCode, body)
	}
	ts.Setenv("RUN", resp.Header.Get("Gateway-Run"))
}
