package slackd

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

// send sends a request and returns the status and the body.
func send(t *testing.T, url, token, kind, body string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", kind)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

const asJSON = "application/json; charset=utf-8"

func TestMethodRefusals(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, token, kind, body, words string }{
		{"nobody", "", asJSON, `{}`, "not_authed"},
		{"wrong token", "xoxb-x", asJSON, `{}`, "invalid_auth"},
		{"form", Token, "application/x-www-form-urlencoded", `a=b`, "invalid_post_type"},
		{"charset", Token, "application/json; charset=latin1", `{}`, "invalid_post_type"},
		{"no JSON", Token, asJSON, `{`, "invalid_json"},
		{"two objects", Token, asJSON, `{}{}`, "invalid_json"},
		{"unknown argument", Token, asJSON, `{"channel": "C0ALERTS", "text": "a", "x": 1}`, "unknown field: x"},
		{"no channel", Token, asJSON, `{"text": "a"}`, "channel"},
		{"unknown channel", Token, asJSON, `{"channel": "C1", "text": "a"}`, "channel_not_found"},
		{"no member", Token, asJSON, `{"channel": "C0PRIVATE", "text": "a"}`, "not_in_channel"},
		{"nothing to say", Token, asJSON, `{"channel": "C0ALERTS", "text": ""}`, "no_text"},
		{"number as text", Token, asJSON, `{"channel": "C0ALERTS", "text": 1}`, "must be a string"},
		{"bare ampersand", Token, asJSON, `{"channel": "C0ALERTS", "text": "a & b"}`, "not escaped"},
		{"bare bracket", Token, asJSON, `{"channel": "C0ALERTS", "text": "a < b"}`, "not escaped"},
		{"long text", Token, asJSON, `{"channel": "C0ALERTS", "text": "` + strings.Repeat("a", 40001) + `"}`, "msg_too_long"},
		{"thread by number", Token, asJSON, `{"channel": "C0ALERTS", "text": "a", "thread_ts": 1.5}`, "invalid_thread_ts"},
		{"blocks as a text", Token, asJSON, `{"channel": "C0ALERTS", "blocks": "[]"}`, "invalid_blocks"},
		{"header in mrkdwn", Token, asJSON, `{"channel": "C0ALERTS", "blocks": [{"type": "header", "text": {"type": "mrkdwn", "text": "a"}}]}`, "json-pointer:/blocks/0"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := Start(t)
			status, body := send(t, s.URL+"/chat.postMessage", c.token, c.kind, c.body)
			if status != 200 || !strings.Contains(body, `"ok":false`) || !strings.Contains(body, c.words) || len(s.Messages()) > 0 {
				t.Errorf("%d %s, %d messages", status, body, len(s.Messages()))
			}
		})
	}
}

func TestWebhook(t *testing.T) {
	t.Parallel()
	s := Start(t)
	s.Fail(Failure{Status: 429, RetryAfter: "1"}, Failure{Status: 500, Code: "rollup_error", Late: true})
	const text = `{"text": "a &amp; <https://x.example|b>", "blocks": [{"type": "divider"}]}`
	for i, want := range []struct {
		url, body string
		status    int
		answer    string
		messages  int
	}{
		{s.WebhookURL(), text, 429, "", 0},
		{s.WebhookURL(), text, 500, "rollup_error", 1},
		{s.WebhookURL(), text, 200, "ok", 2},
		{s.WebhookURL(), `{"channel": "C0ALERTS", "text": "a"}`, 400, "invalid_arguments", 2},
		{s.WebhookURL(), `{`, 400, "invalid_payload", 2},
		{s.WebhookURL() + "x", text, 404, "no_service", 2},
	} {
		status, answer := send(t, want.url, "", asJSON, want.body)
		if status != want.status || answer != want.answer || len(s.Messages()) != want.messages {
			t.Errorf("request %d: %d %q, %d messages", i, status, answer, len(s.Messages()))
		}
	}
	if m := s.Messages()[1]; !m.Webhook || m.Text != "a &amp; <https://x.example|b>" || len(m.Blocks) != 1 || m.TS == s.Messages()[0].TS {
		t.Errorf("%+v", m)
	}
}
