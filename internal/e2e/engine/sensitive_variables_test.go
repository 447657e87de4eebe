package engine_test

import (
	"net/http"
	"strings"
	"testing"

	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/internal/logging"
	"github.com/webhook-gateway/gateway/store"
)

const sensitiveVariables = `
flow "f" {
  trigger "webhook" {
    path = "/f"
    mode = "MODE"
    dedupe { key = webhook.pin }
    variable "pin" {
      type      = number
      from      = webhook.body.card.pin
      sensitive = true
    }
    variable "name" {
      type      = string
      from      = webhook.headers["X-Name"]
      sensitive = true
    }
    variable "code" {
      type      = string
      from      = webhook.query.code
      sensitive = true
    }
    variable "order" { type = string }
    response { json = { pin = webhook.pin } }
  }
  action "http" "first" {
    url  = "OUT/first"
    json = { pin = webhook.pin, name = webhook.name, code = webhook.code }
  }
  action "transform" "pin" { jq = ".card.pin + 1" }
  action "log" "say" {
    message = "${webhook.order} ${webhook.pin} ${action.pin.value} ${webhook.url}"
    fields  = { all = webhook }
  }
  action "log" "plain" { message = "order ${webhook.order}" }
  action "flow" "called" {
    flow  = "called"
    input = { pin = 60600000 + 7, order = webhook.order }
  }
  action "flow" "started" {
    flow  = "called"
    input = { pin = 60600000 + 7, order = webhook.order }
    wait  = false
  }
  action "http" "fails" {
    url     = "OUT/fails"
    headers = { X-Name = webhook.name }
    json    = webhook.body
  }
}
flow "called" {
  trigger "flow" {
    variable "pin" {
      type      = number
      sensitive = true
    }
    variable "order" { type = string }
  }
  action "log" "called" { message = "${input.order} ${input.pin}" }
  action "transform" "twice" { jq = ".pin * 2" }
  action "http" "sent" {
    url  = "OUT/sent"
    json = { order = input.order, pin = input.pin }
  }
}
`

// newJSONLog returns a log that writes to w.
func newJSONLog(t *testing.T, w *lines) *zap.Logger {
	t.Helper()
	log, err := logging.New(w, "json", "debug")
	if err != nil {
		t.Fatal(err)
	}
	return log
}

// The path of a request that reached no endpoint is logged by its pattern if one of
// its segments is sensitive.
func TestSensitiveSegmentOfRefusedRequests(t *testing.T) {
	t.Parallel()
	d, log := newStopped(t), &lines{}
	d.opts.Log = newJSONLog(t, log)
	d.write(`
flow "f" {
  trigger "webhook" {
    path = "/cards/{pin}/{order}"
    variable "pin" {
      type      = string
      from      = webhook.path.pin
      sensitive = true
    }
  }
}
flow "g" {
  trigger "webhook" { path = "/orders/{order}" }
}`)
	d.start()
	for path, logged := range map[string]string{
		"/cards/70700005/order-81": "/cards/{pin}/{order}", "/orders/order-82": "/orders/order-82", "/cards/order-83": "/cards/order-83",
	} {
		d.await(d.send(http.MethodPut, path, "").run(), store.Refused)
		if len(log.with(`"path":"`+logged+`"`)) != 1 {
			t.Errorf("%s is not logged as %s", path, logged)
		}
	}
	d.await(d.send(http.MethodPost, "/cards/70700005/order-81", "", "X-Long", strings.Repeat("x", 70<<10)).run(), store.Refused)
	if lines := log.with("refused: headers_too_large"); len(lines) != 1 || len(log.with("70700005")) > 0 {
		t.Errorf("the log is %s", log.text.String())
	}
	for path, text := range d.shown() {
		if strings.Contains(path+text, "70700005") {
			t.Errorf("%s holds the segment: %s", path, text)
		}
	}
}

