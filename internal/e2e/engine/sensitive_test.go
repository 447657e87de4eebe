package engine_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/internal/logging"
	"github.com/webhook-gateway/gateway/store"
)

// The output of a sensitive action in a called flow appears in no record of the
// run and in no line of the log, even if a loop around it records failures.
func TestSensitiveInsideOfCalls(t *testing.T) {
	t.Parallel()
	const card = "41111111111"
	d := newDurable(t, `
flow "f" {
  trigger "webhook" { path = "/f" }
  action "loop" "each" {
    for_each      = [1, 2]
    on_item_error = "continue"
    action "flow" "pay" {
      flow  = "charge"
      input = { a = 1 }
    }
  }
  action "transform" "told" {
    input = action.each.errors
    jq    = "map(.message)"
  }
  action "flow" "last" { flow = "charge" }
  on_error {
    action "log" "failed" { message = "${error.action}: ${error.message}" }
  }
}
flow "charge" {
  trigger "flow" {}
  action "transform" "number" {
    sensitive = true
    jq        = "{ card: 41111111111 }"
  }
  action "transform" "card" {
    sensitive = true
    input     = action.number.value.card
    jq        = "error(tostring)"
  }
}`)
	log := &lines{}
	var err error
	if d.opts.Log, err = logging.New(log, "json", "debug"); err != nil {
		t.Fatal(err)
	}
	d.restart()
	run := d.await(d.accept("/f", `{}`), store.Failed)
	d.stop()
	if run.Cause.Action != "card" || strings.Contains(run.Cause.Message, card) {
		t.Errorf("the run failed by %+v", run.Cause)
	}
	for _, s := range run.Steps {
		if text := string(s.Input) + string(s.Output) + s.Cause.Message; strings.Contains(text, card) {
			t.Errorf("%s says %s", s.Path, text)
		}
	}
	if len(log.with(card)) > 0 || len(log.with(`"action":"card"`)) == 0 {
		t.Errorf("the log says %s", log.with("card"))
	}
}

// The output of a sensitive stop reaches the calling flow. It appears in no
// record, neither of its own run nor of the caller's.
func TestSensitiveStop(t *testing.T) {
	t.Parallel()
	d := newDurable(t, `
flow "f" {
  trigger "webhook" { path = "/f" }
  action "flow" "ask" { flow = "token" }
  action "flow" "start" {
    flow = "token"
    wait = false
  }
  action "http" "use" {
    url  = "OUT/use"
    json = { token = action.ask.token }
  }
}
flow "token" {
  trigger "flow" {}
  action "stop" "give" {
    sensitive = true
    output    = { token = join("-", ["token", "of", "the", "day"]) }
  }
}`)
	run := d.await(d.accept("/f", `{}`), store.Succeeded)
	d.awaitRuns("token", map[store.State]int{store.Succeeded: 1})
	if got := d.outside.bodies("/use"); len(got) != 1 || got[0] != `{"token":"token-of-the-day"}` {
		t.Errorf("the caller got %v", got)
	}
	if len(run.Steps) != 4 {
		t.Errorf("%d steps are on record", len(run.Steps))
	}
	d.stop()
	if err := d.store.Close(); err != nil {
		t.Fatal(err)
	}
	if disk := string(d.onDisk()); strings.Contains(disk, "token-of-the-day") {
		t.Error("the store holds what the sensitive action returned")
	}
}

