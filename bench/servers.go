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
	"strings"
	"syscall"
	"time"

	"github.com/webhook-gateway/gateway/actions"
	"github.com/webhook-gateway/gateway/auth"
	"github.com/webhook-gateway/gateway/bench/peer"
	"github.com/webhook-gateway/gateway/cmd"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/triggers"
)

// servers are the processes that are measured.
type servers struct {
	rows     []*row
	metrics  string // URL of the gateway's
	body     string // file with what is sent
	called   string // address of the server that flows call
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
	s := &servers{body: "bench/flows/order.json", metrics: "http://" + admin + "/metrics", called: freePort()}
	for _, c := range [][]string{{self, "--serve-peer", hand}, gateway, {self, "--serve-peer", s.called}} {
		if err := s.run(ctx, c, "BENCH_PEER=http://"+s.called); err != nil {
			s.stop()
			return nil, err
		}
	}
	s.rows = syncRows(hand, endpoints)
	if p.async {
		s.body = "bench/flows/large.json"
		s.rows = append(handRows(hand), asyncRows(endpoints, admin)...)
	}
	s.setProcesses(hand)
	if p.benthos != "" && !p.async {
		if err := s.addBenthos(ctx, p.benthos); err != nil {
			s.stop()
			return nil, err
		}
	}
	s.compare()
	s.keep(p.only)
	return s, nil
}

// setProcesses sets the process of each row: that of the handlers or that of the gateway.
func (s *servers) setProcesses(hand string) {
	for _, r := range s.rows {
		r.process = s.commands[1].Process.Pid
		if strings.HasPrefix(r.url, "http://"+hand) {
			r.process = s.commands[0].Process.Pid
		}
	}
}

// benthosMark begins the name of the row of Benthos.
const benthosMark = "benthos "

// addBenthos starts Benthos with the flow of benthos.yaml.
func (s *servers) addBenthos(ctx context.Context, program string) error {
	address := freePort()
	if err := s.run(ctx, []string{program, "-c", "bench/benthos.yaml"}, "BENTHOS_ADDRESS="+address); err != nil {
		return err
	}
	s.rows = append(s.rows, &row{name: benthosMark + "basic", url: "http://" + address + "/basic", process: s.commands[len(s.commands)-1].Process.Pid})
	return nil
}

// syncRows are the two flows of order.hcl, each behind its handler.
func syncRows(hand, endpoints string) (rows []*row) {
	for _, check := range [...]string{"hmac", "basic"} {
		rows = append(rows, &row{name: handMark + check, url: "http://" + hand + "/" + check}, &row{name: check, url: "http://" + endpoints + "/" + check})
	}
	return rows
}

// asyncFlows are the flows of async.hcl. The peer has a handler for each.
var asyncFlows = [...]string{"accepted", "finished", "called"}

// handMark begins the names of rows of the peer that async flows are compared with.
const handMark = "hand "

func handRows(hand string) (rows []*row) {
	for _, flow := range asyncFlows {
		rows = append(rows, &row{name: handMark + flow, url: "http://" + hand + "/" + flow})
	}
	return rows
}

func asyncRows(endpoints, admin string) (rows []*row) {
	for _, flow := range asyncFlows {
		r := &row{name: flow, url: "http://" + endpoints + "/" + flow}
		if api := "http://" + admin + "/api/v1/flows/" + flow; flow == "accepted" {
			r.pause, r.resume = api+"/pause", api+"/resume"
		} else {
			r.metrics, r.ended = "http://"+admin+"/metrics", regexp.MustCompile(`gateway_runs_total\{flow="`+flow+`",state="succeeded"\} (\S+)`)
		}
		rows = append(rows, r)
	}
	return rows
}

// compare finds the handler that each row is compared with: that of its flow, or
// else the first.
func (s *servers) compare() {
	for _, r := range s.rows {
		r.against = s.rows[0]
		flow := strings.TrimPrefix(strings.TrimPrefix(strings.TrimSuffix(r.name, postgresMark), handMark), benthosMark)
		for _, other := range s.rows {
			if other.name == handMark+flow {
				r.against = other
			}
		}
	}
}

// keep leaves the row of a name and the handler that it is compared with; all for
// no name.
func (s *servers) keep(name string) {
	if name == "" {
		return
	}
	i := slices.IndexFunc(s.rows, func(r *row) bool { return r.name == name })
	if i < 0 {
		return // a row that is added later
	}
	s.rows = slices.Compact([]*row{s.rows[i].against, s.rows[i]})
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

// secrets are those of the flows in bench/flows.
var secrets = []string{"BENCH_PASSWORD=" + peer.Secret, "BENCH_SECRET=" + floodSecret}

func (s *servers) run(ctx context.Context, command []string, env ...string) error {
	c := exec.CommandContext(ctx, command[0], command[1:]...) //nolint:gosec // our own commands
	c.Stderr, c.Env = os.Stderr, slices.Concat(os.Environ(), env, secrets)
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
	go writeHeapOnDemand(dir)
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
