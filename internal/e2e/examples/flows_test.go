package examples_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/actions"
	"github.com/webhook-gateway/gateway/auth"
	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/gateway"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/testutil/signaltest"
	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/sqlite"
	"github.com/webhook-gateway/gateway/triggers"
)

// serve serves all example flows; inbox is where alerts are passed on to, the
// gateway's own stand-in where it is empty.
func serve(t *testing.T, inbox string) *httptest.Server {
	t.Helper()
	server, _ := serveWithStore(t, inbox)
	return server
}

// serveWithStore is serve, and returns the store too.
func serveWithStore(t *testing.T, inbox string) (*httptest.Server, signaltest.Store) {
	t.Helper()
	server, st, _ := serveGateway(t, inbox)
	return server, st
}

// serveGateway is serveWithStore, and returns the gateway too.
func serveGateway(t *testing.T, inbox string) (*httptest.Server, signaltest.Store, *gateway.Gateway) {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	own := "http://" + server.Listener.Addr().String()
	env := map[string]string{"TEAM_INBOX_URL": own + "/team/inbox", "WAREHOUSE_URL": own + "/warehouse", "PARTNER_URL": own + "/partner/hooks", "ARCHIVE_URL": own + "/archive", "CATALOG_URL": own + "/catalog/products", "SLACK_WEBHOOK_URL": own + "/stand-in/slack"}
	if inbox != "" {
		env["TEAM_INBOX_URL"] = inbox
	}
	engine, err := sqlite.Open(sqlite.Options{Dir: t.TempDir(), Clock: clock.System{}})
	if err != nil {
		t.Fatal(err)
	}
	st := signaltest.Store{Store: engine, Changed: &signaltest.Signal{}}
	loadFlows := func() (*load.Config, hcl.Diagnostics) {
		return load.Files(load.Options{
			Clock: clock.System{},
			FS:    os.DirFS("../../../examples"), Paths: []load.Path{{Dir: "flows"}},
			Env:         func(name string) (string, bool) { v, ok := env[name]; return v, ok },
			Kinds:       flow.Kinds{Actions: actions.All(), Triggers: triggers.All(auth.All())},
			Connections: actions.Connections(),
		})
	}
	g, _, diags := gateway.New(gateway.Options{Clock: clock.System{}, Load: loadFlows, Key: bytes.Repeat([]byte{7}, 32), Store: st})
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	server.Config.Handler = g
	server.Start()
	t.Cleanup(func() {
		server.Close()
		g.Close()
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	return server, st, g
}

type request struct {
	method, path, sample string
	header               map[string]string
	change               func([]byte) []byte // the sample before it is sent
}

func (q request) send(t *testing.T, base string) (status int, header http.Header, body any) {
	t.Helper()
	var payload []byte
	if q.sample != "" {
		var err error
		if payload, err = os.ReadFile(filepath.Join("../../../examples/flows", q.sample)); err != nil {
			t.Fatal(err)
		}
	}
	if q.change != nil {
		payload = q.change(payload)
	}
	method := q.method
	if method == "" {
		method = http.MethodPost
	}
	req, err := http.NewRequestWithContext(t.Context(), method, base+q.path, bytes.NewReader(payload))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	for name, v := range q.header {
		req.Header.Set(name, v)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if len(text) == 0 {
		return resp.StatusCode, resp.Header, nil
	}
	if err := json.Unmarshal(text, &body); err != nil {
		t.Fatalf("the answer is no JSON: %s", text)
	}
	return resp.StatusCode, resp.Header, body
}

// upload is the form of an upload of the sample file-upload/samples/plan.png.
func upload(filename, contentType string) request {
	const boundary = "example-boundary"
	return request{
		path: "/uploads/acme", sample: "file-upload/samples/plan.png",
		header: map[string]string{"Content-Type": "multipart/form-data; boundary=" + boundary},
		change: func(content []byte) []byte {
			return fmt.Appendf(nil, "--%[1]s\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nPlan\r\n"+
				"--%[1]s\r\nContent-Disposition: form-data; name=\"file\"; filename=%[2]q\r\nContent-Type: %[3]s\r\n\r\n%[4]s\r\n--%[1]s--\r\n",
				boundary, filename, contentType, content)
		},
	}
}

// pushSignature is the signature in the README.
const pushSignature = "sha256=9bf6ccfd91b2b26e6d2e08c1a3339c402d4aedddc03b81ada0ba82126a4fda4f"

func pushHeader(event string) map[string]string {
	return map[string]string{"X-Github-Event": event, "X-Hub-Signature-256": pushSignature}
}

func TestExamples(t *testing.T) {
	t.Parallel()
	server := serve(t, "")
	bearer := map[string]string{"Authorization": "Bearer demo-payment-token"}
	tests := []struct {
		name   string
		send   request
		status int
		header map[string]string
		body   string // JSON; "" where only the status counts
	}{
		{
			name:   "GitHub push",
			send:   request{path: "/github/push", sample: "github-push/samples/push.json", header: pushHeader("push")},
			status: 200,
			body: `{"repository": "lampenladen/shop", "branch": "main", "commits": 2, "authors": ["Ali Demir", "Jane Müller"],
				"files": ["shop/old_price.go", "shop/price.go", "shop/tax.go"], "message": "2 commits to main by Ali Demir, Jane Müller"}`,
		},
		{
			name:   "GitHub ping",
			send:   request{path: "/github/push", sample: "github-push/samples/push.json", header: pushHeader("ping")},
			status: 200, header: map[string]string{"Gateway-Ignored": "true"},
		},
		{
			name: "GitHub push with one byte changed",
			send: request{
				path: "/github/push", sample: "github-push/samples/push.json", header: pushHeader("push"),
				change: func(b []byte) []byte { return bytes.Replace(b, []byte("Round"), []byte("round"), 1) },
			},
			status: 401,
		},
		{
			name: "GET", send: request{method: http.MethodGet, path: "/github/push"},
			status: 405, header: map[string]string{"Allow": "POST"},
		},
		{
			name:   "payment paid",
			send:   request{path: "/payments/acme/callback", sample: "payment-callback/samples/paid.json", header: bearer},
			status: 200, body: `{"payment": "pay_8Zk21", "accepted": true, "booked": 129.9, "currency": "EUR"}`,
		},
		{
			name: "payment refunded",
			send: request{
				path: "/payments/acme/callback", sample: "payment-callback/samples/paid.json", header: bearer,
				change: func(b []byte) []byte { return bytes.Replace(b, []byte("paid"), []byte("refunded"), 1) },
			},
			status: 200, body: `{"payment": "pay_8Zk21", "accepted": true, "booked": -129.9, "currency": "EUR"}`,
		},
		{
			name:   "payment pending",
			send:   request{path: "/payments/acme/callback", sample: "payment-callback/samples/pending.json", header: bearer},
			status: 409, header: map[string]string{"Retry-After": "60"},
			body: `{"payment": "pay_8Zk22", "accepted": false, "reason": "not final yet"}`,
		},
		{
			name:   "payment without a token",
			send:   request{path: "/payments/acme/callback", sample: "payment-callback/samples/paid.json"},
			status: 401, header: map[string]string{"Www-Authenticate": "Bearer"},
		},
		{
			name:   "payment with three faults",
			send:   request{path: "/payments/acme/callback", sample: "payment-callback/samples/wrong.json", header: bearer},
			status: 422,
		},
		{
			name:   "catalog of three pages",
			send:   request{path: "/catalog/export", sample: "catalog-pages/samples/export.json"},
			status: 200, body: `{"pages": 3, "products": ["lamp", "bulb", "shade", "cable", "plug"]}`,
		},
		{
			name:   "uploaded file",
			send:   upload("plan.png", "image/png"),
			status: 201, body: `{"document": "acme/plan.png", "bytes": 16}`,
		},
		{
			name:   "uploaded file whose name is a path",
			send:   upload("../../plan ü.png", "image/png"),
			status: 201, body: `{"document": "acme/plan ü.png", "bytes": 16}`,
		},
		{
			name:   "order",
			send:   request{path: "/orders/price", sample: "order-pricing/samples/order.json", header: map[string]string{"X-Request-Id": "r-1"}},
			status: 200, header: map[string]string{"X-Request-Id": "r-1"},
			body: `{"order": "A-1001", "lines": [{"sku": "LAMP-1", "sum": 80}, {"sku": "BULB-7", "sum": 29.85}],
				"net": 109.85, "discount": 10.99, "shipping": 4.9, "total": 122.54}`,
		},
		{
			name:   "alert",
			send:   request{path: "/alerts", sample: "incident-alert/samples/alert.json"},
			status: 202, body: `{"passed_on": true, "ticket": "INC-fcaedb"}`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			status, header, body := tt.send.send(t, server.URL)
			if status != tt.status {
				t.Fatalf("status is %d, want %d: %v", status, tt.status, body)
			}
			for name, want := range tt.header {
				if got := header.Get(name); !strings.HasPrefix(got, want) {
					t.Errorf("%s is %q, want %q", name, got, want)
				}
			}
			var want any
			if tt.body == "" {
				return
			}
			if err := json.Unmarshal([]byte(tt.body), &want); err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(body, want) {
				t.Errorf("got %v, want %v", body, want)
			}
		})
	}
}

// TestOrderFaults: one answer lists every fault.
func TestOrderFaults(t *testing.T) {
	t.Parallel()
	status, _, body := request{path: "/orders/price", sample: "order-pricing/samples/wrong.json"}.send(t, serve(t, "").URL)
	if status != 422 {
		t.Fatalf("status is %d", status)
	}
	var pointers []string
	for _, e := range body.(map[string]any)["errors"].([]any) {
		pointers = append(pointers, e.(map[string]any)["pointer"].(string))
	}
	if want := []string{"/order_id", "/customer_email", "/country", "/items/0/qty"}; !reflect.DeepEqual(pointers, want) {
		t.Errorf("faults at %v, want %v", pointers, want)
	}
}

// TestAlertInboxDown: the caller gets an error if the alert was not delivered in
// any attempt.
func TestAlertInboxDown(t *testing.T) {
	t.Parallel()
	keys := make(chan string, 10)
	inbox := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		keys <- r.Header.Get("Idempotency-Key")
		w.WriteHeader(http.StatusServiceUnavailable)
	}))
	defer inbox.Close()
	status, header, body := request{path: "/alerts", sample: "incident-alert/samples/alert.json"}.send(t, serve(t, inbox.URL).URL)
	if status != 503 || header.Get("Retry-After") != "30" || !reflect.DeepEqual(body, map[string]any{"passed_on": false, "failed": "inbox"}) {
		t.Errorf("got %d, %v", status, body)
	}
	close(keys)
	seen := map[string]int{}
	for k := range keys {
		seen[k]++
	}
	if len(seen) != 1 || seen[header.Get("Gateway-Run")+"/inbox"] != 3 {
		t.Errorf("the inbox saw %v, want three requests with one key", seen)
	}
}

