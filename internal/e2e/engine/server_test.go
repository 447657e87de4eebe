package engine_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/webhook-gateway/gateway/gateway/endpoint"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/httpserver"
)

func holdingFlow(l *lab) { l.write(one(`timeout = "2h"`, holding)) }

// A stop fails the readiness at once, closes idle connections, and waits for
// runs.
func TestStopLetsRunsEnd(t *testing.T) {
	t.Parallel()
	serveIn(t, holdingFlow, func(s *live) {
		s.wantReady(true)
		idle := s.public.dial(s.t)
		idle.get("/nowhere")
		idle.wantStatus(404)
		busy := s.public.dial(s.t)
		busy.post("/x", "")
		<-s.entered
		s.stop()
		synctest.Wait()
		s.wantReady(false)
		idle.wantEnd()
		s.public.dial(s.t).wantEnd()
		time.Sleep(20 * time.Second)
		s.release <- struct{}{}
		if response := busy.wantStatus(200); !response.close {
			s.t.Error("the connection stays open")
		}
		if err := <-s.ended; err != nil {
			s.t.Error(err)
		}
		s.noErrors()
		s.ended <- nil
	})
}

// Runs that take longer than the shutdown timeout are cancelled, and their callers
// get 503.
func TestStopCancelsRuns(t *testing.T) {
	t.Parallel()
	serveIn(t, func(l *lab) { l.opts.ShutdownTimeout = 10 * time.Second; holdingFlow(l) }, func(s *live) {
		c := s.public.dial(s.t)
		c.post("/x", "")
		<-s.entered
		began := time.Now()
		s.stop()
		response := c.wantStatus(503)
		if response.header.Get("Retry-After") == "" || !response.close {
			s.t.Errorf("%v", response.header)
		}
		err := <-s.ended
		if took := time.Since(began); err != nil || took < 10*time.Second || took > 12*time.Second {
			s.t.Errorf("stopped after %v: %v", took, err)
		}
		s.ended <- nil
	})
}

// An action that ignores its context does not keep the process from stopping:
// the caller gets its answer. The resources stay open until the action ends.
func TestStopLeavesStubbornRuns(t *testing.T) {
	t.Parallel()
	flows := one("", "action \"use\" \"u\" {\n  key = \"k\"\n}\naction \"hold\" \"h\" {\n  stubborn = true\n}")
	serveIn(t, func(l *lab) { l.opts.ShutdownTimeout = 10 * time.Second; l.write(flows) }, func(s *live) {
		c := s.public.dial(s.t)
		c.post("/x", "")
		<-s.entered
		began := time.Now()
		s.stop()
		c.wantStatus(503)
		err := <-s.ended
		if took := time.Since(began); err != nil || took < 10*time.Second || took > 12*time.Second {
			s.t.Errorf("stopped after %v: %v", took, err)
		}
		s.lines.await(0, "a computation did not end in time", `"abandoned":1`)
		s.g.Close()
		if n := s.closed.Load(); n != 0 {
			s.t.Error("a resource of a run was closed")
		}
		s.release <- struct{}{}
		synctest.Wait()
		if n := s.closed.Load(); n != 1 {
			s.t.Errorf("%d closed", n)
		}
		s.ended <- nil
	})
}

// During the drain delay the gateway serves on.
func TestStopDrains(t *testing.T) {
	t.Parallel()
	serveIn(t, func(l *lab) { l.opts.DrainDelay = 15 * time.Second; l.write(one("", "")) }, func(s *live) {
		s.stop()
		time.Sleep(14 * time.Second)
		s.wantReady(false)
		c := s.public.dial(s.t)
		c.post("/x", "")
		if r := c.wantStatus(200); !r.close {
			s.t.Error("the caller may come back on this connection")
		}
		c.wantEnd()
		time.Sleep(2 * time.Second)
		s.public.dial(s.t).wantEnd()
	})
}

