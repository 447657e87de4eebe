package engine_test

import (
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"
)

// sink collects log lines in JSON, and lets tests wait for one.
type sink struct {
	t     testing.TB
	mu    sync.Mutex
	lines []string
	more  chan struct{} // closed and replaced at each line
}

func newSink(t testing.TB) *sink { return &sink{t: t, more: make(chan struct{})} }

func (s *sink) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lines = append(s.lines, strings.TrimSuffix(string(p), "\n"))
	close(s.more)
	s.more = make(chan struct{})
	return len(p), nil
}

// mark returns the number of lines so far.
func (s *sink) mark() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.lines)
}

// since returns the lines after a mark that have all the parts.
func (s *sink) since(mark int, parts ...string) (found []string, more <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, line := range s.lines[mark:] {
		all := true
		for _, p := range parts {
			all = all && strings.Contains(line, p)
		}
		if all {
			found = append(found, line)
		}
	}
	return found, s.more
}

// all returns the lines that have all the parts.
func (s *sink) all(parts ...string) []string {
	found, _ := s.since(0, parts...)
	return found
}

// patience bounds each wait of a test.
const patience = 30 * time.Second

// await waits for a line after the mark that has all the parts.
func (s *sink) await(mark int, parts ...string) string {
	s.t.Helper()
	end := time.NewTimer(patience)
	defer end.Stop()
	for {
		found, more := s.since(mark, parts...)
		if len(found) > 0 {
			return found[0]
		}
		select {
		case <-more:
		case <-end.C:
			s.t.Fatalf("no line with %q among:\n%s", parts, strings.Join(s.all(), "\n"))
		}
	}
}

// fields decodes a line.
func fields(t testing.TB, line string) map[string]any {
	t.Helper()
	var out map[string]any
	if err := json.Unmarshal([]byte(line), &out); err != nil {
		t.Fatalf("%v in the line %s", err, line)
	}
	return out
}
