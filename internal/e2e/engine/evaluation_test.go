package engine_test

import (
	"encoding/json"
	"net/http"
	"testing"
)

// TestRequestsAreNotEvaluated: texts of a request in the forms of the language stay
// texts, in templates, jq programs, conditions, answers and requests to others.
func TestRequestsAreNotEvaluated(t *testing.T) {
	t.Parallel()
	d := newDurable(t, `
secret "api" { env = "API" }
locals { hidden = "local-value" }
flow "f" {
  trigger "webhook" {
    path = "/f/{part}"
    mode = "sync"
    variable "text" { type = string }
  }
  action "transform" "jq" { jq = "\"<\\(.text)>\"" }
  action "log" "say" { message = "said ${webhook.text}" }
  action "http" "out" {
    url     = "OUT/act"
    headers = { X-Text = webhook.headers["X-Text"] }
    json    = { text = "${webhook.text}" }
  }
  action "respond" "end" {
    json = {
      plain    = webhook.text
      template = "<${webhook.text}>"
      jq       = action.jq.value
      member   = webhook.body[webhook.body.name]
      header   = webhook.headers["X-Text"]
      query    = webhook.query.q
      part     = webhook.path.part
    }
  }
}`)
	for _, text := range []string{
		"${secret.api}", "%{ if true }yes%{ endif }", "$${1 + 1}", `\(env)`, "$ENV", "$__loc__", ".text | halt", `") | env | ("`,
		"{{ .Secret }}", "local.hidden", `file("/etc/passwd")`, "${file(\"/etc/passwd\")}", "`id`", "$(id)",
	} {
		body, err := json.Marshal(map[string]string{"text": text, "name": "text"})
		if err != nil {
			t.Fatal(err)
		}
		r := d.post("/f/"+"${secret.api}"+"?q=${secret.api}", string(body), "X-Text", text)
		var got map[string]any
		if err := json.Unmarshal([]byte(r.body), &got); err != nil || r.status != http.StatusOK {
			t.Errorf("%q: %d %s", text, r.status, r.body)
			continue
		}
		for place, want := range map[string]string{
			"plain": text, "template": "<" + text + ">", "jq": "<" + text + ">", "member": text, "header": text, "query": "${secret.api}", "part": "${secret.api}",
		} {
			if got[place] != want {
				t.Errorf("%q as %s: %v, want %s", text, place, got[place], want)
			}
		}
		sent := d.outside.bodies("/act")
		var last map[string]string
		if err := json.Unmarshal([]byte(sent[len(sent)-1]), &last); err != nil || last["text"] != text {
			t.Errorf("%q was sent on as %v (%v)", text, last, err)
		}
	}
}
