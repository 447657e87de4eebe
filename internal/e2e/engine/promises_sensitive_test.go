package engine_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/actions"
	"github.com/webhook-gateway/gateway/auth"
	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/logging"
	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/triggers"
)

// The tests of this file hold what pages of the reference promise about sensitive
// values. Their names begin with that of the page.

// record returns all that is written about a run: what the admin listener shows, the
// log and the store.
func (d *durable) record(log *lines) map[string]string {
	d.t.Helper()
	shown := d.shownText()
	d.stop()
	if err := d.store.Close(); err != nil {
		d.t.Fatal(err)
	}
	return map[string]string{"admin listener": shown, "log": log.text.String(), "store": string(d.onDisk())}
}

// newLogged returns a stopped gateway and its log.
func newLogged(t *testing.T) (*durable, *lines) {
	d, log := newStopped(t), &lines{}
	var err error
	if d.opts.Log, err = logging.New(log, "json", "debug"); err != nil {
		t.Fatal(err)
	}
	return d, log
}

// TestActionRespondPageSensitive: a sensitive respond answers the caller, and its
// answer is in no record.
func TestActionRespondPageSensitive(t *testing.T) {
	t.Parallel()
	d, log := newLogged(t)
	d.write(`flow "f" {
  trigger "webhook" {
    path = "/f"
    mode = "sync"
  }
  action "respond" "end" {
    sensitive = true
    headers   = { X-Pin = join("-", ["pin", "of", "the", "day"]) }
    json      = { n = length(webhook.body.list) * 60600007 }
  }
}`)
	d.start()
	got := d.post("/f", `{"list": [1, 2]}`)
	if got.body != `{"n":121200014}` || got.header.Get("X-Pin") != "pin-of-the-day" {
		t.Fatalf("the answer is %s with %v", got.body, got.header)
	}
	d.await(got.run(), store.Succeeded)
	for where, text := range d.record(log) {
		if strings.Contains(text, "121200014") || strings.Contains(text, "pin-of-the-day") {
			t.Errorf("the %s holds the answer", where)
		}
	}
}

// TestFunctionsPageNonsensitive: nonsensitive shows a value in log and history, and
// nothing else of the output.
func TestFunctionsPageNonsensitive(t *testing.T) {
	t.Parallel()
	d, log := newLogged(t)
	d.write(`flow "f" {
  trigger "webhook" { path = "/f" }
  action "transform" "card" {
    sensitive = true
    jq        = "{ number: (\"4111\" + \"-1111-7\"), last: (\"last-\" + \"four\") }"
  }
  action "log" "shown" { message = "card ${nonsensitive(action.card.value.last)}" }
  action "log" "hidden" { message = "card ${action.card.value.number}" }
}`)
	d.start()
	id := d.accept("/f", `{}`)
	d.await(id, store.Succeeded)
	for where, text := range d.record(log) {
		if !strings.Contains(text, "card last-four") {
			t.Errorf("the %s does not show what the file reveals", where)
		}
		if strings.Contains(text, "4111-1111-7") {
			t.Errorf("the %s holds the number", where)
		}
	}
}

// TestSecretPageDerived: texts that functions compute from a secret are redacted where
// another system repeats them.
func TestSecretPageDerived(t *testing.T) {
	t.Parallel()
	d, log := newLogged(t)
	d.opts.Load = func() (*load.Config, hcl.Diagnostics) {
		return load.Files(load.Options{
			Clock: clock.System{}, FS: *d.files.Load(), Paths: []load.Path{{Dir: "flows.hcl"}}, Connections: actions.Connections(),
			Kinds: flow.Kinds{Actions: actions.All(), Triggers: triggers.All(auth.All())},
			Env:   func(string) (string, bool) { return `{"user":"gateway","token":"pa55word-of-9"}`, true },
		})
	}
	d.write(`secret "login" { env = "LOGIN" }
flow "f" {
  trigger "webhook" { path = "/f" }
  action "http" "send" {
    url     = "` + echoServer(t) + `/a"
    headers = { X-Token = upper(jsondecode(secret.login).token) }
    text    = jsondecode(secret.login).token
  }
  action "log" "all" { message = action.send.text }
}`)
	d.start()
	id := d.accept("/f", `{}`)
	d.await(id, store.Succeeded)
	for where, text := range d.record(log) {
		if strings.Contains(strings.ToLower(text), "pa55word-of-9") {
			t.Errorf("the %s holds the token", where)
		}
	}
	if len(log.with("(sensitive)")) == 0 {
		t.Error("the log does not say that something is hidden")
	}
}

// TestAuthPageSignatureIsCredential: the id and the time that a sender signs are no
// credentials. The id is a dedupe key, and the signature is in no record.
func TestAuthPageSignatureIsCredential(t *testing.T) {
	t.Parallel()
	const key = "0123456789abcdef0123456789abcdef"
	d, log := newLogged(t)
	d.write(`flow "f" {
  trigger "webhook" {
    path = "/f"
    auth "standard_webhooks" { secret = "whsec_` + base64.StdEncoding.EncodeToString([]byte(key)) + `" }
    dedupe { key = webhook.headers["webhook-id"] }
  }
  action "log" "who" { message = "${webhook.headers["webhook-id"]} ${webhook.auth.kind}" }
  action "log" "all" { message = jsonencode(webhook.headers) }
}`)
	d.start()
	const id, body = "msg_2026-1", `{"n": 1}`
	at := strconv.FormatInt(time.Now().Unix(), 10)
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(id + "." + at + "." + body))
	signature := base64.StdEncoding.EncodeToString(mac.Sum(nil))
	send := func() reply {
		return d.post("/f", body, "webhook-id", id, "webhook-timestamp", at, "webhook-signature", "v1,"+signature)
	}
	first, again := send(), send()
	if first.status != http.StatusOK || again.header.Get("Gateway-Replayed") != "true" || again.run() != first.run() {
		t.Fatalf("the answers are %d and %d with %v", first.status, again.status, again.header)
	}
	d.await(first.run(), store.Succeeded)
	for where, text := range d.record(log) {
		if strings.Contains(text, signature) {
			t.Errorf("the %s holds the signature", where)
		}
	}
	if said := log.with("msg_2026-1 "); len(said) != 1 || !strings.Contains(said[0], "standard_webhooks") {
		t.Errorf("the flow read neither the id nor who signed in: %s", log.text.String())
	}
}
