package engine_test

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/admin"
	"github.com/webhook-gateway/gateway/admin/api"
	"github.com/webhook-gateway/gateway/admin/dashboard"
	"github.com/webhook-gateway/gateway/admin/ops"
	"github.com/webhook-gateway/gateway/gateway"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/logging"
	"github.com/webhook-gateway/gateway/store"
)

// The result of a program that reads the clock is stored before an action sends
// it, because another attempt would give another result. A result without the
// clock is not worth a write.
func TestVolatileResultIsStoredBeforeItIsSent(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		made string
		kept int
	}{
		"a program that reads the clock":   {`jq = "now"`, 2},
		"an input that reads the clock":    {"jq = \".\"\n input = jq(\"now\", null)", 2},
		"a program that reads the request": {`jq = ".n"`, 0},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDurable(t, `
flow "f" {
  trigger "webhook" { path = "/f" }
  action "transform" "made" { 
    `+c.made+`
  }
  action "transform" "last" { jq = ".n" }
  action "http" "act" {
    url  = "OUT/act"
    json = { made = action.made.value }
  }
}`)
			release := d.outside.hold("/act")
			id := d.accept("/f", `{"n": 7}`)
			d.changed.Await(t, "the call is under way", func() bool { return d.outside.count("/act") == 1 })
			run, err := d.store.Get(context.Background(), id)
			if err != nil || len(run.Steps) != c.kept {
				t.Errorf("%d steps are kept, want %d (%v)", len(run.Steps), c.kept, err)
			}
			release()
			if run := d.await(id, store.Succeeded); len(run.Steps) != 3 {
				t.Errorf("%d steps are kept at the end", len(run.Steps))
			}
		})
	}
}

// admin sends a request to the admin handler.
func (d *durable) admin(method, path string) *httptest.ResponseRecorder {
	d.t.Helper()
	w := httptest.NewRecorder()
	d.adminAPI().ServeHTTP(w, httptest.NewRequestWithContext(d.t.Context(), method, "http://localhost"+path, nil))
	return w
}

// newAdminAPI returns the handler of the admin listener of a gateway.
func newAdminAPI(g *gateway.Gateway, s store.Store) http.Handler {
	service := ops.New(ops.Options{
		Clock: clock.System{}, Log: zap.NewNop(), Store: s, Process: g, Snapshots: g, Reloader: g, Worker: g, Contacts: g, Keyring: g, Handshakes: g,
		Pauses: g, Starter: g, Endpoints: g,
	})
	h, err := admin.NewHandler(&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)}, admin.Options{
		API:       api.New(api.Options{Ops: service, Metrics: g.MetricsHandler(), Clock: clock.System{}}),
		Dashboard: dashboard.New(dashboard.Options{Ops: service, Clock: clock.System{}, Log: zap.NewNop()}),
		Log:       zap.NewNop(), Clock: clock.System{},
	})
	if err != nil {
		panic(err) // the listener is on loopback, where no token is needed
	}
	return h
}

// A cancelled run ends long before the next heartbeat of its gateway.
func TestCancelEndsRunAtOnce(t *testing.T) {
	t.Parallel()
	for name, path := range map[string]string{"one": "/api/v1/runs/ID/cancel", "all": "/api/v1/runs/cancel?flow=f"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDurable(t, oneAction(""))
			d.opts.Lease = time.Hour
			d.restart()
			d.outside.hold("/act")
			id := d.accept("/f", `{}`)
			d.changed.Await(t, "the call is under way", func() bool { return d.outside.count("/act") == 1 })
			if status := d.admin(http.MethodPost, strings.ReplaceAll(path, "ID", id)).Code; status != http.StatusOK {
				t.Fatalf("cancelling answers %d", status)
			}
			d.changed.Await(t, "the call was cut off", func() bool { return d.outside.underWay("/act") == 0 })
			d.await(id, store.Cancelled)
		})
	}
}

func (o *outside) underWay(path string) int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.now[path]
}

// A run that action "stop" ended as failed names the action and its position.
func TestStopNamesItsPosition(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"async", "sync"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			d := newDurable(t, `flow "f" {
  trigger "webhook" {
    path = "/f"
    mode = "`+mode+`"
  }
  action "stop" "enough" {
    status  = "failed"
    message = "no stock"
  }
}`)
			run := d.await(d.post("/f", `{}`).run(), store.Failed)
			want := store.Cause{Reason: "stopped", Action: "enough", Position: "flows.hcl:6,3", Message: "no stock", Detail: `{"source":{"file":"flows.hcl","first":6,"last":9}}`}
			if run.Cause != want {
				t.Errorf("the cause is %+v, want %+v", run.Cause, want)
			}
		})
	}
}

// lines collects a log.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) with(part string) (found []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for line := range strings.Lines(l.text.String()) {
		if strings.Contains(line, part) {
			found = append(found, line)
		}
	}
	return found
}

// Each retry of an action has a line in the log.
func TestLogsEachRetryOfAnAction(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"async", "sync"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			d := newDurable(t, `flow "f" {
  trigger "webhook" {
    path = "/f"
    mode = "`+mode+`"
  }
  action "http" "act" {
    url = "OUT/act"
    retry {
      attempts = 3
      initial  = "1ms"
    }
  }
}`)
			log := &lines{}
			var err error
			if d.opts.Log, err = logging.New(log, "text", "info"); err != nil {
				t.Fatal(err)
			}
			d.restart()
			d.outside.fail("/act", 5)
			id := d.post("/f", `{}`).run()
			d.await(id, store.Failed)
			got := log.with("action is tried again")
			if len(got) != 2 {
				t.Fatalf("two retries left %d lines: %q", len(got), got)
			}
			for i, line := range got {
				for _, part := range []string{"WARN", "flow=f", "run=" + id, []string{"attempt=1", "attempt=2"}[i], "after=", "action=act", "error=", "503", "class=transient", "at=flows.hcl:6"} {
					if !strings.Contains(line, part) {
						t.Errorf("line %d lacks %s: %s", i, part, line)
					}
				}
			}
		})
	}
}
