package engine_test

import (
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/internal/logging"
	"github.com/webhook-gateway/gateway/store"
)

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
