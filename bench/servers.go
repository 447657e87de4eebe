package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"runtime/pprof"
	"slices"
	"syscall"
	"time"

	"github.com/webhook-gateway/gateway/actions"
	"github.com/webhook-gateway/gateway/auth"
	"github.com/webhook-gateway/gateway/cmd"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/triggers"
)

// servers are the processes that are measured.
type servers struct {
	rows     []*row
	metrics  string // URL of the gateway's
	body     string // file with what is sent
	commands []*exec.Cmd
}

// start builds the gateway and starts it and its peer on free ports.
func start(ctx context.Context, dir string, p plan) (*servers, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	hand, endpoints, admin := freePort(), freePort(), freePort()
	gateway, err := gatewayCommand(ctx, dir, self, p.profile)
	if err != nil {
		return nil, err
	}
	gateway = append(gateway, "run", "bench/flows", "--listen", endpoints, "--admin-listen", admin, "--data", filepath.Join(dir, "data"), "--log-level", "error")
	s := &servers{body: "bench/flows/order.json", metrics: "http://" + admin + "/metrics"}
	for _, c := range [][]string{{self, "--serve-peer", hand}, gateway} {
		if err := s.run(ctx, c, "BENCH_PEER=http://"+hand); err != nil {
			s.stop()
			return nil, err
		}
	}
	s.rows = []*row{{name: "hand-written", url: "http://" + hand + "/order"}, {name: "gateway", url: "http://" + endpoints + "/order"}}
	if p.async {
		s.body = "bench/flows/large.json"
		s.rows = asyncRows(hand, endpoints, s.metrics)
	}
	for i, r := range s.rows {
		r.process = s.commands[min(i, 1)].Process.Pid
	}
	if p.only != "" {
		s.rows = slices.DeleteFunc(s.rows, func(r *row) bool { return r != s.rows[0] && r.name != p.only })
	}
	return s, nil
}

func asyncRows(hand, endpoints, metrics string) []*row {
	rows := []*row{{name: "keeps nothing", url: "http://" + hand + "/accept"}, {name: "durable", url: "http://" + endpoints + "/durable"}}
	for _, flow := range []string{"finished", "called"} {
		rows = append(rows, &row{
			name: flow, url: "http://" + endpoints + "/" + flow, metrics: metrics,
			ended: regexp.MustCompile(`gateway_runs_total\{flow="` + flow + `",state="succeeded"\} (\S+)`),
		})
	}
	return rows
}

// gatewayCommand is how the gateway is called: as it is released, or as a part
// of this program that writes profiles.
func gatewayCommand(ctx context.Context, dir, self, profile string) ([]string, error) {
	if profile != "" {
		return []string{"env", profileTo + "=" + profile, self}, nil
	}
	binary := filepath.Join(dir, "gateway")
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", binary, "./cmd/gateway").CombinedOutput(); err != nil { //nolint:gosec // our own command
		return nil, fmt.Errorf("building the gateway: %w\n%s", err, out)
	}
	return []string{binary}, nil
}

func (s *servers) run(ctx context.Context, command []string, env string) error {
	c := exec.CommandContext(ctx, command[0], command[1:]...)                           //nolint:gosec // our own commands
	c.Stderr, c.Env = os.Stderr, append(os.Environ(), env, "BENCH_SECRET="+floodSecret) // of a flow that is served and not called
	c.Cancel = func() error { return c.Process.Signal(syscall.SIGTERM) }
	c.WaitDelay = time.Minute
	if err := c.Start(); err != nil {
		return err
	}
	s.commands = append(s.commands, c)
	return nil
}

// stop ends the processes, the last that was started first.
func (s *servers) stop() {
	for i := len(s.commands) - 1; i >= 0; i-- {
		c := s.commands[i]
		_ = c.Process.Signal(syscall.SIGTERM)
		_ = c.Wait() // a signal ended it
	}
}

// profileTo names the variable that makes this program the gateway, which
// writes profiles to the folder.
const profileTo = "BENCH_PROFILE"

// profiled is `gateway` with the arguments of this process, and leaves cpu.pprof
// and allocs.pprof in a folder.
func profiled(dir string) error {
	out, err := os.Create(filepath.Join(dir, "cpu.pprof"))
	if err != nil {
		return err
	}
	if err := pprof.StartCPUProfile(out); err != nil {
		return err
	}
	code := cmd.Main(cmd.Program{
		Version:     "bench",
		Kinds:       flow.Kinds{Actions: actions.All(), Triggers: triggers.All(auth.All())},
		Connections: actions.Connections(),
	})
	pprof.StopCPUProfile()
	allocs, err := os.Create(filepath.Join(dir, "allocs.pprof"))
	if err != nil {
		return err
	}
	runtime.GC()
	err = errors.Join(pprof.Lookup("allocs").WriteTo(allocs, 0), allocs.Close(), out.Close())
	if code != 0 {
		return fmt.Errorf("the gateway ended with %d", code)
	}
	return err
}

func freePort() string {
	l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return "127.0.0.1:0"
	}
	defer l.Close() //nolint:errcheck // it was only asked for a port
	return l.Addr().String()
}
