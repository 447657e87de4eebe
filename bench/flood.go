package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/sqlite"
)

const (
	floodSecret = "correct-horse-battery"
	floodBody   = `{"order_id": "A-1"}`
	goodCallers = 4
)

// flood serves a flow with signatures in this process, and prints how good requests
// fare while others attack the gateway. Callers and attackers are processes of
// their own, and each attack comes from a loopback address of its own.
func flood(rounds, seconds int, only string) error {
	dir, err := os.MkdirTemp("", "gateway-flood-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a temporary folder
	s, err := sqlite.Open(sqlite.Options{Dir: dir, Clock: clock.System{}})
	if err != nil {
		return err
	}
	defer s.Close() //nolint:errcheck // it goes away
	_, at, end, err := serveFlows(s, "flood.hcl", func(name string) (string, bool) { return floodSecret, name == "BENCH_SECRET" })
	if err != nil {
		return err
	}
	fmt.Println("attack                              good/s   p50 ms   p99 ms  failed  attacks/s  cores   RSS MiB  history")
	var rows []*floodRow
	for _, a := range attacks() {
		if only == "" || a.name == only || a.name == noAttack {
			rows = append(rows, &floodRow{attack: a})
		}
	}
	for range rounds {
		if err := measureRound(rows, at, seconds, s); err != nil {
			return errors.Join(err, end())
		}
	}
	for _, r := range rows {
		fmt.Printf("%-34s %5.0f %% of the good requests without an attack\n", r.name, median(r.ratio))
	}
	return end()
}

// measureRound measures each row once.
func measureRound(rows []*floodRow, at string, seconds int, s store.Store) error {
	var first float64
	for _, r := range rows {
		rate, err := r.measure(at, seconds, s)
		if err != nil {
			return err
		}
		if first == 0 {
			first = rate
		}
		r.ratio = append(r.ratio, 100*rate/first)
	}
	return nil
}

// holdConnections opens connections and sends a byte of a header on each every
// second, as long as they are open.
func holdConnections(ctx context.Context, at, from string, n int) int {
	var open []net.Conn
	defer func() {
		for _, c := range open {
			_ = c.Close()
		}
	}()
	for range n {
		c, err := dialFrom(from)(ctx, "tcp", at)
		if err != nil {
			break
		}
		_, _ = io.WriteString(c, "POST /orders HTTP/1.1\r\nX: ")
		open = append(open, c)
	}
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return len(open)
		case <-tick.C:
			for _, c := range open {
				_, _ = io.WriteString(c, "x") // fails where the gateway has closed it
			}
		}
	}
}

// floodRequests sends requests with a wrong signature from 64 callers.
func floodRequests(ctx context.Context, at, from, path string) int {
	var group sync.WaitGroup
	var mu sync.Mutex
	sent := 0
	for range 64 {
		group.Go(func() {
			client := &http.Client{Transport: &http.Transport{DialContext: dialFrom(from)}}
			defer client.CloseIdleConnections()
			n := 0
			for ctx.Err() == nil {
				if _, err := post(ctx, client, "http://"+at+path, "00"); err == nil {
					n++
				}
			}
			mu.Lock()
			sent += n
			mu.Unlock()
		})
	}
	group.Wait()
	return sent
}

// dialFrom returns a dialer with an address of its own.
func dialFrom(from string) func(ctx context.Context, network, address string) (net.Conn, error) {
	d := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
	return d.DialContext
}

// post sends an order and returns the status.
func post(ctx context.Context, client *http.Client, url, signature string) (int, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader([]byte(floodBody)))
	if err != nil {
		return 0, err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Signature", signature)
	res, err := client.Do(r)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	_, err = io.Copy(io.Discard, res.Body)
	return res.StatusCode, err
}

// floodRow is what was measured of an attack, by round.
type floodRow struct {
	attack
	ratio []float64 // good requests in percent of those of the first row in the round
}

// measure sends good requests during an attack and prints their figures. It returns
// the good requests per second.
func (r *floodRow) measure(at string, seconds int, s store.Store) (float64, error) {
	var good goodCalls
	var attacked int
	before, err := countRefused(s)
	if err != nil {
		return 0, err
	}
	busy := busyTime(os.Getpid())
	awaitAttack, err := startPart(r.name, at, seconds, &attacked)
	if err != nil {
		return 0, err
	}
	awaitGood, err := startPart("good", at, seconds, &good)
	if err != nil {
		return 0, errors.Join(err, awaitAttack())
	}
	if err := errors.Join(awaitGood(), awaitAttack()); err != nil {
		return 0, err
	}
	cores := (busyTime(os.Getpid()) - busy).Seconds() / float64(seconds)
	refused, err := countRefused(s)
	if err != nil {
		return 0, err
	}
	rate := float64(good.Count) / float64(seconds)
	fmt.Printf("%-34s %7.0f %8.2f %8.2f %7d %10.0f %6.2f %9.1f %8d\n", r.name, rate, good.P50, good.P99, good.Failed,
		float64(attacked)/float64(seconds), cores, resident(), refused-before)
	return rate, nil
}

// countRefused returns how many refused requests the history has.
func countRefused(s store.Store) (int, error) {
	n, after := 0, ""
	for {
		page, err := s.List(context.Background(), store.ListQuery{Filter: store.Filter{States: []store.State{store.Refused}}, Limit: store.MaxPage, After: after})
		if err != nil {
			return 0, err
		}
		n += len(page.Runs)
		if after = page.Next; after == "" {
			return n, nil
		}
	}
}
