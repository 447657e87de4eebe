package engine_test

import (
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/store"
)

// answerForms returns the forms in which a text can stand in a stored answer,
// whose body is base64.
func answerForms(text string) []string {
	out := []string{text, hex.EncodeToString([]byte(text)), strings.ReplaceAll(text, "-", "%2D")}
	for shift := range 3 {
		encoded := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("?", shift) + text))
		out = append(out, encoded[4:len(encoded)-4])
	}
	return out
}

// TestStoredAnswersHoldNoSecret gives answers with a secret and with a sensitive
// value to callers who repeat their requests, and searches for both in the files
// of the store.
func TestStoredAnswersHoldNoSecret(t *testing.T) {
	t.Parallel()
	const values = `json = { key = secret.api, made = action.made.value }`
	for name, c := range map[string]struct {
		trigger, end string // of the flow
		want         string // in the answer
	}{
		"json":    {`mode = "sync"`, `action "respond" "end" { ` + values + ` }`, "hush-hush-API"},
		"headers": {`mode = "sync"`, "action \"respond\" \"end\" {\n headers = { X-Key = secret.api, X-Made = action.made.value }\n json = {}\n}", "hush-hush-API"},
		"redirect": {
			`mode = "sync"`,
			"action \"respond\" \"end\" {\n status = 201\n headers = { Location = \"https://example.com/?key=${urlencode(secret.api)}&made=${action.made.value}\" }\n}", "hush-hush-API",
		},
		"text":   {`mode = "sync"`, `action "respond" "end" { body = "key ${secret.api} made ${action.made.value}" }`, "hush-hush-API"},
		"base64": {`mode = "sync"`, `action "respond" "end" { body_base64 = base64encode("key ${secret.api} made ${action.made.value}") }`, "hush-hush-API"},
		"an answer of another system": {
			`mode = "sync"`,
			"action \"http\" \"echo\" {\n url = \"ECHO/a\"\n headers = { X-Key = secret.api, X-Made = action.made.value }\n}\naction \"respond\" \"end\" { body = action.echo.text }", "hush-hush-API",
		},
		"a sensitive respond":    {`mode = "sync"`, "action \"respond\" \"end\" {\n sensitive = true\n json = { open = join(\"-\", [\"made\", \"up\", \"value\"]) }\n}", "made-up-value"},
		"respond that continues": {`mode = "sync"`, "action \"respond\" \"end\" {\n then = \"continue\"\n " + values + "\n}\naction \"log\" \"late\" { message = \"late\" }", "hush-hush-API"},
		"response of an async flow": {
			"response {\n headers = { X-Key = secret.api }\n json = { key = secret.api }\n}",
			`action "log" "late" { message = "late" }`, "hush-hush-API",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDurable(t, strings.ReplaceAll(`
secret "api" { env = "API" }
flow "f" {
  trigger "webhook" {
    path = "/f"
    dedupe { key = webhook.body.id }
    `+c.trigger+`
  }
  action "transform" "made" {
    jq        = "\"made-up\" + \"-value\""
    sensitive = true
  }
  `+c.end+`
}`, "ECHO", echoServer(t)))
			first := d.post("/f", `{"id": "A-1"}`)
			d.await(first.run(), store.Succeeded)
			again := d.post("/f", `{"id": "A-1"}`)
			if all := first.body + headerText(first.header); !strings.Contains(all, c.want) {
				t.Fatalf("the answer is %d %s", first.status, all)
			}
			if again.body != first.body || again.status != first.status || !isReplay(again) || again.header.Get("X-Key") != first.header.Get("X-Key") || again.header.Get("Location") != first.header.Get("Location") {
				t.Errorf("the repeat got %+v, the first %+v", again, first)
			}
			d.stop()
			if err := d.store.Close(); err != nil {
				t.Fatal(err)
			}
			disk := string(d.onDisk())
			for _, secret := range []string{"hush-hush-API", "made-up-value"} {
				for _, form := range answerForms(secret) {
					if strings.Contains(disk, form) {
						t.Errorf("the store holds %q as %q", secret, form)
					}
				}
			}
		})
	}
}

func headerText(h http.Header) string {
	var b strings.Builder
	_ = h.Write(&b)
	return b.String()
}