// Inputs of a started flow that hold a secret or the output of a sensitive
// action are stored sealed, and the flow reads them.
func TestStartedWithSecrets(t *testing.T) {
	t.Parallel()
	d := newDurable(t, `
secret "api" { env = "API" }
flow "f" {
  trigger "webhook" { path = "/f" }
  action "transform" "token" {
    sensitive = true
    jq        = "\"token-of\" + \"-the-day\""
  }
  action "flow" "one" {
    flow  = "use"
    input = { key = secret.api }
    wait  = false
  }
  action "flow" "two" {
    flow  = "use"
    input = { key = action.token.value }
    wait  = false
  }
}
flow "use" {
  trigger "flow" {}
  action "delay" "wait" { for = "1ms" }
  action "http" "use" {
    url     = "OUT/use"
    headers = { Authorization = "Bearer ${input.key}" }
    text    = length(input.key) > 10 ? "with a key" : "without"
  }
}`)
	d.await(d.accept("/f", `{}`), store.Succeeded)
	d.awaitRuns("use", map[store.State]int{store.Succeeded: 2})
	if got := d.outside.bodies("/use"); len(got) != 2 || got[0] != "with a key" || got[1] != "with a key" {
		t.Errorf("the flow was called with %v", got)
	}
	d.stop()
	if err := d.store.Close(); err != nil {
		t.Fatal(err)
	}
	disk := string(d.onDisk())
	for _, text := range []string{"hush-hush", "token-of-the-day"} {
		if at := strings.Index(disk, text); at >= 0 {
			t.Errorf("the store holds …%q", disk[max(0, at-80):at+40])
		}
	}
}

// A repetition with the same dedupe key gets the answer again, with its sensitive
// values. The history holds none of them, and says why.
func TestSensitiveAnswerIsRepeated(t *testing.T) {
	t.Parallel()
	d := newDurable(t, `
flow "f" {
  trigger "webhook" {
    path = "/f"
    mode = "sync"
    dedupe { key = webhook.body.id }
  }
  action "transform" "card" {
    jq        = "4815100 + 62"
    sensitive = true
  }
  action "respond" "end" {
    headers = { X-N = "${action.card.value}" }
    json    = { n = action.card.value }
  }
}`)
	first := d.post("/f", `{"id": "A-1"}`)
	again := d.post("/f", `{"id": "A-1"}`)
	if first.body != `{"n":4815162}` || again.body != first.body || again.header.Get("Gateway-Replayed") != "true" || again.header.Get("X-N") != "4815162" {
		t.Errorf("the answers are %s and %s with %v", first.body, again.body, again.header)
	}
	d.await(first.run(), store.Succeeded)
	shown := d.admin(http.MethodGet, "/api/v1/runs/"+first.run()).Body.String()
	if strings.Contains(shown+d.shownText(), "4815162") || !strings.Contains(shown, `"json": "reads action.card.value, which is sensitive (flows.hcl:`) {
		t.Errorf("the API shows %s", shown)
	}
	d.stop()
	if err := d.store.Close(); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(d.onDisk()), "4815162") {
		t.Error("the store holds the answer")
	}
}

// Secrets in fields of a contact are redacted in the API, also if the file says that
// everybody may see them.
func TestSecretsInContacts(t *testing.T) {
	t.Parallel()
	d := newDurable(t, `
secret "api" { env = "API" }
flow "f" {
  trigger "webhook" { path = "/f" }
  action "tag" "it" {
    contact = "jane@example.com"
    add     = "given"
    fields  = { key = nonsensitive(secret.api) }
  }
}
flow "g" {
  trigger "tag" { tag = "given" }
  action "log" "show" {
    message = "shown"
    fields  = { contact = contact, fields = contact.fields }
  }
  action "http" "whole" {
    url  = "OUT/whole"
    json = contact
  }
  action "http" "fields" {
    url  = "OUT/fields"
    json = contact.fields
  }
}`)
	log := &lines{}
	var err error
	if d.opts.Log, err = logging.New(log, "json", "debug"); err != nil {
		t.Fatal(err)
	}
	d.restart()
	d.accept("/f", `{}`)
	d.awaitRuns("g", map[store.State]int{store.Succeeded: 1})
	if len(log.with("hush-hush")) > 0 || len(log.with(`"key":"(sensitive)"`)) != 1 {
		t.Errorf("the log says %s", log.with("shown"))
	}
	for _, action := range []string{"whole", "fields"} {
		if text := d.bodies("g", action); strings.Contains(text, "hush-hush") || !strings.Contains(text, "(sensitive)") {
			t.Errorf("%s was given %s", action, text)
		}
	}
}
