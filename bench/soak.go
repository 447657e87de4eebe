package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/actions"
	"github.com/webhook-gateway/gateway/auth"
	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/gateway"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/sqlite"
	"github.com/webhook-gateway/gateway/triggers"
)

// soakCallers is how many callers there are at once, and soakParts in how many
// parts the runs are done, with a look at the memory after each.
const (
	soakCallers = 64
	soakParts   = 10
)

// soak does async runs in this process, and prints after each tenth of them
// what is alive after a collection: a leak grows from line to line.
func soak(runs int) error {
	dir, err := os.MkdirTemp("", "gateway-soak-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a temporary folder
	s, err := sqlite.Open(sqlite.Options{Dir: dir, Clock: clock.System{}})
	if err != nil {
		return err
	}
	defer s.Close() //nolint:errcheck // it goes away
	kept := &countedStore{Store: s}
	g, _, end, err := serveFlows(kept, "async.hcl", os.LookupEnv)
	if err != nil {
		return err
	}
	body, err := os.ReadFile("bench/flows/large.json")
	if err != nil {
		return err
	}
	began := time.Now()
	fmt.Println("      runs   heap MiB  objects  goroutines   RSS MiB   seconds")
	for part := 1; part <= soakParts; part++ {
		until := int64(runs * part / soakParts)
		if err := burst(g, kept, body, until); err != nil {
			return errors.Join(err, end())
		}
		printMemory(until, time.Since(began))
	}
	return end()
}

// serveFlows serves a file of flows in this process. end stops it.
func serveFlows(s store.Store, file string, env func(string) (string, bool)) (g *gateway.Gateway, at string, end func() error, err error) {
	g, _, diags := gateway.New(gateway.Options{
		Clock: clock.System{},
		Key:   bytes.Repeat([]byte{1}, 32), Store: s,
		Load: func() (*load.Config, hcl.Diagnostics) {
			return load.Files(load.Options{
				Clock: clock.System{},
				FS:    os.DirFS("bench/flows"), Paths: []load.Path{{Dir: file}}, Env: env,
				Kinds:       flow.Kinds{Actions: actions.All(), Triggers: triggers.All(auth.All())},
				Connections: actions.Connections(),
			})
		},
	})
	if diags.HasErrors() {
		return nil, "", nil, diags
	}
	l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, "", nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	stopped := make(chan error, 1)
	go func() { stopped <- g.Run(ctx, l) }()
	return g, l.Addr().String(), func() error {
		cancel()
		defer g.Close()
		return <-stopped
	}, nil
}

// countedStore counts the runs that have come and ended.
type countedStore struct {
	store.Store
	begun, ended atomic.Int64
}

// Finish ends a run and counts it.
func (c *countedStore) Finish(ctx context.Context, claim store.Claim, e *store.Ending) error {
	err := c.Store.Finish(ctx, claim, e)
	if err == nil {
		c.ended.Add(1)
	}
	return err
}

// burst sends requests until so many runs have begun, and waits for their end.
func burst(g http.Handler, kept *countedStore, body []byte, until int64) error {
	var wg sync.WaitGroup
	var refused atomic.Int64
	for range soakCallers {
		wg.Go(func() {
			for kept.begun.Add(1) <= until {
				if status := send(g, body); status != http.StatusAccepted {
					refused.Store(int64(status))
					return
				}
			}
		})
	}
	wg.Wait()
	kept.begun.Store(until)
	if status := refused.Load(); status != 0 {
		return fmt.Errorf("a request got %d", status)
	}
	for range 6000 {
		if kept.ended.Load() >= until {
			return nil
		}
		time.Sleep(10 * time.Millisecond)
	}
	return fmt.Errorf("%d of %d runs ended, and no more within a minute", kept.ended.Load(), until)
}

// send has a request served without a connection.
func send(g http.Handler, body []byte) int {
	r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, "/finished", bytes.NewReader(body))
	if err != nil {
		return 0
	}
	r.RemoteAddr = "127.0.0.1:1234"
	r.Header.Set("Content-Type", "application/json")
	w := &nowhere{header: http.Header{}}
	g.ServeHTTP(w, r)
	return w.status
}

// nowhere is a response writer that costs nothing.
type nowhere struct {
	header http.Header
	status int
}

func (n *nowhere) Header() http.Header         { return n.header }
func (n *nowhere) Write(p []byte) (int, error) { return len(p), nil }
func (n *nowhere) WriteHeader(status int)      { n.status = status }

// SetReadDeadline does nothing, as net/http mostly does.
func (n *nowhere) SetReadDeadline(time.Time) error { return nil }

func printMemory(runs int64, took time.Duration) {
	runtime.GC()
	runtime.GC() // what finalizers let go of
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	fmt.Printf("%10d %10.2f %8d %11d %9.1f %9.1f\n",
		runs, float64(m.HeapAlloc)/(1<<20), m.HeapObjects, runtime.NumGoroutine(), resident(), took.Seconds())
}

// resident is how much memory the process has, in MiB; 0 where there is no
// /proc.
func resident() float64 {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kib, _ := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			return kib / 1024
		}
	}
	return 0
}