func TestRunCanBeStoppedAtAnyTime(t *testing.T) {
	t.Parallel()
	isClosed := func(m *memory) bool {
		select {
		case <-m.closed:
			return true
		default:
			return false
		}
	}
	l := newLab(t)
	l.write(one("", ""))
	g := l.start()
	before, cancel := context.WithCancel(t.Context())
	cancel()
	public := newMemory(&net.TCPAddr{})
	if err := g.Run(before, public); err != nil || !isClosed(public) {
		t.Errorf("stopped before the start: %v", err)
	}
	public = newMemory(&net.TCPAddr{})
	if err := g.Run(t.Context(), public); err == nil || !isClosed(public) {
		t.Errorf("run twice: %v", err)
	}
	g.Close()
	g.Close()
	closed := l.start()
	closed.Close()
	public = newMemory(&net.TCPAddr{})
	if err := closed.Run(t.Context(), public); err == nil || !isClosed(public) {
		t.Errorf("run after it was closed: %v", err)
	}
}

func TestRunTellsOfALostListener(t *testing.T) {
	t.Parallel()
	serveIn(t, func(l *lab) { l.write(one("", "")) }, func(s *live) {
		s.public.err <- errors.New("it is gone")
		if err := <-s.ended; err == nil || !strings.Contains(err.Error(), "it is gone") {
			s.t.Errorf("%v", err)
		}
		s.ended <- nil
	})
}

// Slow callers get 408, and take no slot from others.
func TestSlowBody(t *testing.T) {
	t.Parallel()
	serveIn(t, func(l *lab) { l.write("gateway {\n  limits {\n    runs = 1\n  }\n}\n" + one("", "")) }, func(s *live) {
		var slow []*caller
		for range 5 {
			c := s.public.dial(s.t)
			c.send("POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n")
			slow = append(slow, c)
		}
		began := time.Now()
		for range 5 {
			for _, c := range slow {
				c.send("x")
			}
			other := s.public.dial(s.t)
			other.post("/x", "body")
			other.wantStatus(200)
			_ = other.Close()
			time.Sleep(5 * time.Second)
		}
		for _, c := range slow {
			if response := c.wantStatus(408); !response.close {
				s.t.Error("the connection stays open")
			}
		}
		if took := time.Since(began); took != endpoint.BodyTime {
			s.t.Errorf("after %v", took)
		}
		if n := seriesValue(s.t, s.g, "gateway_requests_total", map[string]string{"outcome": "too_slow", "status": "408"}); n != 5 {
			s.t.Errorf("%v counted", n)
		}
		s.noErrors()
	})
}

// The limit of runs also holds if others take the last slots while the body of a
// request arrives.
func TestLimitAfterTheBody(t *testing.T) {
	t.Parallel()
	serveIn(t, func(l *lab) { l.write("gateway {\n  limits {\n    runs = 1\n  }\n}\n" + one("", holding)) }, func(s *live) {
		slow, quick := s.public.dial(s.t), s.public.dial(s.t)
		slow.send("POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\na")
		synctest.Wait()
		quick.post("/x", "")
		<-s.entered
		slow.send("b")
		slow.wantStatus(503)
		s.release <- struct{}{}
		quick.wantStatus(200)
	})
}

// Large bodies have more time.
func TestLargeBodyHasTime(t *testing.T) {
	t.Parallel()
	serveIn(t, func(l *lab) { l.write("gateway {\n  limits {\n    body = \"10MiB\"\n  }\n}\n" + one("", "")) }, func(s *live) {
		c := s.public.dial(s.t)
		c.send("POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10485760\r\n\r\n")
		for range 160 { // 64 KiB a second
			c.send(strings.Repeat("x", 64<<10))
			time.Sleep(time.Second)
		}
		c.wantStatus(200)
	})
}

// A refused caller cannot keep its connection by sending slowly.
func TestSlowBodyThatNobodyReads(t *testing.T) {
	t.Parallel()
	serveIn(t, func(l *lab) { l.write(one("", "")) }, func(s *live) {
		c := s.public.dial(s.t)
		c.send("POST /nowhere HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nx")
		began := time.Now()
		c.wantStatus(404)
		c.wantEnd()
		if took := time.Since(began); took > endpoint.BodyTime+time.Second {
			s.t.Errorf("after %v", took)
		}
	})
}

// The deadlines of a connection do not end a long run.
func TestLongRunWithBody(t *testing.T) {
	t.Parallel()
	serveIn(t, holdingFlow, func(s *live) {
		c := s.public.dial(s.t)
		c.post("/x", "body")
		<-s.entered
		time.Sleep(time.Hour)
		s.release <- struct{}{}
		c.wantStatus(200)
		c.post("/x", "and again")
		<-s.entered
		s.release <- struct{}{}
		c.wantStatus(200)
	})
}

