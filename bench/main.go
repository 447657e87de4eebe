// Command bench measures flows beside hand-written handlers, under wrk with 64
// connections, in one run:
//
//	go run ./bench          a sync flow beside a handler that does the same
//	go run ./bench -benthos PROGRAM
//	                        the same, and the flow of benthos.yaml in the program Benthos
//	go run ./bench -async   async flows beside handlers that do the same and keep nothing,
//	                        on SQLite and, where a server is installed, on PostgreSQL (pg)
//	go run ./bench -replicas
//	                        one, two and four gateways on one PostgreSQL server
//	go run ./bench -flood   good requests to a flow in this process, while other processes attack it
//	go run ./bench -flows N a gateway with N flows beside one with a single flow: start, memory,
//	                        reloads after an edit, metrics, and the same requests to both
//	go run ./bench -history N
//	                        a store with N runs: pages, filters, statistics, purges; with
//	                        -dir FOLDER the store stays there and is used again, with
//	                        -postgresql URL it is on PostgreSQL instead of SQLite
//	go run ./bench -soak N  N async runs in this process, and what memory they leave behind
//
// All but -flood, -history and -soak need wrk. The servers are processes of their own on loopback;
// rounds alternate between them, the ratios to the hand-written handler are taken
// round by round, and the medians are printed. On a machine with other work only
// the ratios of processor time mean something. What is said to be finished counts
// the time until the last run has ended.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/webhook-gateway/gateway/bench/peer"
)

func main() {
	rounds := flag.Int("rounds", 5, "rounds of each server")
	seconds := flag.Int("seconds", 4, "length of a round")
	async := flag.Bool("async", false, "measure async flows")
	runs := flag.Int("soak", 0, "do as many async runs, and print what memory they leave behind")
	benthos := flag.String("benthos", "", "also measure the program Benthos of this path, with benthos.yaml")
	attacked := flag.Bool("flood", false, "attack the gateway, and measure good requests meanwhile")
	replicated := flag.Bool("replicas", false, "measure one, two and four gateways on one PostgreSQL server")
	connections := flag.Int("connections", 64, "with -replicas: the connections of the load, over all gateways")
	statements := flag.Bool("statements", false, "with -replicas: print the statements that take the server most time")
	flows := flag.Int("flows", 0, "measure a gateway with as many flows")
	reloads := flag.Int("reloads", 100, "with -flows, how often a line is edited")
	past := flag.Int("history", 0, "read and purge a store with as many runs")
	dir := flag.String("dir", "", "with -history, the folder of the store; the default is a temporary one")
	database := flag.String("postgresql", "", "with -history, the URL of an empty database of PostgreSQL to use instead of SQLite; -dir keeps how far it is filled")
	only := flag.String("only", "", "measure the row or the attack of this name alone, beside the handler that it is compared with; with -replicas: this number of gateways; with -history: reads or purge")
	profile := flag.String("profile", "", "write CPU and allocation profiles of the gateway to this folder")
	servePeer := flag.String("serve-peer", "", "internal: serve the hand-written handler on this address")
	part := flag.String("flood-part", "", "internal: play a part of a flood")
	partAt := flag.String("flood-at", "", "internal: the address that is attacked")
	if dir := os.Getenv(profileTo); dir != "" {
		exit(profiled(dir))
	}
	flag.Parse()
	var err error
	switch {
	case *part != "":
		err = playPart(*part, *partAt, *seconds)
	case *servePeer != "":
		err = http.ListenAndServe(*servePeer, peer.Handler(os.Getenv("BENCH_PEER"))) //nolint:gosec // a benchmark's server has no time-outs
	case *attacked:
		err = flood(*rounds, *seconds, *only)
	case *past > 0:
		err = readHistory(historyPlan{runs: *past, dir: *dir, url: *database, only: *only})
	case *flows > 0:
		err = measureMany(*flows, plan{rounds: *rounds, seconds: *seconds, reloads: *reloads, profile: *profile})
	case *replicated:
		err = replicas(plan{only: *only, seconds: *seconds, profile: *profile}, *connections, *statements)
	case *runs > 0:
		err = soak(*runs)
	default:
		err = bench(plan{async: *async, benthos: *benthos, only: *only, rounds: *rounds, seconds: *seconds, profile: *profile})
	}
	exit(err)
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(2)
	}
	os.Exit(0)
}

// plan is what is measured, and how long.
type plan struct {
	async           bool
	benthos         string // program; "" for none
	only            string
	rounds, seconds int
	profile         string
	reloads         int
}

func bench(p plan) (err error) {
	if _, err := exec.LookPath("wrk"); err != nil {
		return errors.New("wrk is missing: scripts/setup bench installs it")
	}
	dir, err := os.MkdirTemp("", "gateway-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a temporary folder
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	db, closeDB, err := launchPostgres(p)
	if err != nil {
		return err
	}
	defer closeDB()
	s, err := start(ctx, dir, p)
	if err != nil {
		return err
	}
	defer s.stop()
	if err := s.addPostgres(ctx, dir, db, p); err != nil {
		return err
	}
	body, err := os.ReadFile(s.body)
	if err != nil {
		return err
	}
	script := filepath.Join(dir, "order.lua")
	if err := prepare(script, s.rows, body, !p.async); err != nil {
		return err
	}
	for range p.rounds {
		for _, r := range s.rows {
			if err := r.measure(ctx, script, p.seconds); err != nil {
				return err
			}
		}
	}
	report(s.rows)
	if !p.async {
		return history(s.metrics)
	}
	return nil
}
