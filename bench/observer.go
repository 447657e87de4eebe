package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/webhook-gateway/gateway/internal/testutil/postgrestest"
	"github.com/webhook-gateway/gateway/store"
)

// observer reads what a PostgreSQL server does for one database. It has two
// connections: one for samples while another statement runs.
type observer struct {
	conn, sampler *pgx.Conn
	postmaster    int
	statements    bool // the server counts statements
}

// observerName is the name of the observer's connections, which it does not count.
const observerName = "bench"

// observe creates a database and observes it.
func observe(ctx context.Context, server *postgrestest.Server, database string, statements bool) (*observer, error) {
	admin, err := pgx.Connect(ctx, server.URL("postgres"))
	if err != nil {
		return nil, err
	}
	defer admin.Close(ctx) //nolint:errcheck // it is not used again
	if _, err := admin.Exec(ctx, "CREATE DATABASE "+pgx.Identifier{database}.Sanitize()); err != nil {
		return nil, err
	}
	o := &observer{statements: statements}
	own := server.URL(database) + "&application_name=" + observerName
	if o.conn, err = pgx.Connect(ctx, own); err != nil {
		return nil, err
	}
	if o.sampler, err = pgx.Connect(ctx, own); err != nil {
		o.close()
		return nil, err
	}
	if statements {
		if _, err := o.conn.Exec(ctx, "CREATE EXTENSION pg_stat_statements"); err != nil {
			o.close()
			return nil, err
		}
	}
	const first = "SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::int"
	if err := o.conn.QueryRow(ctx, first).Scan(&o.postmaster); err != nil {
		o.close()
		return nil, err
	}
	return o, nil
}

func (o *observer) close() {
	for _, c := range []*pgx.Conn{o.conn, o.sampler} {
		if c != nil {
			_ = c.Close(context.Background()) // it was only used to read
		}
	}
}

// observation is what happened while something was measured.
type observation struct {
	runs         int
	took         time.Duration
	gateways     time.Duration // processor time
	server       time.Duration // processor time
	transactions int64
	own          int64 // transactions of the observer
	connections  int
	waits        map[string]int // samples of connections, by what they waited for
	samples      int            // of connections that were at work
	statements   []statement    // the most expensive ones
}

// statement is a statement of the server, with what all of its calls took.
type statement struct {
	text  string
	calls int64
	took  float64 // milliseconds
}

// during observes the server while do runs, which returns how many runs it measured.
func (o *observer) during(ctx context.Context, gateways []int, do func() (int, error)) (*observation, error) {
	if o.statements {
		if _, err := o.conn.Exec(ctx, "SELECT pg_stat_statements_reset()"); err != nil {
			return nil, err
		}
	}
	seen := &observation{waits: map[string]int{}}
	before, err := o.transactions(ctx)
	if err != nil {
		return nil, err
	}
	sampleCtx, stop := context.WithCancel(ctx)
	defer stop()
	sampled := make(chan error, 1)
	began, gatewayBusy, serverBusy := time.Now(), busyTimes(gateways), familyTime(o.postmaster)
	go func() { sampled <- o.sample(sampleCtx, seen) }()
	seen.runs, err = do()
	seen.took, seen.gateways, seen.server = time.Since(began), busyTimes(gateways)-gatewayBusy, familyTime(o.postmaster)-serverBusy
	stop()
	if sampleErr := <-sampled; err == nil {
		err = sampleErr
	}
	if err != nil {
		return nil, err
	}
	if err := sleep(ctx, 1500*time.Millisecond); err != nil { // the server publishes its counts once a second
		return nil, err
	}
	after, err := o.transactions(ctx)
	if err != nil {
		return nil, err
	}
	seen.transactions = after - before - seen.own
	return seen, o.readStatements(ctx, seen)
}

func (o *observer) transactions(ctx context.Context) (n int64, err error) {
	err = o.conn.QueryRow(ctx, "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = current_database()").Scan(&n)
	return n, err
}

// sampleInterval is the time between two samples of connections.
const sampleInterval = 20 * time.Millisecond

// sample counts what connections wait for until the context ends.
func (o *observer) sample(ctx context.Context, seen *observation) error {
	const busy = `SELECT coalesce(wait_event_type || ' ' || wait_event, 'processor'), state = 'active' FROM pg_stat_activity
		WHERE datname = current_database() AND application_name <> '` + observerName + "'"
	for sleep(ctx, sampleInterval) == nil {
		seen.own++
		rows, err := o.sampler.Query(context.WithoutCancel(ctx), busy)
		if err != nil {
			return err
		}
		var wait string
		var active bool
		n := 0
		_, err = pgx.ForEachRow(rows, []any{&wait, &active}, func() error {
			n++
			if active {
				seen.waits[wait]++
				seen.samples++
			}
			return nil
		})
		if err != nil {
			return err
		}
		seen.connections = max(seen.connections, n)
	}
	return nil
}