// A caller that hangs up while it sends is counted, and no error is logged.
func TestHangUpInTheBody(t *testing.T) {
	t.Parallel()
	serveIn(t, func(l *lab) { l.write(one("", "")) }, func(s *live) {
		c := s.public.dial(s.t)
		c.send("POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nx")
		synctest.Wait()
		_ = c.Close()
		synctest.Wait()
		if n := seriesValue(s.t, s.g, "gateway_requests_total", map[string]string{"outcome": "disconnected"}); n != 1 {
			s.t.Errorf("%v counted", n)
		}
		s.noErrors()
	})
}

// A caller that does not read the response loses the connection.
func TestSlowReader(t *testing.T) {
	t.Parallel()
	serveIn(t, func(l *lab) { l.write(one("", "action \"answer\" \"a\" {\n  size = 10000000\n}")) }, func(s *live) {
		c := s.public.dial(s.t)
		c.post("/x", "")
		time.Sleep(httpserver.WriteTimeout + time.Second)
		if _, err := c.Write([]byte("x")); err == nil {
			s.t.Error("the connection is open")
		}
		slow := s.public.dial(s.t)
		slow.post("/x", "")
		read, buf := 0, make([]byte, 64<<10)
		for read < 10_000_000 {
			n, err := slow.in.Read(buf)
			if err != nil {
				s.t.Fatalf("%v after %d bytes", err, read)
			}
			read += n
			time.Sleep(time.Second)
		}
	})
}

// A caller without authorization gets its response before it sends the body.
func TestExpectContinue(t *testing.T) {
	t.Parallel()
	serveIn(t, func(l *lab) { l.write(one(`token = "good"`, "")) }, func(s *live) {
		head := "POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nExpect: 100-continue\r\nAuthorization: "
		for _, refused := range []string{
			head + "bad\r\n\r\n",
			"POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\nAuthorization: bad\r\n\r\n",
		} {
			began := (clock.System{}).Now()
			c := s.public.dial(s.t)
			c.send(refused)
			if response := c.wantStatus(401); !response.close {
				s.t.Error("the connection stays open, and the body may follow")
			}
			if waited := clock.Since(clock.System{}, began); waited > 0 {
				s.t.Errorf("%q: the answer waits %v for the body", refused, waited)
			}
		}
		c := s.public.dial(s.t)
		c.send(head + "good\r\n\r\n")
		c.wantStatus(100)
		c.send("body")
		c.wantStatus(200)
	})
}

func TestPipelining(t *testing.T) {
	t.Parallel()
	serveIn(t, func(l *lab) {
		l.write(one("", "action \"answer\" \"a\" {\n  text = req.body\n}"))
	}, func(s *live) {
		c := s.public.dial(s.t)
		request := func(body string) string {
			return "POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\n" + body
		}
		go c.send(request("a") + "GET /y HTTP/1.1\r\nHost: localhost\r\n\r\n" + request("b"))
		for _, want := range []string{"a", "404", "b"} {
			if r := c.answer(); r.body != want && fmt.Sprint(r.status) != want {
				s.t.Errorf("%d %s, want %s", r.status, r.body, want)
			}
		}
	})
}

func TestHeaderLimits(t *testing.T) {
	t.Parallel()
	serveIn(t, func(l *lab) { l.write("gateway {\n  limits {\n    headers = \"4KiB\"\n  }\n}\n" + one("", "")) }, func(s *live) {
		c := s.public.dial(s.t)
		c.send("POST /x HTTP/1.1\r\nHost: localhost\r\nX-Small: " + strings.Repeat("x", 3000) + "\r\n\r\n")
		c.wantStatus(200)
		go func() { // ends when the gateway closes the connection
			_, _ = c.Write([]byte("POST /x HTTP/1.1\r\nHost: localhost\r\nX-Large: " + strings.Repeat("x", 20000) + "\r\n\r\n"))
		}()
		c.wantStatus(431)
		slow := s.public.dial(s.t)
		slow.send("POST /x HTT")
		began := time.Now()
		slow.wantStatus(400)
		slow.wantEnd()
		if took := time.Since(began); took > httpserver.HeaderTimeout+time.Second {
			s.t.Errorf("a slow header ended after %v", took)
		}
	})
}