// The names of members below a sensitive variable stand in the answer to a refused
// request, and in no record of it.
func TestSensitiveNamesOfRefusedRequests(t *testing.T) {
	t.Parallel()
	d, log := newStopped(t), &lines{}
	d.opts.Log = newJSONLog(t, log)
	d.write(`
flow "f" {
  trigger "webhook" {
    path          = "/f"
    strict        = true
    content_types = ["json", "text"]
    variable "shares" {
      type      = map(number)
      sensitive = true
    }
    variable "order" { type = string }
  }
}
flow "t" {
  trigger "webhook" {
    path          = "/t"
    content_types = ["text"]
    variable "shares" {
      from      = jsondecode(webhook.raw).shares
      sensitive = true
    }
  }
}`)
	d.start()
	cases := []struct{ path, kind, body, logged string }{
		{"/f", "json", `{"shares": {"DE0212": 1, "DE0212": 2}}`, "Malformed body. Details are hidden because it holds a sensitive variable."},
		{"/f", "json", `{"shares": {"DE0212": "x"}, "order": "a"}`, "body /shares: This must be a number"},
		{"/f", "json", `{"shares": {}, "order": {"a": 1}}`, "body /order: This must be a string"},
		{"/f", "json", `{"shares": {}, "order": "a", "DE0212": 1}`, "body : No variable names this member"},
		{"/t", "plain", `{"shares": 1, "DE0212": 2, "DE0212": 3}`, "body : The JSON in this text is malformed"},
	}
	for _, c := range cases {
		kind := map[string]string{"json": "application/json", "plain": "text/plain"}[c.kind]
		got := d.send(http.MethodPost, c.path, c.body, "Content-Type", kind)
		d.await(got.run(), store.Refused)
		if line := log.with(got.run()); len(line) != 1 || !strings.Contains(line[0], c.logged) {
			t.Errorf("%s: the log has %q", c.body, line)
		}
		if strings.Contains(c.body, "DE0212") != strings.Contains(got.body, "DE0212") {
			t.Errorf("%s: the caller gets %s", c.body, got.body)
		}
	}
	shown := d.shownText()
	d.stop()
	if err := d.store.Close(); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(shown+log.text.String()+string(d.onDisk()), "DE0212") {
		t.Error("a name is on a page, in the API, the log or the store")
	}
}

// Values of sensitive variables, and what is computed from them, stand in no record
// of a run that failed and that an operator retries after a restart. The retry reads
// them, and what is not sensitive is shown.
func TestSensitiveVariables(t *testing.T) {
	t.Parallel()
	for mode, status := range map[string]int{"async": http.StatusOK, "sync": http.StatusBadGateway} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			d := newStopped(t)
			log := &lines{}
			d.opts.Log = newJSONLog(t, log)
			d.write(strings.ReplaceAll(sensitiveVariables, "MODE", mode))
			d.start()
			d.outside.fail("/fails", 1)
			got := d.post("/f?code=c0de-of-7", `{"card": {"pin": 70700005}, "order": "order-81"}`, "X-Name", "Jane of the card")
			if got.status != status {
				t.Fatalf("the answer is %d %s", got.status, got.body)
			}
			run := d.await(got.run(), store.Failed)
			shown := d.admin(http.MethodGet, "/api/v1/runs/"+run.ID).Body.String()
			if !strings.Contains(shown, "holds values of webhook.pin, which is sensitive (flows.hcl:") {
				t.Errorf("the API does not say why values are hidden: %s", shown)
			}
			d.restart()
			if res := d.admin(http.MethodPost, "/api/v1/runs/"+run.ID+"/retry"); res.Code != http.StatusOK {
				t.Fatalf("the retry answers %d %s", res.Code, res.Body)
			}
			d.await(run.ID, store.Succeeded)
			d.awaitRuns("called", map[store.State]int{store.Succeeded: 1})
			const sent = `{"card":{"pin":70700005},"order":"order-81"}`
			if bodies := d.outside.bodies("/fails"); len(bodies) != 2 || bodies[1] != sent {
				t.Errorf("the action sent %q", bodies)
			}
			if first := d.outside.bodies("/first"); len(first) != 1 || first[0] != `{"code":"c0de-of-7","name":"Jane of the card","pin":70700005}` {
				t.Errorf("the first action sent %q", first)
			}
			shown += d.shownText()
			if len(log.with("order order-81")) == 0 {
				t.Error("the log does not show a variable that is not sensitive")
			}
			d.stop()
			if err := d.store.Close(); err != nil {
				t.Fatal(err)
			}
			for where, text := range map[string]string{"API": shown, "log": log.text.String(), "store": string(d.onDisk())} {
				for _, hidden := range []string{"70700005", "70700006", "60600007", "121200014", "c0de-of-7", "Jane of the card"} {
					if at := strings.Index(text, hidden); at >= 0 {
						t.Errorf("the %s holds %q: …%q", where, hidden, text[max(0, at-200):at+40])
					}
				}
			}
		})
	}
}