func (o *observer) readStatements(ctx context.Context, seen *observation) error {
	if !o.statements {
		return nil
	}
	const most = `SELECT regexp_replace(query, '\s+', ' ', 'g'), calls, total_exec_time + total_plan_time FROM pg_stat_statements s
		JOIN pg_database d ON d.oid = s.dbid WHERE d.datname = current_database() AND toplevel ORDER BY 3 DESC LIMIT 12`
	rows, err := o.conn.Query(ctx, most)
	if err != nil {
		return err
	}
	seen.statements, err = pgx.CollectRows(rows, func(r pgx.CollectableRow) (s statement, err error) {
		return s, r.Scan(&s.text, &s.calls, &s.took)
	})
	return err
}

func (o *observation) print(name string) {
	runs := float64(max(o.runs, 1))
	each := func(d time.Duration) float64 { return float64(d.Microseconds()) / runs }
	fmt.Printf("%-10s %8.0f a second   processor each: gateways %5.1f µs, server %5.1f µs   %.3f transactions each   waits:", name,
		runs/o.took.Seconds(), each(o.gateways), each(o.server), float64(o.transactions)/runs)
	most := slices.SortedFunc(maps.Keys(o.waits), func(a, b string) int { return o.waits[b] - o.waits[a] })
	for _, wait := range most[:min(len(most), 5)] {
		fmt.Printf(" %s %d %%,", wait, 100*o.waits[wait]/o.samples)
	}
	fmt.Println()
	o.printStatements()
}

func (o *observation) printStatements() {
	runs := float64(max(o.runs, 1))
	for _, s := range o.statements {
		fmt.Printf("    %8.4f calls each %7.2f µs each  %.110s\n", float64(s.calls)/runs, 1000*s.took/runs, s.text)
	}
}

// awaitEnd waits until all runs of a flow are over.
func (o *observer) awaitEnd(ctx context.Context, flow string) error {
	const left = "SELECT (SELECT ready + behind + waiting FROM gateway.flows WHERE flow = $1) + (SELECT count(*) FROM gateway.runs WHERE flow = $1 AND state = 3)"
	for range 2400 {
		var n int
		if err := o.conn.QueryRow(ctx, left, flow).Scan(&n); err != nil || n == 0 {
			return err
		}
		if err := sleep(ctx, 50*time.Millisecond); err != nil {
			return err
		}
	}
	return fmt.Errorf("the runs of %s did not end within two minutes", flow)
}

// waits returns how long runs of a flow waited for their start, sorted. Gateways and
// server have the same clock here.
func (o *observer) waits(ctx context.Context, flow string, since time.Time) ([]time.Duration, error) {
	rows, err := o.conn.Query(ctx, "SELECT id, started FROM gateway.runs WHERE flow = $1 AND started > $2", flow, since)
	if err != nil {
		return nil, err
	}
	var waits []time.Duration
	var id [16]byte
	var started time.Time
	_, err = pgx.ForEachRow(rows, []any{&id, &started}, func() error {
		waits = append(waits, max(started.Sub(store.ID(id).Time()), 0).Round(time.Millisecond))
		return nil
	})
	slices.Sort(waits)
	return waits, err
}

func busyTimes(processes []int) (sum time.Duration) {
	for _, p := range processes {
		sum += busyTime(p)
	}
	return sum
}

// familyTime is the processor time of a process and of its children, also of those
// that have ended.
func familyTime(parent int) time.Duration {
	sum := busyTime(parent) + endedChildrenTime(parent)
	folders, err := os.ReadDir("/proc")
	if err != nil {
		return 0
	}
	for _, f := range folders {
		pid, err := strconv.Atoi(f.Name())
		if err != nil {
			continue
		}
		if fields := processStat(pid); len(fields) > 1 && fields[1] == strconv.Itoa(parent) {
			sum += busyTime(pid)
		}
	}
	return sum
}

func endedChildrenTime(process int) time.Duration {
	fields := processStat(process)
	if len(fields) < 15 {
		return 0
	}
	user, _ := strconv.ParseInt(fields[13], 10, 64)
	system, _ := strconv.ParseInt(fields[14], 10, 64)
	return time.Duration(user+system) * (time.Second / 100)
}

// processStat returns the fields of /proc/PID/stat after the name.
func processStat(process int) []string {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", process))
	if err != nil {
		return nil
	}
	_, rest, _ := strings.Cut(string(text), ") ")
	return strings.Fields(rest)
}
