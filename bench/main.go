// Command bench measures flows beside hand-written handlers, under wrk with 64
// connections, in one run:
//
//	go run ./bench          a sync flow beside a handler that does the same
//	go run ./bench -async   async flows beside a handler that answers 202 and keeps nothing
//
// It needs wrk. The servers are processes of their own on loopback; rounds
// alternate between them, and medians and their ratios to the first are
// printed. On a machine with other work only the ratios mean something. What is
// said to be finished counts the time until the last run has ended.
package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/webhook-gateway/gateway/bench/peer"
)

func main() {
	rounds := flag.Int("rounds", 5, "rounds of each server")
	seconds := flag.Int("seconds", 4, "length of a round")
	async := flag.Bool("async", false, "measure async flows")
	servePeer := flag.String("serve-peer", "", "internal: serve the hand-written handler on this address")
	flag.Parse()
	var err error
	if *servePeer != "" {
		err = http.ListenAndServe(*servePeer, peer.Handler()) //nolint:gosec // a benchmark's server has no time-outs
	} else {
		err = bench(*async, *rounds, *seconds)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(2)
	}
}

// server is one of the two that are measured.
type server struct {
	name string
	url  string
	rate []float64 // requests a second, by round
	done string    // URL of metrics; where set, a round lasts until all its runs have ended
}

func bench(async bool, rounds, seconds int) error {
	if _, err := exec.LookPath("wrk"); err != nil {
		return errors.New("wrk is missing: scripts/setup bench installs it")
	}
	dir, err := os.MkdirTemp("", "gateway-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a temporary folder
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	servers, err := start(ctx, dir, async)
	if err != nil {
		return err
	}
	script, err := prepare(dir, servers, !async)
	if err != nil {
		return err
	}
	for range rounds {
		for _, s := range servers {
			if err := s.measure(ctx, script, seconds); err != nil {
				return err
			}
		}
	}
	report(servers)
	return nil
}

// start builds the gateway and starts both servers on free ports.
func start(ctx context.Context, dir string, async bool) ([]*server, error) {
	binary := filepath.Join(dir, "gateway")
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", binary, "./cmd/gateway").CombinedOutput(); err != nil {
		return nil, fmt.Errorf("building the gateway: %w\n%s", err, out)
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	hand, flow, admin := freePort(), freePort(), freePort()
	commands := [][]string{
		{self, "--serve-peer", hand},
		{binary, "run", "bench/flows", "--listen", flow, "--admin-listen", admin, "--data", filepath.Join(dir, "data"), "--log-level", "warn"},
	}
	for _, c := range commands {
		cmd := exec.CommandContext(ctx, c[0], c[1:]...) //nolint:gosec // our own commands
		cmd.Stderr = os.Stderr
		if err := cmd.Start(); err != nil {
			return nil, err
		}
	}
	if async {
		return []*server{
			{name: "keeps nothing", url: "http://" + hand + "/accept"},
			{name: "durable", url: "http://" + flow + "/durable"},
			{name: "finished", url: "http://" + flow + "/finished", done: "http://" + admin + "/metrics"},
		}, nil
	}
	return []*server{{name: "hand-written", url: "http://" + hand + "/order"}, {name: "gateway", url: "http://" + flow + "/order"}}, nil
}

func freePort() string {
	l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return "127.0.0.1:0"
	}
	defer l.Close() //nolint:errcheck // it was only asked for a port
	return l.Addr().String()
}

// prepare waits for the servers, checks that they give the same answer, and
// writes the script for wrk.
func prepare(dir string, servers []*server, alike bool) (string, error) {
	body, err := os.ReadFile("bench/flows/order.json")
	if err != nil {
		return "", err
	}
	mac := hmac.New(sha256.New, []byte(peer.Secret))
	mac.Write(body)
	signature := "sha256=" + hex.EncodeToString(mac.Sum(nil))
	var answers []any
	for _, s := range servers {
		a, err := ask(s.url, body, signature)
		if err != nil {
			return "", fmt.Errorf("asking the %s server: %w", s.name, err)
		}
		answers = append(answers, a)
	}
	if alike && !reflect.DeepEqual(answers[0], answers[1]) {
		return "", fmt.Errorf("the servers answer differently: %v and %v", answers[0], answers[1])
	}
	script := filepath.Join(dir, "order.lua")
	lua := fmt.Sprintf("wrk.method = \"POST\"\nwrk.body = [==[%s]==]\nwrk.headers[\"Content-Type\"] = \"application/json\"\nwrk.headers[\"X-Signature\"] = %q\n", body, signature)
	return script, os.WriteFile(script, []byte(lua), 0o600)
}

