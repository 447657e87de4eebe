package command_test

import (
	"context"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/webhook-gateway/gateway/internal/testutil/postgrestest"
)

// First numbers of the requests of each part of the test.
const (
	onceNumbers    = 1_000_000
	orderedNumbers = 2_000_000
	killNumbers    = 3_000_000
	stopNumbers    = 4_000_000
)

// TestReplicas runs three gateways on one database: one is killed under load,
// then a second one is stopped. The others finish the runs that both had accepted.
func TestReplicas(t *testing.T) {
	t.Parallel()
	database := postgrestest.Start(t).Database(t)
	h := &callHold{}
	r := startReplicas(t, 3, newReceiver(t, h.pace), database)

	r.checkOnce(t)
	ctx, end := context.WithCancel(t.Context())
	ordered := r.postInOrder(ctx, orderedNumbers, "/ordered")
	accepted := r.killFirst(t, h)
	for _, p := range r.all[1:] {
		checkListed(t, p, accepted)
	}
	handed := r.stopSecond(t, h)
	end()
	r.awaitIdle(t)
	checkOrder(t, r.receiver, <-ordered)

	repeated := r.check(t, "/one", "/two", "/three")
	t.Logf("%d and %d accepted, %d actions repeated", len(accepted), len(handed), repeated)
	checkFinished(t, r.st, accepted, 2)
	checkFinished(t, r.st, handed, 1) // a lease that ended would have cost an attempt
	r.checkRepeats(t, accepted)
	checkListed(t, r.all[2], accepted)
	checkListed(t, r.all[2], handed)
	r.all[2].stop()
}

// killFirst kills the first of the gateways under load, with calls of its own
// under way, and returns the runs that all of them had accepted.
func (r *replicas) killFirst(t *testing.T, h *callHold) map[int64]string {
	t.Helper()
	loads := r.loadEach(t, killNumbers, r.all...)
	awaitMore(t, 40, loads...)
	h.take(t, r.doors[r.all[0]], 10)
	r.all[0].kill()
	h.over(t)
	r.doors[r.all[0]].awaitClosed(t, r.receiver)
	r.life.Add(1)
	awaitMore(t, 40, loads[1:]...)
	return r.endAll(t, loads...)
}

// stopSecond stops a gateway under load beside another one, with calls of its
// own under way, and returns the runs that both had accepted.
func (r *replicas) stopSecond(t *testing.T, h *callHold) map[int64]string {
	t.Helper()
	loads := r.loadEach(t, stopNumbers, r.all[1:]...)
	awaitMore(t, 40, loads...)
	h.take(t, r.doors[r.all[1]], 10)
	r.life.Add(1) // the other one may repeat a call before the stop is over
	r.all[1].stop()
	h.over(t)
	awaitMore(t, 40, loads[1])
	return r.endAll(t, loads...)
}

// checkOnce sends a key to all gateways at the same instant: one run starts.
func (r *replicas) checkOnce(t *testing.T) {
	t.Helper()
	replicas := r.all
	for n := int64(onceNumbers); n < onceNumbers+10; n++ {
		runs, statuses, errs := make([]string, len(replicas)), make([]int, len(replicas)), make([]error, len(replicas))
		start := make(chan struct{})
		var wg sync.WaitGroup
		for i, p := range replicas {
			wg.Go(func() {
				<-start
				runs[i], statuses[i], errs[i] = postNumber(http.DefaultClient, p.base+"/once", n)
			})
		}
		close(start)
		wg.Wait()
		for i := range replicas {
			if errs[i] != nil || statuses[i] != http.StatusOK || runs[i] != runs[0] || runs[i] == "" {
				t.Errorf("gateway %d answered the same key with %d, run %q, %v; the first with run %q", i, statuses[i], runs[i], errs[i], runs[0])
			}
		}
		r.await(t, []int64{n}, "/once")
		if came := r.at(n, "/once"); len(came) != 1 || came[0].run != runs[0] {
			t.Errorf("the run %s of one key came as %+v", runs[0], came)
		}
	}
}

// checkOrder reports a run that began before the one ahead of it was over.
func checkOrder(t *testing.T, r *receiver, numbers []int64) {
	t.Helper()
	if len(numbers) < 30 {
		t.Errorf("only %d ordered requests were accepted", len(numbers))
	}
	last := int64(0)
	for _, n := range numbers {
		came := r.at(n, "/ordered")
		if len(came) == 0 {
			t.Errorf("the ordered request %d never came", n)
			continue
		}
		if came[0].order < last {
			t.Errorf("the ordered request %d came before the one ahead of it was done", n)
		}
		last = came[len(came)-1].order
	}
}

// checkRepeats reports repeated actions of runs that no gateway took over.
func (r *replicas) checkRepeats(t *testing.T, accepted map[int64]string) {
	t.Helper()
	taken := 0
	for n, id := range accepted {
		run, err := r.st.Get(context.Background(), id)
		if err != nil {
			t.Fatal(err)
		}
		if run.Attempt > 1 {
			taken++
			continue
		}
		for _, path := range []string{"/one", "/two", "/three"} {
			if came := len(r.at(n, path)); came != 1 {
				t.Errorf("request %d, which has one attempt, came to %s %d times", n, path, came)
			}
		}
	}
	if taken == 0 {
		t.Error("no run was taken over")
	}
}

// checkListed reports runs that a gateway does not list.
func checkListed(t *testing.T, p *process, accepted map[int64]string) {
	t.Helper()
	ids := listed(t, p, "load")
	for n, id := range accepted {
		if !ids[id] {
			t.Errorf("run %s of request %d is not in the list of a gateway", id, n)
		}
	}
}

// TestReplicasDatabaseRestart kills the database under two gateways and starts
// it again. They refuse requests in between, and then continue by themselves.
func TestReplicasDatabaseRestart(t *testing.T) {
	t.Parallel()
	server := postgrestest.Start(t)
	database := server.Database(t)
	r := startReplicas(t, 2, newReceiver(t, nil), database)
	loads := r.loadEach(t, 0, r.all...)
	awaitMore(t, 40, loads...)
	for range 2 {
		server.Kill()
		for _, l := range loads {
			_, before := l.counts(http.StatusServiceUnavailable)
			r.changed.Await(t, "a gateway without its database refuses", func() bool {
				_, now := l.counts(http.StatusServiceUnavailable)
				return now > before+5
			})
		}
		server.Start(t)
		awaitMore(t, 40, loads...)
	}
	accepted := r.endAll(t, loads...)
	for _, l := range loads {
		t.Logf("%d accepted, other answers %v", len(l.accepted), l.refused)
		for status := range l.refused {
			if status != http.StatusServiceUnavailable {
				t.Errorf("a request was answered with %d", status)
			}
		}
	}
	r.awaitIdle(t)
	checkFinished(t, r.st, accepted, 0)
	for _, p := range r.all {
		p.stop()
	}
}

// TestReplicasLease holds that a lease too short to be kept is refused.
func TestReplicasLease(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	s := newSite(t, "")
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Args = []string{"gateway", "run", "--data", s.data, "--lease", "999ms", s.flows}
	out, err := cmd.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "--lease must be at least 1s, and 999ms is less") {
		t.Errorf("a lease of 999ms: %v, %s", err, out)
	}
}
