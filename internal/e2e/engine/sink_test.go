package engine_test

import (
	"encoding/json"
	"strings"
	"sync"
	"testing"

	"github.com/webhook-gateway/gateway/internal/testutil/signaltest"
)

// sink collects log lines in JSON, and lets tests wait for one.
type sink struct {
	t     testing.TB
	mu    sync.Mutex
	lines []string
	more  signaltest.Signal // sent after each line
}

func newSink(t testing.TB) *sink { return &sink{t: t} }

func (s *sink) Write(p []byte) (int, error) {
	s.mu.Lock()
	s.lines = append(s.lines, strings.TrimSuffix(string(p), "\n"))
	s.mu.Unlock()
	s.more.Send()
	return len(p), nil
}

// mark returns the number of lines so far.
func (s *sink) mark() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.lines)
}

// since returns the lines after a mark that have all the parts.
func (s *sink) since(mark int, parts ...string) (found []string) {
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
	return found
}

// all returns the lines that have all the parts.
func (s *sink) all(parts ...string) []string {
	return s.since(0, parts...)
}

// await waits for a line after the mark that has all the parts.
func (s *sink) await(mark int, parts ...string) string {
	s.t.Helper()
	var found []string
	if !s.more.Wait(func() bool { found = s.since(mark, parts...); return len(found) > 0 }) {
		s.t.Fatalf("no line with %q among:\n%s", parts, strings.Join(s.all(), "\n"))
	}
	return found[0]
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