// ask sends the request until the server is up, and returns its JSON.
func ask(url string, body []byte, signature string) (any, error) {
	var last error
	for range 100 {
		req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, url, bytes.NewReader(body))
		if err != nil {
			return nil, err
		}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("X-Signature", signature)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			last = err
			time.Sleep(50 * time.Millisecond)
			continue
		}
		text, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if err != nil || resp.StatusCode >= http.StatusMultipleChoices {
			return nil, fmt.Errorf("status %d: %s (%w)", resp.StatusCode, text, err)
		}
		var v any
		if len(text) == 0 {
			return v, nil
		}
		err = json.Unmarshal(text, &v)
		return v, err
	}
	return nil, last
}

var (
	rate   = regexp.MustCompile(`Requests/sec:\s+([\d.]+)`)
	total  = regexp.MustCompile(`(\d+) requests in`)
	ended  = regexp.MustCompile(`gateway_runs_total\{flow="finished",state="succeeded"\} (\S+)`)
	p99    = regexp.MustCompile(`99%\s+(\S+)`)
	failed = regexp.MustCompile(`Non-2xx or 3xx responses: (\d+)|Socket errors: .*`)
)

func (s *server) measure(ctx context.Context, script string, seconds int) error {
	before, err := s.finished()
	if err != nil {
		return err
	}
	began := time.Now()
	out, err := exec.CommandContext(ctx, "wrk", "-t1", "-c64", "-d"+strconv.Itoa(seconds)+"s", "--latency", "-s", script, s.url).CombinedOutput() //nolint:gosec // our own command
	if err != nil {
		return fmt.Errorf("wrk: %w\n%s", err, out)
	}
	if bad := failed.Find(out); bad != nil {
		return fmt.Errorf("the %s server failed requests: %s", s.name, bad)
	}
	m, l, n := rate.FindSubmatch(out), p99.FindSubmatch(out), total.FindSubmatch(out)
	if m == nil || l == nil || n == nil {
		return fmt.Errorf("wrk printed no rate:\n%s", out)
	}
	persecond, _ := strconv.ParseFloat(string(m[1]), 64)
	if s.done != "" {
		requests, _ := strconv.ParseFloat(string(n[1]), 64)
		if err := s.waitFor(before + requests); err != nil {
			return err
		}
		persecond = requests / time.Since(began).Seconds()
	}
	s.rate = append(s.rate, persecond)
	fmt.Printf("%-14s %8.0f a second   p99 %s\n", s.name, persecond, l[1])
	return nil
}

// finished reads how many runs have ended.
func (s *server) finished() (float64, error) {
	if s.done == "" {
		return 0, nil
	}
	resp, err := http.Get(s.done) //nolint:gosec,noctx // our own server
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, err
	}
	m := ended.FindSubmatch(text)
	if m == nil {
		return 0, errors.New("the gateway shows no number of runs that ended")
	}
	return strconv.ParseFloat(string(m[1]), 64)
}

func (s *server) waitFor(runs float64) error {
	for range 6000 {
		n, err := s.finished()
		if err != nil || n >= runs {
			return err
		}
		time.Sleep(10 * time.Millisecond)
	}
	return errors.New("runs did not end within a minute")
}

func report(servers []*server) {
	fmt.Println()
	var first float64
	for i, s := range servers {
		sorted := slices.Sorted(slices.Values(s.rate))
		median := sorted[len(sorted)/2]
		if i == 0 {
			first = median
		}
		fmt.Printf("median of %-14s %8.0f a second  %3.0f %%\n", s.name, median, 100*median/first)
	}
}
