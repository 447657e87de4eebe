package engine_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

const hostileFlows = `
flow "echo" {
  trigger "webhook" {
    path    = "/echo"
    mode    = "sync"
    timeout = "10m"
    variable "n" {
      type     = any
      required = false
    }
  }
  action "respond" "ok" {
    timeout = "10m"
    json    = { n = webhook.n, text = "got ${jsonencode(webhook.n)}" }
  }
}
flow "endless" {
  trigger "webhook" {
    path    = "/endless"
    mode    = "sync"
    timeout = "500ms"
  }
  action "transform" "spin" {
    jq = "def f: f; f"
  }
}
flow "greedy" {
  trigger "webhook" {
    path    = "/greedy"
    mode    = "sync"
    timeout = "10s"
  }
  action "transform" "grow" {
    jq = "[repeat(1)]"
  }
}
`

// endlessBody returns zeros for as long as it is read.
type endlessBody struct{ left int64 }

func (e *endlessBody) Read(p []byte) (int, error) {
	if e.left <= 0 {
		return 0, io.EOF
	}
	n := min(int64(len(p)), e.left)
	e.left -= n
	for i := range p[:n] {
		p[i] = '0'
	}
	return int(n), nil
}

// TestHostileBodies sends bodies that break careless servers, many at a time.
// Each gets its status while ordinary requests are answered and memory stays
// flat. Slow callers have tests of their own.
func TestHostileBodies(t *testing.T) {
	base := newDurable(t, hostileFlows).base
	hostile := []struct {
		name, path string
		body       func() io.Reader
		status     int
	}{
		{"a million brackets", "/echo", text(strings.Repeat("[", 1_000_000)), 400},
		{"half a million members deep", "/echo", text(strings.Repeat(`{"a":`, 200_000)), 400},
		{"100 MiB with a length", "/echo", text(strings.Repeat("0", 100<<20)), 413},
		{"100 MiB without one", "/echo", func() io.Reader { return &endlessBody{left: 100 << 20} }, 413},
		{"a name twice", "/echo", text(`{"n": 1, "n": 2}`), 400},
		{"no UTF-8", "/echo", text("{\"n\": \"\xff\xfe\"}"), 400},
		{"a lone surrogate", "/echo", text(`{"n": "\ud800"}`), 200},
		{"an exponent of a billion", "/echo", text(`{"n": 1e1000000000}`), 400},
		{"a number of a million digits", "/echo", text(`{"n": ` + strings.Repeat("9", 1_000_000) + `}`), 400},
		{"1e400", "/echo", text(`{"n": 1e400}`), 200},
		{"a jq program that never ends", "/endless", text(`{}`), 504},
	}
	stop := make(chan struct{})
	var ordinary atomic.Int64
	var background sync.WaitGroup
	var before runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	var peak uint64 // of the heap
	background.Go(func() { peak = ordinaryRequests(t, base, stop, &ordinary) })
	// It ends when memory or its time does, whichever is first.
	background.Go(func() {
		if status := postHostile(t, base+"/greedy", strings.NewReader(`{}`)); status != 500 && status != 504 {
			t.Errorf("a jq program that takes all memory: status %d", status)
		}
	})
	for range 3 {
		var wg sync.WaitGroup
		for _, h := range hostile {
			wg.Go(func() {
				if status := postHostile(t, base+h.path, h.body()); status != h.status {
					t.Errorf("%s: status %d, want %d", h.name, status, h.status)
				}
			})
		}
		wg.Wait()
	}
	close(stop)
	background.Wait()
	if ordinary.Load() == 0 {
		t.Error("no ordinary request was answered at the same time")
	}
	// The bodies of this test are part of the heap, and so is the memory that
	// the greedy program may take before it is stopped.
	if most, got := before.HeapAlloc+(1<<30), peak; got > most {
		t.Errorf("the heap grew to %d MiB from %d MiB", got>>20, before.HeapAlloc>>20)
	}
}

func text(s string) func() io.Reader { return func() io.Reader { return strings.NewReader(s) } }

// postHostile sends a request and reads the answer at the same time: the server may
// refuse the request before it has read all of it.
func postHostile(t *testing.T, url string, body io.Reader) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, body)
	if err != nil {
		t.Error(err)
		return 0
	}
	req.Header.Set("Content-Type", "application/json")
	req.Close = true
	conn, err := net.Dial("tcp", req.URL.Host)
	if err != nil {
		t.Error(err)
		return 0
	}
	defer conn.Close()                  //nolint:errcheck // the answer was read
	go func() { _ = req.Write(conn) }() // ends with the connection
	resp, err := http.ReadResponse(bufio.NewReader(conn), req)
	if err != nil {
		t.Errorf("%s: %v", url, err)
		return 0
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode
}

// ordinaryRequests sends requests until stop is closed, looks at the heap after
// each one, and returns its peak.
func ordinaryRequests(t *testing.T, base string, stop chan struct{}, count *atomic.Int64) (peak uint64) {
	for n := 0; ; n++ {
		select {
		case <-stop:
			return peak
		default:
		}
		if status := postHostile(t, base+"/echo", strings.NewReader(fmt.Sprintf(`{"n": %d}`, n))); status != 200 {
			t.Errorf("an ordinary request got %d", status)
			return peak
		}
		count.Add(1)
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		peak = max(peak, m.HeapAlloc)
	}
}
