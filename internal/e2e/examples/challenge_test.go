package examples_test

import (
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"
)

// signSlack signs a body as Slack does, with the secret of the example slack-events.
func signSlack(t *testing.T) func(h http.Header, body string) {
	t.Helper()
	secret, now := demoSecret(t, "slack-events/demo-secret.txt"), fmt.Sprint(time.Now().Unix())
	return func(h http.Header, body string) {
		h.Set("X-Slack-Request-Timestamp", now)
		h.Set("X-Slack-Signature", "v0="+hex.EncodeToString(sum256(secret, "v0:"+now+":"+body)))
	}
}

func TestSlackChallenge(t *testing.T) {
	t.Parallel()
	server := serve(t, "")
	d := delivery{path: "/slack/events", sample: "slack-events/samples/challenge.json", contentType: "application/json", sign: signSlack(t)}
	status, header, body := d.send(t, server.URL)
	if status != 200 || body != "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P" || header.Get("Content-Type") != "text/plain; charset=utf-8" {
		t.Errorf("answered %d %s %s", status, header.Get("Content-Type"), body)
	}
	d.tamper = func(h http.Header, _ *string) { h.Del("X-Slack-Signature") }
	if status, _, body := d.send(t, server.URL); status != 401 {
		t.Errorf("without a signature: answered %d %s", status, body)
	}
}

func TestMetaVerification(t *testing.T) {
	t.Parallel()
	server := serve(t, "")
	token := string(demoSecret(t, "meta-messages/demo-verify-token.txt"))
	for name, c := range map[string]struct {
		method, query string
		status        int
		body          string // "" for a problem
	}{
		"verification":      {"GET", "?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=" + token, 200, "1158201444"},
		"another token":     {"GET", "?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=guess", 403, ""},
		"a browser":         {"GET", "", 405, ""},
		"a delivery, bare":  {"POST", "?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=" + token, 401, ""},
		"a method it lacks": {"DELETE", "?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=" + token, 405, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := http.NewRequestWithContext(t.Context(), c.method, server.URL+"/meta/messages"+c.query, http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			answer, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer answer.Body.Close()
			body, err := io.ReadAll(answer.Body)
			if err != nil {
				t.Fatal(err)
			}
			if answer.StatusCode != c.status || c.body != "" && string(body) != c.body {
				t.Errorf("answered %d %s, want %d %s", answer.StatusCode, body, c.status, c.body)
			}
			if isProblem := answer.Header.Get("Content-Type") == "application/problem+json"; isProblem == (c.body != "") {
				t.Errorf("content type %q", answer.Header.Get("Content-Type"))
			}
		})
	}
}
