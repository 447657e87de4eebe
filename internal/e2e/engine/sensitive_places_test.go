package engine_test

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/admin/ops"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/logging"
	"github.com/webhook-gateway/gateway/store"
)

// place is where a sensitive value stands. VALUE in its text is an expression of a
// value that no other place has.
type place struct{ name, text string }

// sensitivePlaces lists the places, over all kinds of actions that hold others.
func sensitivePlaces() []place {
	return []place{
		{"input of a program", `action "transform" "p0" {
  input = { n = VALUE }
  jq    = ".n + 0"
}`},
		{"program", `action "transform" "p1" { jq = "JQVALUE * 1" }`},
		{"message of a log line", `action "log" "p2" { message = "got ${VALUE}" }`},
		{"fields of a log line", `action "log" "p3" {
  message = "x"
  fields  = { deep = [{ n = VALUE }] }
}`},
		{"body of a request", `action "http" "p4" {
  url  = "ECHO/a"
  json = { n = VALUE }
}`},
		{"query of a request", `action "http" "p5" {
  url   = "ECHO/a"
  query = { n = VALUE }
}`},
		{"path of a request", `action "http" "p6" { url = "ECHO/a/${VALUE}" }`},
		{"header of a request", `action "http" "p7" {
  url     = "ECHO/a"
  headers = { X-N = "${VALUE}" }
}`},
		{"request that fails", `action "http" "p8" {
  url      = "ECHO/fail/${VALUE}"
  on_error = "continue"
}`},
		{"field of a webhook", `action "webhook" "p9" {
  url = "ECHO/hook"
  field "n" { value = VALUE }
}`},
		{"error of a program", `action "transform" "p10" {
  input    = VALUE
  jq       = "error(tostring)"
  on_error = "continue"
}`},
		{"elements of a loop", `action "loop" "p11" {
  for_each = [VALUE]
  action "log" "p11a" { message = "each ${each.value}" }
  action "http" "p11b" {
    url  = "ECHO/a"
    text = "${each.value}"
  }
}`},
		{"errors of a loop", `action "loop" "p12" {
  for_each      = [VALUE]
  on_item_error = "continue"
  action "transform" "p12a" { jq = "error($each.value | tostring)" }
}`},
		{"results of a parallel", `action "parallel" "p13" {
  action "transform" "p13a" {
    input = VALUE
    jq    = "."
  }
}
action "log" "p13b" { message = "${jsonencode(action.p13.results)}" }`},
		{"case of a branch", `action "branch" "p14" {
  case "yes" {
    when = VALUE > 0
    action "log" "p14a" { message = "case ${VALUE}" }
  }
}`},
		{"input of a flow that is waited for", `action "flow" "p15" {
  flow  = "callee"
  input = { n = VALUE }
}
action "log" "p15a" { message = "returned ${jsonencode(action.p15)}" }`},
		{"input of a flow that is started", `action "flow" "p16" {
  flow  = "callee"
  input = { n = VALUE }
  wait  = false
}`},
		{"inside of a sensitive branch", `action "branch" "p17" {
  sensitive = true
  case "yes" {
    when = true
    action "log" "p17a" { message = "${4815162 + 17}" }
    action "transform" "p17b" { jq = "4815162 + 17 | tostring" }
  }
}`},
		{"inside of a sensitive loop in a parallel", `action "parallel" "p18" {
  action "loop" "p18a" {
    sensitive     = true
    for_each      = [4815162 + 18]
    on_item_error = "continue"
    action "transform" "p18b" { jq = "error($each.value | tostring)" }
  }
}`},
		{"throttle key", `action "webhook" "p19" {
  url = "ECHO/hook"
  field "m" { value = "x" }
  throttle {
    key   = "${VALUE}"
    every = "1h"
  }
}`},
	}
}

// placeValue is the value of a place. No file holds it: flows compute it.
func placeValue(i int) string { return fmt.Sprint(4815162 + i) }

// placesFlow writes a flow that has a value in each place.
func placesFlow(name, trigger, end, echo string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "flow %q {\n%s\naction \"transform\" \"src\" {\n  jq        = \"[range(30) + 4815100]\"\n  sensitive = true\n}\n", name, trigger)
	for i, p := range sensitivePlaces() {
		text := strings.ReplaceAll(p.text, "JQVALUE", fmt.Sprintf("($action.src.value[%d] + 62)", i))
		text = strings.ReplaceAll(text, "VALUE", fmt.Sprintf("(action.src.value[%d] + 62)", i))
		b.WriteString(strings.ReplaceAll(text, "ECHO", echo) + "\n")
	}
	fmt.Fprintf(&b, "%s\n}\n", end)
	return b.String()
}

const placesCallee = `
flow "callee" {
  trigger "flow" {}
  action "log" "c1" { message = "called with ${input.n}" }
  action "transform" "c2" {
    input = input
    jq    = ".n | tostring"
  }
  action "stop" "c3" {
    message = "stopped ${input.n}"
    output  = { text = action.c2.value }
  }
}
`

