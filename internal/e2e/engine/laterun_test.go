package engine_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/webhook-gateway/gateway/flow"
)

// fallingBack is a flow whose action and whose on_error list wait for the test.
const fallingBack = "action \"use\" \"u\" {\n  key = \"k\"\n}\naction \"hold\" \"main\" {}\n" +
	"on_error {\n  action \"hold\" \"after\" {}\n  action \"say\" \"done\" {\n    message = \"on_error has ended\"\n  }\n}"

func fallingBackFlow(l *lab) {
	l.opts.ShutdownTimeout = 10 * time.Second
	l.write(one(`timeout = "5s"`, fallingBack))
}

// postLate sends a request whose caller gets 504 and whose on_error list is under
// way then.
func postLate(s *live) {
	c := s.public.dial(s.t)
	c.post("/x", "")
	<-s.entered
	c.wantStatus(http.StatusGatewayTimeout)
	<-s.entered
}

// TestStopWaitsForLateRuns: a stop lets the on_error list of a run end whose caller
// has its 504, and what the run held is free afterwards.
func TestStopWaitsForLateRuns(t *testing.T) {
	t.Parallel()
	serveIn(t, fallingBackFlow, func(s *live) {
		postLate(s)
		s.stop()
		time.Sleep(3 * time.Second)
		select {
		case err := <-s.ended:
			s.t.Fatalf("stopped while a run goes on: %v", err)
		default:
		}
		s.release <- struct{}{}
		if err := <-s.ended; err != nil {
			s.t.Error(err)
		}
		s.lines.await(0, "on_error has ended")
		if line := fields(s.t, s.lines.await(0, `"msg":"run"`)); line["status"] != float64(http.StatusGatewayTimeout) {
			s.t.Errorf("the line of the run is %v", line)
		}
		s.wantFree()
		s.ended <- nil
	})
}

// TestStopEndsLateRuns: after the shutdown timeout an on_error list ends.
func TestStopEndsLateRuns(t *testing.T) {
	t.Parallel()
	serveIn(t, fallingBackFlow, func(s *live) {
		postLate(s)
		began := time.Now()
		s.stop()
		err := <-s.ended
		if took := time.Since(began); err != nil || took < 10*time.Second || took > 12*time.Second {
			s.t.Errorf("stopped after %v: %v", took, err)
		}
		s.lines.await(0, `"msg":"run"`)
		s.wantFree()
		s.ended <- nil
	})
}

// TestStopEndsFallback: a caller gets the answer of its run although the shutdown
// timeout is over before on_error has ended.
func TestStopEndsFallback(t *testing.T) {
	t.Parallel()
	text := "action \"fail\" \"f\" {}\non_error {\n  action \"hold\" \"after\" {}\n}"
	serveIn(t, func(l *lab) { l.opts.ShutdownTimeout = 10 * time.Second; l.write(one(`timeout = "1h"`, text)) }, func(s *live) {
		c := s.public.dial(s.t)
		c.post("/x", "")
		<-s.entered
		s.stop()
		c.wantStatus(http.StatusServiceUnavailable)
		if err := <-s.ended; err != nil {
			s.t.Error(err)
		}
		s.ended <- nil
	})
}

// TestStopIsNoFailure: on_error does not run for a run that a stop interrupts.
func TestStopIsNoFailure(t *testing.T) {
	t.Parallel()
	serveIn(t, func(l *lab) { l.opts.ShutdownTimeout = time.Second; l.write(one(`timeout = "1h"`, fallingBack)) }, func(s *live) {
		c := s.public.dial(s.t)
		c.post("/x", "")
		<-s.entered
		s.stop()
		c.wantStatus(http.StatusServiceUnavailable)
		if err := <-s.ended; err != nil {
			s.t.Error(err)
		}
		if len(s.entered) > 0 {
			s.t.Error("on_error ran")
		}
		s.ended <- nil
	})
}

// TestLateRunEndsItself: without a stop, on_error ends in its own time, and further
// callers are served meanwhile.
func TestLateRunEndsItself(t *testing.T) {
	t.Parallel()
	serveIn(t, fallingBackFlow, func(s *live) {
		postLate(s)
		if n := seriesValue(s.t, s.g, "gateway_runs_in_flight", nil); n != 1 {
			s.t.Errorf("%v runs are in flight, want the late one", n)
		}
		postLate(s)
		time.Sleep(flow.CallerFallbackTime)
		synctest.Wait()
		s.wantFree()
	})
}

// wantFree checks that no run holds a slot or memory.
func (s *live) wantFree() {
	s.t.Helper()
	for _, name := range []string{"gateway_runs_in_flight", "gateway_memory_budget_used_bytes"} {
		if n := seriesValue(s.t, s.g, name, nil); n != 0 {
			s.t.Errorf("%s is %v", name, n)
		}
	}
}
