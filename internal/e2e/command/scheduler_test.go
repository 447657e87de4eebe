package command_test

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
)

const schedulerFlow = `
flow "quick" {
  trigger "webhook" {
    path = "/quick"
    mode = "sync"
  }
  action "respond" "r" { status = 204 }
}
`

// TestSchedulerHasOneMoreThread: a write to the disk must not take a processor from
// the requests. GOMAXPROCS has the last word.
func TestSchedulerHasOneMoreThread(t *testing.T) {
	t.Parallel()
	if _, set := os.LookupEnv("GOMAXPROCS"); set {
		t.Skip("GOMAXPROCS is set")
	}
	for _, c := range []struct {
		env  []string
		want int
	}{
		{nil, runtime.GOMAXPROCS(0) + 1},
		{[]string{"GOMAXPROCS=7"}, 7},
	} {
		s := newSite(t, schedulerFlow)
		s.env = c.env
		p := s.start(t)
		if line := fmt.Sprintf("\ngo_sched_gomaxprocs_threads %d\n", c.want); !strings.Contains(get(t, "http://"+p.admin+"/metrics"), line) {
			t.Errorf("%v: the metrics do not have %q", c.env, line)
		}
	}
}
