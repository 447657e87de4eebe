package engine_test

import (
	"net/http"
	"strings"
	"testing"

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
			var err error
			if d.opts.Log, err = logging.New(log, "json", "debug"); err != nil {
				t.Fatal(err)
			}
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
			shown += d.admin(http.MethodGet, "/api/v1/runs/"+run.ID).Body.String() + d.admin(http.MethodGet, "/api/v1/runs").Body.String()
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
