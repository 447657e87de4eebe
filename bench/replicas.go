package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/webhook-gateway/gateway/internal/testutil/postgrestest"
)

// replicaCounts are how many gateways share a database, one after the other.
var replicaCounts = []int{1, 2, 4}

// replicas measures one, two and four gateways on one PostgreSQL server, each time
// with a new database, and prints a table of each.
func replicas(p plan, connections int, statements bool) error {
	dir, err := os.MkdirTemp("", "gateway-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a temporary folder
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var settings []string
	if statements {
		settings = []string{"shared_preload_libraries=pg_stat_statements", "pg_stat_statements.track=all"}
	}
	server, err := postgrestest.Launch(settings...)
	if err != nil {
		return err
	}
	defer server.Close()
	body, err := os.ReadFile("bench/flows/large.json")
	if err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	gateway, err := gatewayCommand(ctx, dir, self, p.profile)
	if err != nil {
		return err
	}
	g := &replicaGroup{dir: dir, self: self, gateway: gateway, script: filepath.Join(dir, "order.lua"), seconds: p.seconds, connections: connections, statements: statements}
	for _, n := range replicaCounts {
		if p.only != "" && p.only != strconv.Itoa(n) {
			continue
		}
		if err := g.measureCount(ctx, server, n, body); err != nil {
			return fmt.Errorf("%d gateways: %w", n, err)
		}
	}
	return nil
}

// replicaGroup are gateways on one database.
type replicaGroup struct {
	dir, self, script string
	gateway           []string // the command
	seconds           int
	connections       int // of the load, over all gateways
	statements        bool

	servers    *servers
	db         *observer
	rows       []*row // one of each gateway
	admins     []string
	processors []int // processes of the gateways
}

// measureCount measures so many gateways.
func (g *replicaGroup) measureCount(ctx context.Context, server *postgrestest.Server, n int, body []byte) error {
	defer g.stop()
	if err := g.start(ctx, server, n, body); err != nil {
		return err
	}
	return g.measure(ctx, body)
}

func (g *replicaGroup) start(ctx context.Context, server *postgrestest.Server, n int, body []byte) error {
	name := "replicas" + strconv.Itoa(n)
	var err error
	if g.db, err = observe(ctx, server, name, g.statements); err != nil {
		return err
	}
	hand := freePort()
	g.servers, g.rows, g.admins, g.processors = &servers{}, nil, nil, nil
	env := "BENCH_PEER=http://" + hand
	if err := g.servers.run(ctx, []string{g.self, "--serve-peer", hand}, env); err != nil {
		return err
	}
	for i := range n {
		endpoints, admin := freePort(), freePort()
		args := append(slices.Clone(g.gateway), "run", "bench/flows", "--store", server.URL(name), "--listen", endpoints, "--admin-listen", admin,
			"--data", filepath.Join(g.dir, name+"-"+strconv.Itoa(i)), "--log-level", "error")
		if err := g.servers.run(ctx, args, env, "GATEWAY_KEY="+strings.Repeat("01", 32)); err != nil {
			return err
		}
		g.rows = append(g.rows, &row{name: "gateway " + strconv.Itoa(i+1), url: "http://" + endpoints + "/small"})
		g.admins = append(g.admins, "http://"+admin)
		g.processors = append(g.processors, g.servers.commands[i+1].Process.Pid)
	}
	return prepare(g.script, g.rows, body, false)
}

func (g *replicaGroup) stop() {
	if g.servers != nil {
		g.servers.stop()
	}
	if g.db != nil {
		g.db.close()
	}
	g.servers, g.db = nil, nil
}

// measure prints what the gateways do when idle, when they accept, when they accept
// and finish, and how long a small flow waits behind the backlog of another.
func (g *replicaGroup) measure(ctx context.Context, body []byte) error {
	fmt.Printf("\n%d gateways on one PostgreSQL server\n", len(g.rows))
	idle, err := g.db.during(ctx, g.processors, func() (int, error) { return 0, sleep(ctx, time.Duration(g.seconds)*time.Second) })
	if err != nil {
		return err
	}
	fmt.Printf("%-10s %8.1f transactions a second, %d connections\n", "idle", float64(idle.transactions)/idle.took.Seconds(), idle.connections)
	idle.printStatements()
	if err := g.operate(ctx, "/api/v1/flows/accepted/pause"); err != nil { // its runs stay in the queue
		return err
	}
	accepted, err := g.db.during(ctx, g.processors, func() (int, error) { return g.load(ctx, "/accepted") })
	if err != nil {
		return err
	}
	accepted.print("accepted")
	finished, err := g.db.during(ctx, g.processors, func() (int, error) {
		n, err := g.load(ctx, "/finished")
		return n, errors.Join(err, g.db.awaitEnd(ctx, "finished"))
	})
	if err != nil {
		return err
	}
	finished.print("finished")
	return g.measureFairness(ctx, body)
}

// load sends requests to all gateways and returns how many.
func (g *replicaGroup) load(ctx context.Context, path string) (int, error) {
	var group sync.WaitGroup
	sent, errs := make([]int, len(g.rows)), make([]error, len(g.rows))
	for i, r := range g.rows {
		group.Go(func() {
			url := strings.TrimSuffix(r.url, "/small") + path
			sent[i], errs[i] = wrk(ctx, g.script, url, max(g.connections/len(g.rows), 1), g.seconds)
		})
	}
	group.Wait()
	all := 0
	for _, n := range sent {
		all += n
	}
	return all, errors.Join(errs...)
}

// wrk returns how many requests wrk has sent.
func wrk(ctx context.Context, script, url string, connections, seconds int) (int, error) {
	out, err := exec.CommandContext(ctx, "wrk", "-t1", "-c"+strconv.Itoa(connections), "-d"+strconv.Itoa(seconds)+"s", "-s", script, url).CombinedOutput() //nolint:gosec // our own command
	if err != nil {
		return 0, fmt.Errorf("wrk: %w\n%s", err, out)
	}
	if bad := failed.Find(out); bad != nil {
		return 0, fmt.Errorf("%s: requests failed: %s", url, bad)
	}
	m := total.FindSubmatch(out)
	if m == nil {
		return 0, fmt.Errorf("wrk printed no number of requests:\n%s", out)
	}
	return strconv.Atoi(string(m[1]))
}

// smallPause is the time between two requests of the small flow.
const smallPause = 20 * time.Millisecond

// measureFairness pauses a flow, fills its queue, resumes it, and sends requests to
// another flow until the queue is empty.
func (g *replicaGroup) measureFairness(ctx context.Context, body []byte) error {
	if err := g.operate(ctx, "/api/v1/flows/backlog/pause"); err != nil {
		return err
	}
	queued, err := g.load(ctx, "/backlog")
	if err != nil {
		return err
	}
	if err := g.operate(ctx, "/api/v1/flows/backlog/resume"); err != nil {
		return err
	}
	began := time.Now()
	drained, err := g.db.during(ctx, g.processors, func() (int, error) {
		backlogCtx, stop := context.WithCancel(ctx)
		defer stop()
		sent := make(chan error, 1)
		go func() { sent <- g.sendSmall(backlogCtx, body) }()
		err := g.db.awaitEnd(ctx, "backlog")
		stop()
		return queued, errors.Join(err, <-sent)
	})
	if err != nil {
		return err
	}
	drained.print("drained")
	waits, err := g.db.waits(ctx, "small", began)
	if err != nil {
		return err
	}
	if len(waits) == 0 {
		return errors.New("the backlog was drained before a request of the small flow")
	}
	fmt.Printf("%-10s waited behind %d runs of another flow: median %v, 99 of 100 %v, longest %v, of %d\n", "small flow",
		queued, waits[len(waits)/2], waits[len(waits)*99/100], waits[len(waits)-1], len(waits))
	return nil
}

func (g *replicaGroup) operate(ctx context.Context, path string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, g.admins[0]+path, nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	_, err = answered(resp)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// sendSmall sends requests to the small flow, to one gateway after the other.
func (g *replicaGroup) sendSmall(ctx context.Context, body []byte) error {
	for i := 0; ; i++ {
		if _, err := ask(g.rows[i%len(g.rows)].url, body, ""); err != nil {
			return err
		}
		if sleep(ctx, smallPause) != nil {
			return nil
		}
	}
}

// sleep returns an error if the context ends first.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