// echoServer answers each request with all that it holds.
func echoServer(t *testing.T) string {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if strings.HasPrefix(r.URL.Path, "/fail") {
			w.WriteHeader(http.StatusBadRequest)
		}
		w.Header().Set("X-Echo", r.RequestURI)
		_ = json.NewEncoder(w).Encode(map[string]any{"url": r.RequestURI, "headers": r.Header, "body": string(body)})
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// leaks lists the places whose value a text holds, plain or encoded.
func leaks(text string) []string {
	places := sensitivePlaces()
	var out []string
	for i := range 30 {
		v := placeValue(i)
		forms := []string{v, base64.StdEncoding.EncodeToString([]byte(v)), base64.StdEncoding.EncodeToString([]byte("?" + v))[2:8], base64.StdEncoding.EncodeToString([]byte("??" + v))[3:8], hex.EncodeToString([]byte(v)), url.QueryEscape(v)}
		if slices.ContainsFunc(forms, func(f string) bool { return strings.Contains(text, f) }) {
			name := fmt.Sprintf("value %d", i)
			if i < len(places) {
				name = places[i].name
			}
			out = append(out, name)
		}
	}
	return out
}

// TestSensitiveValuesLeaveNoTrace puts a value that is computed from a sensitive
// output into each place, and searches for it in everything that the gateway
// writes.
func TestSensitiveValuesLeaveNoTrace(t *testing.T) {
	t.Parallel()
	const stop = `action "stop" "end" {
  status  = "failed"
  message = "the end ${action.src.value[20] + 62}"
  output  = { n = action.src.value[21] + 62 }
}`
	const respond = `action "respond" "end" {
  headers = { X-N = "${action.src.value[22] + 62}" }
  json    = { n = action.src.value[23] + 62 }
}`
	for name, c := range map[string]struct {
		trigger, end string
		status       int
		state        store.State
	}{
		"async": {"trigger \"webhook\" { path = \"/f\" }", stop, http.StatusOK, store.Failed},
		"sync":  {"trigger \"webhook\" {\n  path = \"/f\"\n  mode = \"sync\"\n  dedupe { key = webhook.body.id }\n}", respond, http.StatusOK, store.Succeeded},
		"sync that fails": {
			"trigger \"webhook\" {\n  path = \"/f\"\n  mode = \"sync\"\n}",
			"action \"transform\" \"end\" {\n  input = action.src.value[24] + 62\n  jq    = \"error(tostring)\"\n}\non_error {\n  action \"log\" \"last\" { message = \"${error.action}: ${error.message} ${action.src.value[25] + 62}\" }\n}", http.StatusInternalServerError, store.Failed,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newStopped(t)
			log := &lines{}
			var err error
			if d.opts.Log, err = logging.New(log, "json", "debug"); err != nil {
				t.Fatal(err)
			}
			d.write(placesFlow("f", c.trigger, c.end, echoServer(t)) + placesCallee)
			d.start()
			got := d.post("/f", `{"id": "A-1"}`)
			if got.status != c.status {
				t.Fatalf("the answer is %d %s", got.status, got.body)
			}
			d.await(got.run(), c.state)
			if name == "sync" {
				if again := d.post("/f", `{"id": "A-1"}`); again.body != got.body || again.header.Get("Gateway-Replayed") != "true" || again.header.Get("X-N") != placeValue(22) {
					t.Errorf("the repetition got %v %s", again.header, again.body)
				}
			}
			d.awaitRuns("callee", map[store.State]int{store.Succeeded: 1})
			service := ops.New(ops.Options{Clock: clock.System{}, Log: zap.NewNop(), Store: d.store, Process: d.g, Snapshots: d.g, Reloader: d.g, Worker: d.g, Contacts: d.g})
			shown, err := service.Run(context.Background(), got.run())
			if err != nil {
				t.Fatal(err)
			}
			api, err := json.Marshal(shown)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(string(api), "reads action.src.value, which is sensitive (flows.hcl:") {
				t.Errorf("the run does not say why values are hidden: %s", api)
			}
			metrics := strings.Join(metricsText(d.g), "\n")
			d.stop()
			if err := d.store.Close(); err != nil {
				t.Fatal(err)
			}
			written := map[string]string{"API": string(api), "log": log.text.String(), "store": string(d.onDisk()), "metrics": metrics}
			for where, text := range written {
				if found := leaks(text); len(found) > 0 {
					t.Errorf("%s holds values of: %s", where, strings.Join(found, "; "))
				}
			}
			if name == "async" && len(shown.Steps) < len(sensitivePlaces()) {
				t.Errorf("only %d steps are on record", len(shown.Steps))
			}
		})
	}
}

// TestForwardedCredential: a credential that the trigger forwards reaches the
// other system, and stands in no record, even if that system repeats it.
func TestForwardedCredential(t *testing.T) {
	t.Parallel()
	const token = "Bearer token-of-the-caller"
	d := newStopped(t)
	log := &lines{}
	var err error
	if d.opts.Log, err = logging.New(log, "json", "debug"); err != nil {
		t.Fatal(err)
	}
	d.write(strings.ReplaceAll(`flow "f" {
  trigger "webhook" {
    path    = "/f"
    mode    = "sync"
    forward = ["Authorization"]
  }
  action "http" "send" {
    url     = "ECHO/a"
    headers = { Authorization = webhook.headers["Authorization"] }
  }
  action "log" "all" { message = jsonencode(webhook.headers) }
  action "respond" "end" {
    json = { sent = jsondecode(action.send.text).headers.Authorization[0], mine = webhook.headers["X-Mine"] }
  }
}`, "ECHO", echoServer(t)))
	d.start()
	got := d.post("/f", `{}`, "Authorization", token, "Cookie", "session=token-of-the-caller", "X-Mine", "m")
	if got.body != `{"mine":"m","sent":"`+token+`"}` {
		t.Fatalf("the answer is %s; the log is %s", got.body, log.text.String())
	}
	d.await(got.run(), store.Succeeded)
	d.stop()
	if err := d.store.Close(); err != nil {
		t.Fatal(err)
	}
	for where, text := range map[string]string{"log": log.text.String(), "store": string(d.onDisk())} {
		if strings.Contains(text, "token-of-the-caller") {
			t.Errorf("the %s holds the token", where)
		}
	}
}
