package ops

import (
	"bytes"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/gateway/snapshot"
	"github.com/webhook-gateway/gateway/internal/redact"
	"github.com/webhook-gateway/gateway/internal/testutil/racetest"
)

// largeBody returns JSON of about 10 MiB.
func largeBody() []byte {
	return []byte(`{"items":[` + strings.Repeat(`{"id":123456,"name":"a name","note":"a\tb","tags":["x","y"]},`, 170_000) + `{}]}`)
}

func viewWithSecrets(n int) view {
	var secrets []string
	for i := range n {
		secrets = append(secrets, fmt.Sprintf("hunter%d-hunter2", i))
	}
	return view{&snapshot.Snapshot{Redactor: redact.New(secrets)}}
}

// TestLargeBody: a body without secrets is shown without a value for each of its parts,
// and its beginning without the rest.
func TestLargeBody(t *testing.T) {
	v, body := viewWithSecrets(10), largeBody()
	if got := v.values(0).showBody(body, nil, false); string(got.Body) != string(body) || got.Encoding != "json" || got.BodySize != 0 {
		t.Fatalf("%d bytes of %s, want the %d bytes of the body", len(got.Body), got.Encoding, len(body))
	}
	got := v.values(1<<10).showBody(body, nil, false)
	if n := len(got.Body); n < 1000 || n > 1100 || !bytes.HasPrefix(body, got.Body) || got.Encoding != "json" || got.BodySize != len(body) {
		t.Fatalf("%d bytes of %s, of %d", n, got.Encoding, got.BodySize)
	}
	const few = 50
	for name, limit := range map[string]int{"whole": 0, "beginning": 1 << 10} {
		if got := testing.AllocsPerRun(1, func() { v.values(limit).showBody(body, nil, false) }); got > few && !racetest.On {
			t.Errorf("%s: %.0f allocations, want at most %d", name, got, few)
		}
	}
}

// TestManyDownloads: many large values that are written at once take the memory of the
// stored values, and little more.
func TestManyDownloads(t *testing.T) {
	if racetest.On {
		t.Skip("the race detector takes memory of its own")
	}
	const many, more = 8, 4 << 20
	bodies := [][]byte{largeBody(), []byte(`["` + strings.Repeat("a long text\\n", 800_000) + `"]`), bytes.Repeat([]byte("bytes \xff"), 1<<20), []byte(strings.Repeat("text ", 2<<20))}
	v, before := viewWithSecrets(10), liveBytes()
	done, half, goOn := make(chan error), make(chan struct{}), make(chan struct{})
	for i := range many {
		body := bodies[i%len(bodies)]
		go func() {
			part := v.bodyPart(body, nil, false)
			done <- part.Write(&pausingWriter{size: len(body) / 2, half: half, goOn: goOn})
		}()
	}
	for range many {
		<-half
	}
	if took := liveBytes() - before; took > more {
		t.Errorf("%d downloads take %d bytes beside the values, want at most %d", many, took, more)
	}
	close(goOn)
	for range many {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	runtime.KeepAlive(bodies)
}

// pausingWriter waits after half of a value.
type pausingWriter struct {
	size int
	half chan<- struct{}
	goOn <-chan struct{}
}

func (w *pausingWriter) Write(p []byte) (int, error) {
	if w.size -= len(p); w.size < 0 && w.half != nil {
		w.half <- struct{}{}
		<-w.goOn
		w.half = nil
	}
	return len(p), nil
}

func liveBytes() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func BenchmarkLargeBody(b *testing.B) {
	v, body := viewWithSecrets(10), largeBody()
	for _, c := range []struct {
		name string
		show func()
	}{
		{"whole", func() { v.values(0).showBody(body, nil, false) }},
		{"beginning", func() { v.values(16<<10).showBody(body, nil, false) }},
		{"download", func() { _ = v.bodyPart(body, nil, false).Write(io.Discard) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				c.show()
			}
		})
	}
}
