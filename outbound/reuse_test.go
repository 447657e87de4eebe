package outbound

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// crowd is a server that answers once a number of requests is there, so that as many
// are under way at once.
type crowd struct {
	size int
	mu   sync.Mutex
	here int
	open chan struct{}
}

func (c *crowd) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	c.mu.Lock()
	if c.open == nil {
		c.open = make(chan struct{})
	}
	wait := c.open
	if c.here++; c.here == c.size {
		c.here, c.open = 0, nil
		close(wait)
	}
	c.mu.Unlock()
	<-wait
	w.WriteHeader(http.StatusNoContent)
}

// callers sends requests of many workers to one server, and returns how many
// connections were made and how often one was reused.
func callers(t testing.TB, handler http.Handler, workers, calls, concurrent int) (dials, reuses int64) {
	t.Helper()
	s := httptest.NewServer(handler)
	defer s.Close()
	policy, err := ParsePolicy([]string{"127.0.0.1"})
	if err != nil {
		t.Fatal(err)
	}
	var dialed, reused atomic.Int64
	c := New(Options{
		Policy: policy, MaxConcurrent: concurrent, IdleTimeout: time.Minute,
		CountDial: func() { dialed.Add(1) }, CountReuse: func() { reused.Add(1) },
	})
	defer c.CloseIdle()
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			for range calls {
				if _, err := c.Do(t.Context(), &Request{Method: "POST", URL: s.URL, Body: []byte(`{"a":1}`)}); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	group.Wait()
	return dialed.Load(), reused.Load()
}

// TestConnectionsAreReused: workers that call one host make about one connection
// each. A few more are dials that another worker's connection overtook.
func TestConnectionsAreReused(t *testing.T) {
	t.Parallel()
	const workers, calls = 64, 20
	dials, reuses := callers(t, &crowd{size: workers}, workers, calls, workers)
	if dials < workers || dials > workers+workers/4 {
		t.Errorf("%d connections were made, want about %d", dials, workers)
	}
	if least := int64(workers*calls) - dials; reuses < least {
		t.Errorf("%d requests used a connection that was kept, want at least %d", reuses, least)
	}
}

func BenchmarkManyCallers(b *testing.B) {
	for _, kept := range []int{16, 64} {
		b.Run(fmt.Sprintf("kept=%d", kept), func(b *testing.B) {
			dials, _ := callers(b, &crowd{size: 64}, 64, b.N/64+1, kept)
			b.ReportMetric(float64(dials)/float64(b.N), "dials/op")
		})
	}
}
