package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"time"
)

// row is one endpoint that is measured.
type row struct {
	name string
	url  string
	rate []float64 // requests a second, by round
	cost []float64 // time of processors that each took of the server, in microseconds
	late []float64 // time within which 99 of 100 were answered, in milliseconds

	process int  // of the server
	against *row // the handler that it is compared with

	metrics string         // URL; where set, a round lasts until all its runs have ended
	ended   *regexp.Regexp // finds how many did
	pause   string         // URL; where set, the flow is paused between rounds, so that its queue takes no time from others
	resume  string         // URL that ends the pause
}

var (
	rate   = regexp.MustCompile(`Requests/sec:\s+([\d.]+)`)
	total  = regexp.MustCompile(`(\d+) requests in`)
	p99    = regexp.MustCompile(`(?m)^ +99%\s+(\S+)`)
	kept   = regexp.MustCompile(`(?m)^(gateway_(?:history_\w+_total|runs_total\{.*state="succeeded"\})) (\S+)$`)
	failed = regexp.MustCompile(`Non-2xx or 3xx responses: (\d+)|Socket errors: .*`)
)

func (r *row) measure(ctx context.Context, script string, seconds int) error {
	if err := callAPI(ctx, r.resume); err != nil {
		return err
	}
	ended, err := r.finished()
	if err != nil {
		return err
	}
	began, before := time.Now(), busyTime(r.process)
	out, err := exec.CommandContext(ctx, "wrk", "-t1", "-c64", "-d"+strconv.Itoa(seconds)+"s", "--latency", "-s", script, r.url).CombinedOutput() //nolint:gosec // our own command
	if err != nil {
		return fmt.Errorf("wrk: %w\n%s", err, out)
	}
	if bad := failed.Find(out); bad != nil {
		return fmt.Errorf("%s: requests failed: %s", r.name, bad)
	}
	m, l, n := rate.FindSubmatch(out), p99.FindSubmatch(out), total.FindSubmatch(out)
	if m == nil || l == nil || n == nil {
		return fmt.Errorf("wrk printed no rate:\n%s", out)
	}
	persecond, _ := strconv.ParseFloat(string(m[1]), 64)
	requests, _ := strconv.ParseFloat(string(n[1]), 64)
	late, err := time.ParseDuration(string(l[1]))
	if err != nil {
		return fmt.Errorf("wrk printed no time: %w", err)
	}
	if r.metrics != "" {
		if err := r.waitFor(ended + requests); err != nil {
			return err
		}
		persecond = requests / time.Since(began).Seconds()
	}
	cost := float64((busyTime(r.process) - before).Microseconds()) / requests
	if err := callAPI(ctx, r.pause); err != nil {
		return err
	}
	r.rate, r.cost, r.late = append(r.rate, persecond), append(r.cost, cost), append(r.late, late.Seconds()*1000)
	fmt.Printf("%-18s %8.0f a second   p99 %-9s %6.1f µs of a processor each\n", r.name, persecond, l[1], cost)
	return nil
}

// finished reads how many runs have ended.
func (r *row) finished() (float64, error) {
	if r.metrics == "" {
		return 0, nil
	}
	text, err := scrape(r.metrics)
	if err != nil {
		return 0, err
	}
	m := r.ended.FindSubmatch(text)
	if m == nil {
		return 0, errors.New("the gateway shows no number of runs that ended")
	}
	return strconv.ParseFloat(string(m[1]), 64)
}

// scrape reads the metrics of the gateway.
func scrape(url string) ([]byte, error) {
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept-Encoding", "identity") // to compress would cost more than all else
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	return io.ReadAll(resp.Body)
}

// history prints what the history lacks of sync runs.
func history(metrics string) error {
	text, err := scrape(metrics)
	if err != nil {
		return err
	}
	for _, m := range kept.FindAllSubmatch(text, -1) {
		fmt.Printf("%-38s %s\n", m[1], m[2])
	}
	return nil
}

// busyTime is how long processors have worked for a process (man 5
// proc_pid_stat), in steps of a hundredth of a second; 0 where there is no /proc.
func busyTime(process int) time.Duration {
	fields := processStat(process)
	if len(fields) < 13 {
		return 0
	}
	user, _ := strconv.ParseInt(fields[11], 10, 64)
	system, _ := strconv.ParseInt(fields[12], 10, 64)
	return time.Duration(user+system) * (time.Second / 100)
}

func (r *row) waitFor(runs float64) error {
	for range 3000 {
		n, err := r.finished()
		if err != nil || n >= runs {
			return err
		}
		time.Sleep(40 * time.Millisecond)
	}
	return fmt.Errorf("%s: runs did not end within two minutes", r.name)
}

// report prints medians, and the medians of the rate and of the processor time in
// relation to the handler of the same round that each is compared with.
func report(rows []*row) {
	fmt.Printf("\n%-18s %10s %7s %12s %7s %10s\n", "medians", "a second", "", "processor", "", "p99")
	for _, r := range rows {
		rates, costs := make([]float64, len(r.rate)), make([]float64, len(r.rate))
		for i := range r.rate {
			rates[i], costs[i] = r.rate[i]/r.against.rate[i], r.against.cost[i]/r.cost[i]
		}
		fmt.Printf("%-18s %10.0f %5.0f %% %9.1f µs %5.0f %% %7.1f ms\n", r.name, median(r.rate), 100*median(rates), median(r.cost), 100*median(costs), median(r.late))
	}
}

func median(of []float64) float64 {
	sorted := slices.Sorted(slices.Values(of))
	return sorted[len(sorted)/2]
}
