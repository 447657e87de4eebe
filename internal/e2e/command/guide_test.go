package command_test

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/gateway"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/testutil/programtest"
	"github.com/webhook-gateway/gateway/store/sqlite"
)

var (
	tableName = regexp.MustCompile("(?m)^\\| `(gateway_[a-z_]+)` \\|")
	familyOf  = regexp.MustCompile(`(?m)^# TYPE (gateway_[a-z_]+) `)
)

// TestGuideListsMetrics compares the table of metrics in the guide on operating
// with the metrics of a gateway.
func TestGuideListsMetrics(t *testing.T) {
	t.Parallel()
	guide, err := os.ReadFile("../../../docs/guide/operating.md")
	if err != nil {
		t.Fatal(err)
	}
	listed := firstGroups(tableName, string(guide))
	shown := firstGroups(familyOf, scrape(t))
	if len(shown) < 10 {
		t.Fatalf("the gateway shows %q", shown)
	}
	for _, name := range shown {
		if !slices.Contains(listed, name) {
			t.Errorf("the guide does not list %s", name)
		}
	}
	for _, name := range listed {
		// It is missing where nothing is queued.
		if !slices.Contains(shown, name) && name != "gateway_queue_oldest_timestamp_seconds" {
			t.Errorf("there is no %s", name)
		}
	}
}

func firstGroups(re *regexp.Regexp, text string) []string {
	var out []string
	for _, m := range re.FindAllStringSubmatch(text, -1) {
		out = append(out, m[1])
	}
	return out
}

// scrape returns the metrics of a gateway that has answered one request.
func scrape(t *testing.T) string {
	t.Helper()
	const flows = `flow "orders" {
  trigger "webhook" { path = "/orders" }
  action "log" "seen" { message = "an order" }
}`
	kept, err := sqlite.Open(sqlite.Options{Dir: t.TempDir(), Clock: clock.System{}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = kept.Close() })
	p := programtest.Program()
	g, _, diags := gateway.New(gateway.Options{
		Clock: clock.System{},
		Key:   bytes.Repeat([]byte{3}, 32), Store: kept,
		Load: func() (*load.Config, hcl.Diagnostics) {
			return load.Files(load.Options{
				Clock: clock.System{},
				FS:    fstest.MapFS{"flows.hcl": {Data: []byte(flows)}}, Paths: []load.Path{{Dir: "flows.hcl"}},
				Env: os.LookupEnv, Kinds: p.Kinds, Connections: p.Connections,
			})
		},
	})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	t.Cleanup(g.Close)
	l := onLoopback(t)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- g.Run(ctx, l) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	if status := post(t, "http://"+l.Addr().String()+"/orders", strings.NewReader("{}")); status != http.StatusOK {
		t.Fatalf("the flow answers %d", status)
	}
	w := httptest.NewRecorder()
	g.MetricsHandler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
	return w.Body.String()
}

func onLoopback(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}
