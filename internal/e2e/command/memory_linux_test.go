package command_test

import (
	"compress/gzip"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/internal/testutil/racetest"
	"github.com/webhook-gateway/gateway/internal/testutil/signaltest"
)

// longTimeout is a timeout that no machine is too busy for: the tests of memory ask for
// much work, which must not end for want of time.
const longTimeout = "30m"

// memoryFlows have a small budget. "large" answers with eight times its body.
const memoryFlows = `
gateway {
  limits {
    body   = "2MiB"
    memory = "96MiB"
  }
}
flow "large" {
  trigger "webhook" {
    path          = "/large"
    mode = "sync"
    timeout = "` + longTimeout + `"
    content_types = ["text/plain"]
  }
  action "respond" "r" {
    timeout = "` + longTimeout + `"
    body = "${webhook.raw}${webhook.raw}${webhook.raw}${webhook.raw}${webhook.raw}${webhook.raw}${webhook.raw}${webhook.raw}"
  }
}
flow "decoded" {
  trigger "webhook" {
    path = "/decoded"
    mode = "sync"
    timeout = "` + longTimeout + `"
  }
  action "respond" "r" { status = 204 }
}
flow "quick" {
  trigger "webhook" {
    path = "/quick"
    mode = "sync"
    timeout = "` + longTimeout + `"
  }
  action "respond" "r" { status = 204 }
}
`

// maxResident is more than the budget, the idle process and values that wait for
// the garbage collector take, and far less than the requests of the tests ask for.
const maxResident = 512 << 20

// startSmall starts a gateway with little memory.
func startSmall(t *testing.T) *process {
	t.Helper()
	s := newSite(t, memoryFlows)
	s.env = []string{"GOMEMLIMIT=230MiB"}
	return s.start(t)
}

// checkSmall checks that the process serves and has taken at most some bytes.
func checkSmall(t *testing.T, p *process, most int64) {
	t.Helper()
	if status := postUntilServed(t, p.base+"/quick", "", "{}"); status != http.StatusNoContent {
		t.Errorf("another flow got %d", status)
	}
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(text), "VmHWM:")
	fields := strings.Fields(rest)
	if !found || len(fields) < 2 {
		t.Skip("the system does not tell the peak of a process")
	}
	kib, err := strconv.ParseInt(fields[0], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("peak of %d MiB", kib>>10)
	if !racetest.On && kib<<10 > most {
		t.Errorf("the process took %d MiB, at most %d MiB are wanted", kib>>10, most>>20)
	}
}

// postTo posts a body of JSON and returns the status, 0 if the connection ended.
// encoding is its content encoding, "" for none.
func postTo(t *testing.T, url, encoding, body string) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Error(err)
		return 0
	}
	req.Header.Set("Content-Type", "application/json")
	if encoding != "" {
		req.Header.Set("Content-Encoding", encoding)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode
}

// postUntilServed posts a body again while it gets 503: other requests have the
// memory, or those that have their answers are still on their way into the history.
// It returns the last status. A process that is gone is not waited for.
func postUntilServed(t *testing.T, url, encoding, body string) int {
	t.Helper()
	failed := 0
	for end := time.Now().Add(signaltest.Patience); ; {
		status := postTo(t, url, encoding, body)
		if status == 0 {
			failed++
		}
		if status != http.StatusServiceUnavailable && status != 0 || failed > 100 || time.Now().After(end) {
			return status
		}
	}
}

// TestSlowReaders: callers who ask for large answers and do not read them take no
// more than their share, and other callers are served.
func TestSlowReaders(t *testing.T) {
	t.Parallel()
	p := startSmall(t)
	const callers = 100
	body := strings.Repeat("x", 1<<20)
	var mu sync.Mutex
	statuses := map[string]int{}
	var wg sync.WaitGroup
	for range callers {
		wg.Go(func() {
			conn, err := net.Dial("tcp", strings.TrimPrefix(p.base, "http://"))
			if err != nil {
				t.Error(err)
				return
			}
			t.Cleanup(func() { _ = conn.Close() })
			go func() {
				_, _ = fmt.Fprintf(conn, "POST /large HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
			}()
			begin := make([]byte, len("HTTP/1.1 200"))
			if _, err := io.ReadFull(conn, begin); err != nil {
				begin = []byte("a closed connection")
			}
			mu.Lock()
			defer mu.Unlock()
			statuses[strings.TrimPrefix(string(begin), "HTTP/1.1 ")]++
		})
	}
	wg.Wait()
	if statuses["200"] == 0 || statuses["503"] == 0 {
		t.Errorf("answers by status: %v", statuses)
	}
	checkSmall(t, p, maxResident)
}

// TestLargeBodiesAtOnce: bodies whose values take many times their text are
// refused above the budget, and accepted one after the other.
func TestLargeBodiesAtOnce(t *testing.T) {
	t.Parallel()
	p := startSmall(t)
	for _, c := range []struct{ name, encoding, body string }{
		{"numbers", "", "[" + strings.Repeat("1,", 500_000) + "1]"},
		{"objects", "", "[" + strings.Repeat(`{"a":1},`, 150_000) + "{}]"},
		{"lists", "", "[" + strings.Repeat("[[]],", 200_000) + "[]]"},
		{"compressed objects", "gzip", compress(t, "["+strings.Repeat(`{"a":1},`, 200_000)+"{}]")},
	} {
		var mu sync.Mutex
		statuses := map[int]int{}
		var wg sync.WaitGroup
		for range 40 {
			wg.Go(func() {
				status := postTo(t, p.base+"/decoded", c.encoding, c.body)
				mu.Lock()
				defer mu.Unlock()
				statuses[status]++
			})
		}
		wg.Wait()
		for status := range statuses {
			if status != http.StatusNoContent && status != http.StatusServiceUnavailable && status != 0 {
				t.Errorf("%s: answers by status: %v", c.name, statuses)
			}
		}
		if status := postUntilServed(t, p.base+"/decoded", c.encoding, c.body); status != http.StatusNoContent {
			t.Errorf("%s: alone it got %d", c.name, status)
		}
		checkSmall(t, p, maxResident)
	}
}

// compress returns a text as gzip.
func compress(t *testing.T, text string) string {
	t.Helper()
	var out strings.Builder
	w := gzip.NewWriter(&out)
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}
