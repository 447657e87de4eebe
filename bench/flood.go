package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
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
// fare while others attack the gateway. Each attack comes from a loopback address
// of its own.
func flood(seconds int) error {
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
	fmt.Println("attack                             good/s   p50 ms   p99 ms  failed  attacks/s   RSS MiB  history")
	for _, a := range attacks() {
		if err := measureAttack(a, at, time.Duration(seconds)*time.Second, s); err != nil {
			return errors.Join(err, end())
		}
	}
	return end()
}

// attack is what others do meanwhile. run returns when the context has ended, with
// the number of requests or connections that it made.
type attack struct {
	name string
	run  func(ctx context.Context, at string) int
}

func attacks() []attack {
	return []attack{
		{"none", func(ctx context.Context, _ string) int { <-ctx.Done(); return 0 }},
		{"2000 connections with slow headers", func(ctx context.Context, at string) int { return holdConnections(ctx, at, "127.0.0.2", 2000) }},
		{"bad signatures", func(ctx context.Context, at string) int { return floodRequests(ctx, at, "127.0.0.3", "/orders") }},
		{"unknown paths", func(ctx context.Context, at string) int { return floodRequests(ctx, at, "127.0.0.4", "/nowhere") }},
		{"5000 connections of one address", func(ctx context.Context, at string) int { return holdConnections(ctx, at, "127.0.0.5", 5000) }},
	}
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

// measureAttack sends good requests during an attack and prints their figures.
func measureAttack(a attack, at string, d time.Duration, s store.Store) error {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	attacked := make(chan int, 1)
	go func() { attacked <- a.run(ctx, at) }()
	took, failed := sendGood(ctx, at)
	n := <-attacked
	page, err := countRefused(s)
	if err != nil {
		return err
	}
	slices.Sort(took)
	percentile := func(p int) float64 {
		if len(took) == 0 {
			return 0
		}
		return float64(took[len(took)*p/100].Microseconds()) / 1000
	}
	fmt.Printf("%-34s %7.0f %8.2f %8.2f %7d %10.0f %9.1f %8d\n", a.name, float64(len(took))/d.Seconds(), percentile(50), percentile(99), failed,
		float64(n)/d.Seconds(), resident(), page)
	return nil
}

// sendGood sends signed requests until the context ends, and returns the time that
// each took and how many got no 200.
func sendGood(ctx context.Context, at string) (took []time.Duration, failed int) {
	mac := hmac.New(sha256.New, []byte(floodSecret))
	mac.Write([]byte(floodBody))
	signature := hex.EncodeToString(mac.Sum(nil))
	var group sync.WaitGroup
	var mu sync.Mutex
	for range goodCallers {
		group.Go(func() {
			client := &http.Client{Transport: &http.Transport{}}
			defer client.CloseIdleConnections()
			for ctx.Err() == nil {
				began := time.Now()
				status, err := post(ctx, client, "http://"+at+"/orders", signature)
				if ctx.Err() != nil {
					return
				}
				mu.Lock()
				if err != nil || status != http.StatusOK {
					failed++
				}
				took = append(took, time.Since(began))
				mu.Unlock()
			}
		})
	}
	group.Wait()
	return took, failed
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
