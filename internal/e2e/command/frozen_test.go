//go:build unix

package command_test

import (
	"net/http"
	"strings"
	"syscall"
	"testing"

	"github.com/webhook-gateway/gateway/internal/testutil/postgrestest"
)

// TestReplicasFrozen freezes a gateway under load for longer than its leases
// last. Another one takes over its runs and finishes them. The frozen gateway
// continues, notices that it has lost the runs, and leaves them alone.
func TestReplicasFrozen(t *testing.T) {
	t.Parallel()
	database := postgrestest.Start(t).Database(t)
	h := &callHold{}
	r := startReplicas(t, 2, newReceiver(t, h.pace), database)
	frozen, other := r.all[0], r.all[1]
	loads := r.loadEach(t, 0, r.all...)
	awaitMore(t, 20, loads...)
	h.take(t, r.doors[frozen], 10)
	send(t, frozen, syscall.SIGSTOP)
	accepted := r.endAll(t, loads...) // by the other one, as the first does nothing
	send(t, frozen, syscall.SIGCONT)
	h.over(t) // it has let go of what it was about
	r.awaitIdle(t)

	checkFinished(t, r.st, accepted, 2)
	r.checkKeys(t, accepted)
	taken := strings.Count(other.lines.String(), "run taken over")
	if taken < 10 {
		t.Errorf("%d runs were taken over; 10 at least were under way", taken)
	}
	if _, status, err := postNumber(http.DefaultClient, frozen.base+"/load", frozenNumber); err != nil || status != http.StatusOK {
		t.Errorf("the gateway that was frozen answers %d, %v", status, err)
	}
	for _, p := range r.all {
		p.stop()
	}
}

const frozenNumber = 9_000_000

func send(t *testing.T, p *process, s syscall.Signal) {
	t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
}

// checkKeys reports calls whose key is not that of the action of the run.
func (r *replicas) checkKeys(t *testing.T, accepted map[int64]string) {
	t.Helper()
	for n, id := range accepted {
		for _, path := range []string{"/one", "/two", "/three"} {
			came := r.at(n, path)
			if len(came) == 0 {
				t.Errorf("request %d never came to %s", n, path)
			}
			for _, a := range came {
				if a.run != id || a.key != id+path {
					t.Errorf("request %d of run %s came to %s as run %s with key %q", n, id, path, a.run, a.key)
				}
			}
		}
	}
}