// TestOrderIntake: an order is accepted at once and only once, and passed on in
// the background.
func TestOrderIntake(t *testing.T) {
	t.Parallel()
	server, st := serveWithStore(t, "")
	order := request{
		path: "/intake/eu", sample: "order-intake/samples/order.json",
		header: map[string]string{"Authorization": "Basic c2hvcDpkZW1vLXNob3AtcGFzc3dvcmQ="},
	}
	status, header, body := order.send(t, server.URL)
	run := header.Get("Gateway-Run")
	if status != 202 || !reflect.DeepEqual(body, map[string]any{"accepted": "A-1002", "run": run}) {
		t.Fatalf("got %d, %v", status, body)
	}
	status, header, again := order.send(t, server.URL)
	if status != 202 || header.Get("Gateway-Replayed") != "true" || !reflect.DeepEqual(again, body) {
		t.Errorf("the repeat got %d, %v", status, again)
	}
	awaitSuccess(t, st, run)
	page, err := st.List(t.Context(), store.ListQuery{Filter: store.Filter{Flows: []string{"order_intake"}}, Limit: 10})
	if err != nil || len(page.Runs) != 1 {
		t.Errorf("%d runs of two requests, %v", len(page.Runs), err)
	}
}

// awaitSuccess waits until a run has succeeded, and returns it.
func awaitSuccess(t *testing.T, st signaltest.Store, id string) *store.Run {
	t.Helper()
	var run *store.Run
	st.Changed.Await(t, "run "+id+" is over", func() bool {
		var err error
		if run, err = st.Get(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		return !run.State.Open()
	})
	if run.State != store.Succeeded {
		t.Fatalf("the run is %s: %+v", run.State, run.Cause)
	}
	return run
}

// TestPushSignature compares the signature in the README with the sample.
func TestPushSignature(t *testing.T) {
	t.Parallel()
	body, err := os.ReadFile("../../../examples/flows/github-push/samples/push.json")
	if err != nil {
		t.Fatal(err)
	}
	secret, err := os.ReadFile("../../../examples/flows/github-push/demo-secret.txt")
	if err != nil {
		t.Fatal(err)
	}
	mac := hmac.New(sha256.New, secret)
	mac.Write(body)
	if got := "sha256=" + hex.EncodeToString(mac.Sum(nil)); got != pushSignature {
		t.Errorf("the sample's signature is %s", got)
	}
	readme, err := os.ReadFile("../../../README.md")
	if err != nil || !strings.Contains(string(readme), pushSignature) {
		t.Errorf("the README has another signature (%v)", err)
	}
}
