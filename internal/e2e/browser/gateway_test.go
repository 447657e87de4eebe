package browser_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/webhook-gateway/gateway/cmd"
	"github.com/webhook-gateway/gateway/internal/testutil/programtest"
	"github.com/webhook-gateway/gateway/internal/testutil/racetest"
	"github.com/webhook-gateway/gateway/internal/testutil/signaltest"
)

func TestMain(m *testing.M) {
	racetest.EndAtOnce()
	testscript.Main(m, map[string]func(){"gateway": func() { os.Exit(cmd.Main(programtest.Program())) }})
}

// password is that of the shop.
const password = "correct-horse-battery"

// gateway is a process that serves the flows of testdata, and the warehouse that
// they call.
type gateway struct {
	t           *testing.T
	flows       string // folder of the flow files
	base, admin string // URLs of the listeners
}

// startGateway starts a gateway. Its warehouse answers 404 to paths that it does
// not know, and 503 to orders from "us".
func startGateway(t *testing.T, args ...string) *gateway {
	t.Helper()
	dir := t.TempDir()
	g := &gateway{t: t, flows: filepath.Join(dir, "flows")}
	if err := os.CopyFS(g.flows, os.DirFS("testdata/flows")); err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(context.WithoutCancel(t.Context()), self)
	c.Args = append([]string{"gateway", "run", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0", "--log-format", "json", "--data", t.TempDir(), "flows"}, args...)
	c.Dir = dir
	c.Env = append(os.Environ(), "SHOP_PASSWORD="+password, "WAREHOUSE="+startWarehouse(t))
	lines, err := c.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = c.Process.Kill()
		_ = c.Wait() // it was killed
	})
	g.waitReady(lines)
	return g
}

// waitReady reads the log until the gateway serves, and then drops it.
func (g *gateway) waitReady(log io.Reader) {
	g.t.Helper()
	var seen bytes.Buffer
	lines := bufio.NewScanner(log)
	for lines.Scan() {
		var line struct{ Msg, Listen, Admin string }
		seen.Write(append(lines.Bytes(), '\n'))
		if json.Unmarshal(lines.Bytes(), &line) == nil && line.Msg == "ready" {
			g.base, g.admin = "http://"+line.Listen, "http://"+line.Admin
			go func() { _, _ = io.Copy(io.Discard, log) }()
			return
		}
	}
	g.t.Fatalf("the gateway ended at its start:\n%s", seen.String())
}

func startWarehouse(t *testing.T) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("Content-Type", "application/json")
		switch {
		case r.URL.Path == "/orders" && bytes.Contains(body, []byte(`"us"`)):
			w.WriteHeader(http.StatusServiceUnavailable)
			_, _ = io.WriteString(w, `{"error":"no route to the warehouse"}`)
		case r.URL.Path == "/orders", strings.HasPrefix(r.URL.Path, "/stock/"):
			_, _ = io.WriteString(w, `{"accepted":true}`)
		default:
			w.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(w, `{"error":"no such path"}`)
		}
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// edit changes a flow file and loads it.
func (g *gateway) edit(name, from, to string) {
	g.t.Helper()
	path := filepath.Join(g.flows, name)
	text, err := os.ReadFile(path)
	if err != nil || !strings.Contains(string(text), from) {
		g.t.Fatalf("%s has no %q: %v", name, from, err)
	}
	g.write(name, strings.Replace(string(text), from, to, 1))
}

// write writes a flow file and loads it.
func (g *gateway) write(name, text string) {
	g.t.Helper()
	if err := os.WriteFile(filepath.Join(g.flows, name), []byte(text), 0o600); err != nil {
		g.t.Fatal(err)
	}
	if status, answer := g.call(http.MethodPost, g.admin+"/-/reload", ""); status != http.StatusOK {
		g.t.Fatalf("the files are not loaded: %.2000s", answer)
	}
}

// call sends a request and returns the response.
func (g *gateway) call(method, url, body string) (status int, answer string) {
	g.t.Helper()
	r, err := http.NewRequestWithContext(g.t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		g.t.Fatal(err)
	}
	r.SetBasicAuth("shop", password)
	if strings.HasPrefix(url, g.admin) {
		r.Header.Del("Authorization")
	}
	r.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		g.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		g.t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

// order sends an order from a region.
func (g *gateway) order(region, id, note string) {
	g.t.Helper()
	body, err := json.Marshal(map[string]any{"order_id": id, "items": []any{map[string]any{"sku": "lamp", "qty": 2, "price": 19.5}}, "note": note})
	if err != nil {
		g.t.Fatal(err)
	}
	if status, text := g.call(http.MethodPost, g.base+"/shop/"+region+"/orders", string(body)); status != http.StatusOK {
		g.t.Fatalf("%d %s", status, text)
	}
}

// runIDs returns the newest runs that match a query of the API.
func (g *gateway) runIDs(query string) []string {
	g.t.Helper()
	_, text := g.call(http.MethodGet, g.admin+"/api/v1/runs?limit=500&"+query, "")
	var list struct{ Runs []struct{ ID string } }
	if err := json.Unmarshal([]byte(text), &list); err != nil {
		g.t.Fatalf("%s: %v", text, err)
	}
	ids := make([]string, len(list.Runs))
	for i, run := range list.Runs {
		ids[i] = run.ID
	}
	return ids
}

// newestRun returns the id of the newest run that matches a query of the API.
func (g *gateway) newestRun(query string) string {
	g.t.Helper()
	ids := g.runIDs(query)
	if len(ids) == 0 {
		g.t.Fatalf("no run matches %s", query)
	}
	return ids[0]
}

// waitRuns waits until there are n runs in a state, and returns the id of the
// newest.
func (g *gateway) waitRuns(state string, n int) string {
	g.t.Helper()
	ctx, cancel := context.WithTimeout(g.t.Context(), signaltest.Patience)
	defer cancel()
	var ids []string
	for ctx.Err() == nil {
		if ids = g.runIDs("state=" + state); len(ids) >= n {
			return ids[0]
		}
	}
	g.t.Fatalf("there are %d runs that are %s, want %d", len(ids), state, n)
	return ""
}
