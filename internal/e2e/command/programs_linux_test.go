package command_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/webhook-gateway/gateway/internal/testutil/racetest"
)

// programFlows reshape each number of a list into an object and a list, which take
// some hundred times the bytes of its text.
const programFlows = `
flow "reshape" {
  trigger "webhook" {
    path = "/reshape"
    mode = "sync"
    timeout = "` + longTimeout + `"
  }
  action "transform" "t" {
    jq = "[.xs[]|{a:.,b:.,c:[.,.,.]}]"
    timeout = "` + longTimeout + `"
  }
  action "transform" "u" {
    input = action.t.value
    jq    = ". + ."
    timeout = "` + longTimeout + `"
  }
  action "respond" "r" { json = jq("length", action.u.value) }
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

// postMany posts a body many times at once and returns how often each status came.
func postMany(t *testing.T, url, body string, callers int) map[int]int {
	t.Helper()
	var mu sync.Mutex
	statuses := map[int]int{}
	var wg sync.WaitGroup
	for range callers {
		wg.Go(func() {
			status := postTo(t, url, "", body)
			mu.Lock()
			defer mu.Unlock()
			statuses[status]++
		})
	}
	wg.Wait()
	return statuses
}

// TestManyLargePrograms: jq programs of many callers make values at once that are
// much larger than their bodies. Programs for which there is no memory get a 503 and
// those that would take too much alone a 500, and the process stays within its
// memory.
func TestManyLargePrograms(t *testing.T) {
	if racetest.On {
		t.Skip("the race detector takes several times the memory and the time; make test runs this test without it too")
	}
	t.Parallel()
	const callers = 12
	s := newSite(t, programFlows)
	group := newMemoryGroup(t, hostileLimit)
	s.env = []string{fmt.Sprintf("GOMEMLIMIT=%d", hostileLimit/10*8)}
	p := s.start(t)
	if group != nil && group.add(p.cmd.Process.Pid) {
		t.Log("the kernel limits the memory")
		defer func() { t.Logf("the group took at most %s bytes", group.peak()) }()
	}
	for _, length := range []int{450_000, 100_000, 20_000, 450_000} {
		body := numbersBody(length)
		for range 3 {
			statuses := postMany(t, p.base+"/reshape", body, callers)
			t.Logf("%d numbers: the callers got %v", length, statuses)
			answered := statuses[http.StatusOK] + statuses[http.StatusServiceUnavailable] + statuses[http.StatusInternalServerError]
			if answered != callers {
				t.Fatalf("%d numbers: the callers got %v", length, statuses)
			}
		}
	}
	checkSmall(t, p, hostileLimit+mappedFiles)
	if status := postUntilServed(t, p.base+"/reshape", "", numbersBody(2_000)); status != http.StatusOK {
		t.Errorf("a small program after the others got %d, want 200", status)
	}
}

func numbersBody(length int) string {
	return `{"xs":[` + strings.Repeat("1,", length-1) + `1],"o":{}}`
}
