package dryrun_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/webhook-gateway/gateway/actions"
	"github.com/webhook-gateway/gateway/admin/dryrun"
	"github.com/webhook-gateway/gateway/admin/ops"
	"github.com/webhook-gateway/gateway/auth"
	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/flowtest"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/testutil/racetest"
	"github.com/webhook-gateway/gateway/triggers"
)

// TestMain makes the test binary the program of a dry run, if its first argument
// names what that does.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && programs[os.Args[1]] != nil {
		programs[os.Args[1]]()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// programs are the courses of a process.
var programs = map[string]func(){
	"serve": func() {
		if err := dryrun.Limits().Set(); err != nil {
			panic(err)
		}
		if err := dryrun.Serve(context.Background(), os.Stdin, os.Stdout, files()); err != nil {
			panic(err)
		}
	},
	"loop": func() {
		for n := 0; ; n++ {
			if n < 0 {
				n = 0
			}
		}
	},
	"bomb": func() {
		if err := dryrun.Limits().Set(); err != nil {
			panic(err)
		}
		var all [][]byte
		for {
			all = append(all, bytes.Repeat([]byte("x"), 1<<20))
			if len(all) == 4<<10 {
				_, _ = os.Stderr.WriteString("no limit was reached")
				os.Exit(1)
			}
		}
	},
	"panic": func() { panic("no such place") },
	"talk": func() {
		text := bytes.Repeat([]byte("x"), 1<<20)
		for range 64 {
			_, _ = os.Stdout.Write(text)
		}
	},
	"nothing": func() {},
	"exit":    func() { os.Exit(3) },
}

func files() flowtest.Options {
	return flowtest.Options{
		FS: fstest.MapFS{"flows/main.hcl": {Data: []byte(`
flow "greet" {
  trigger "webhook" {
    path = "/greet"
    mode = "sync"
    auth "bearer" { token = secret.token }
  }
  action "respond" "r" { json = { text = "<${env("GREETING")}>" } }
}
secret "token" { env = "TOKEN" }
`)}},
		Paths: []load.Path{{Dir: "flows", Name: "flows"}}, Connections: actions.Connections(), Clock: clock.System{},
		Kinds: flow.Kinds{Actions: actions.All(), Triggers: triggers.All(auth.All())},
		Env: func(name string) (string, bool) {
			text, ok := map[string]string{"GREETING": "hello", "TOKEN": "hunter2", "UNUSED": "unused"}[name]
			return text, ok
		},
	}
}

// dryRun makes a dry run whose process follows a program.
func dryRun(ctx context.Context, h *dryrun.Rehearsal) (*ops.DryRun, error) {
	return h.DryRun(ctx, "greet", ops.TryRequest{Method: "POST", Path: "/greet"}, nil)
}

func rehearsal(t *testing.T, program string, clk clock.Clock) *dryrun.Rehearsal {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return dryrun.New(files(), dryrun.InChild(self, []string{"gateway", program}, clk))
}

// TestDryRunInProcess: the process gets the variables that the files read, and
// returns what happened.
func TestDryRunInProcess(t *testing.T) {
	t.Parallel()
	got, err := dryRun(t.Context(), rehearsal(t, "serve", clock.System{}))
	if err != nil || got.Status != 200 || got.State != "succeeded" || string(got.Body) != `{"text":"<hello>"}` || len(got.Actions) != 1 {
		t.Errorf("%v %+v", err, got)
	}
}

// TestJobHoldsNoSecret: a job has the variables that expressions read, and no
// secret.
func TestJobHoldsNoSecret(t *testing.T) {
	t.Parallel()
	var job dryrun.Job
	h := dryrun.New(files(), func(_ context.Context, j *dryrun.Job) (*dryrun.Result, error) {
		job = *j
		return &dryrun.Result{Run: &ops.DryRun{}}, nil
	})
	if _, err := dryRun(t.Context(), h); err != nil {
		t.Fatal(err)
	}
	if len(job.Env) != 1 || job.Env["GREETING"] != "hello" || strings.Contains(job.Text, "hunter2") {
		t.Errorf("%v\n%s", job.Env, job.Text)
	}
}

// impatient is a clock whose deadlines come early.
type impatient struct{ clock.System }

// WithDeadline returns a context that ends before the time.
func (impatient) WithDeadline(ctx context.Context, t time.Time) (context.Context, context.CancelFunc) {
	return clock.System{}.WithDeadline(ctx, t.Add(-9900*time.Millisecond))
}

// patient is a clock whose deadlines come late, for processes that end by themselves.
type patient struct{ clock.System }

// WithDeadline returns a context that ends after the time.
func (patient) WithDeadline(ctx context.Context, t time.Time) (context.Context, context.CancelFunc) {
	return clock.System{}.WithDeadline(ctx, t.Add(10*time.Minute))
}

// TestProcessThatFails: each end of a process is told, and frees its place.
func TestProcessThatFails(t *testing.T) {
	t.Parallel()
	tests := []struct {
		program string
		clock   clock.Clock
		kind    ops.Kind
		message string
	}{
		{"loop", impatient{}, ops.Invalid, "the dry run did not end within 10s: the flow computes without an end, or for too long"},
		{"bomb", patient{}, ops.Invalid, "the dry run needs more than the 256 MiB of memory that it may use"},
		{"panic", patient{}, ops.Internal, "the dry run crashed: panic: no such place"},
		{"talk", patient{}, ops.Internal, "the dry run was ended because standard output is too long"},
		{"nothing", patient{}, ops.Internal, "the dry run ended with exit code 0 and without a result"},
		{"exit", patient{}, ops.Internal, "the dry run ended with exit code 3 and without a result"},
	}
	for _, test := range tests {
		t.Run(test.program, func(t *testing.T) {
			t.Parallel()
			if test.program == "bomb" && racetest.On {
				t.Skip("with the race detector memory has no bound; make test runs this test without it too")
			}
			h := rehearsal(t, test.program, test.clock)
			for range 3 { // one more than there are places
				_, err := dryRun(t.Context(), h)
				var known *ops.Error
				if !errors.As(err, &known) || known.Kind != test.kind || known.Message != test.message {
					t.Fatalf("%+v, want %s", err, test.message)
				}
			}
		})
	}
}

// TestStoppedDryRun: the process ends with the request for it.
func TestStoppedDryRun(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	stop()
	_, err := dryRun(ctx, rehearsal(t, "loop", clock.System{}))
	if err == nil || err.Error() != "the dry run was stopped" {
		t.Error(err)
	}
}

// TestDryRunsAtOnce: as many as there are places run at once, and the next is
// refused.
func TestDryRunsAtOnce(t *testing.T) {
	t.Parallel()
	begun, end := make(chan struct{}), make(chan struct{})
	h := dryrun.New(files(), func(context.Context, *dryrun.Job) (*dryrun.Result, error) {
		begun <- struct{}{}
		<-end
		return &dryrun.Result{Run: &ops.DryRun{}}, nil
	})
	ended := make(chan error, 2)
	for range 2 {
		go func() {
			_, err := dryRun(t.Context(), h)
			ended <- err
		}()
		<-begun
	}
	_, err := dryRun(t.Context(), h)
	if err == nil || err.Error() != "2 dry runs are under way: try again in some seconds" {
		t.Error(err)
	}
	close(end)
	for range 2 {
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
	go func() { <-begun }()
	if _, err := dryRun(t.Context(), h); err != nil {
		t.Errorf("after the others: %v", err)
	}
}
