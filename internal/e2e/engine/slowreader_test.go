package engine_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"testing"
)

// heapReader measures the heap while it gets an answer.
type heapReader struct {
	*httptest.ResponseRecorder
	heap uint64
}

func (r *heapReader) Write(text []byte) (int, error) {
	r.heap = heapInUse()
	return r.ResponseRecorder.Write(text)
}

func heapInUse() uint64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

// zeros is a body that takes no memory.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// TestSlowReaderKeepsNoEvent: the event of a sync run is gone when its caller reads the
// answer, which may take long, because the memory budget no longer counts it.
//
//nolint:paralleltest // it measures the heap
func TestSlowReaderKeepsNoEvent(t *testing.T) {
	l := newLab(t)
	l.write(`flow "a" {
  trigger "test" { path = "/a" }
  action "answer" "b" { text = "read" }
}`)
	g := l.start()
	const size = 1 << 20
	var small, large heapReader
	for r, body := range map[*heapReader]int64{&small: 0, &large: size} {
		r.ResponseRecorder = httptest.NewRecorder()
		g.ServeHTTP(r, httptest.NewRequest(http.MethodPost, "/a", io.LimitReader(zeros{}, body)))
		if r.Code != http.StatusOK || r.Body.String() != "read" {
			t.Fatalf("%d with the text %q", r.Code, r.Body)
		}
	}
	if large.heap > small.heap+size/2 {
		t.Errorf("the heap has %d bytes after a large request, and %d after an empty one", large.heap, small.heap)
	}
}
