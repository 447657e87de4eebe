package slack_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/testutil/actiontest"
	"github.com/webhook-gateway/gateway/internal/testutil/slackd"
	"github.com/webhook-gateway/gateway/internal/testutil/valuetest"
)

// slackBench has the two connections to a stand-in.
func slackBench(t *testing.T) (*actiontest.Bench, *slackd.Server) {
	s := slackd.Start(t)
	b := actiontest.New(t)
	b.Connections["slack.bot"] = fmt.Sprintf("token = %q\nbase_url = %q", slackd.Token, s.URL)
	b.Connections["slack.hook"] = fmt.Sprintf("webhook_url = %q", s.WebhookURL())
	return b, s
}

const (
	byBot  = "connection = connection.slack.bot\n"
	byHook = "connection = connection.slack.hook\n"
)

func TestSlackByBot(t *testing.T) {
	t.Parallel()
	b, s := slackBench(t)
	out := b.MustSucceed("slack", byBot+"channel = \"#alerts\"\ntext = \"a\"", "{}")
	reply := b.MustSucceed("slack", byBot+"channel = \"C0ALERTS\"\ntext = \"b\"\nthread = webhook.body", valuetest.EncodeJSON(t, out["ts"]))
	posted := s.Messages()
	if len(posted) != 2 || posted[0].Thread != "" || posted[1].Thread != out["ts"] || posted[1].TS != reply["ts"] || reply["channel"] != "C0ALERTS" {
		t.Errorf("posted %+v, outputs %v and %v", posted, out, reply)
	}
	for _, r := range s.Requests() {
		if r.Header.Get("Idempotency-Key") != "01run/example" || r.Header.Get("User-Agent") != "gateway/1.2.3" {
			t.Errorf("headers %v", r.Header)
		}
	}
}

func TestSlackByWebhook(t *testing.T) {
	t.Parallel()
	b, s := slackBench(t)
	out := b.MustSucceed("slack", byHook+"text = \"a\"\nblocks = webhook.body", `[{"type": "section", "text": {"type": "mrkdwn", "text": "<https://x.example|x> & 1.50"}}]`)
	if out["ts"] != nil || out["channel"] != nil || len(out) != 2 {
		t.Errorf("outputs %v", out)
	}
	posted := s.Messages()
	if len(posted) != 1 || !posted[0].Webhook || posted[0].Text != "a" || !strings.Contains(s.Requests()[0].Body, `"<https://x.example|x> & 1.50"`) {
		t.Errorf("posted %+v", posted)
	}
	if auth := s.Requests()[0].Header.Get("Authorization"); auth != "" {
		t.Errorf("the webhook got the credentials %q", auth)
	}
}

// TestSlackEscapes: values are shown unchanged, and the markup of the file
// stays markup.
func TestSlackEscapes(t *testing.T) {
	t.Parallel()
	for _, v := range []string{
		"Müller & Söhne", "a=b&c=d", "<!channel>", "<https://evil.example|the shop>", "&lt;", "😀 \"quoted\" 'x'", "__x__ *b* ~s~ `c`", "one\ntwo\r\nthree", "a|b>",
	} {
		b, s := slackBench(t)
		b.MustSucceed("slack", byBot+"channel = \"C0ALERTS\"\ntext = \"<https://shop.example|shop>: ${webhook.body}!\"", valuetest.EncodeJSON(t, v))
		b.MustSucceed("slack", byHook+"text = webhook.body", valuetest.EncodeJSON(t, v))
		escaped := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(v)
		posted := s.Messages()
		if len(posted) != 2 || posted[0].Text != "<https://shop.example|shop>: "+escaped+"!" || posted[1].Text != escaped {
			t.Errorf("%q was posted as %+v", v, posted)
		}
	}
	b, s := slackBench(t)
	b.MustSucceed("slack", byHook+"text = unescaped(webhook.body)", `"<https://shop.example|shop>"`)
	if got := s.Messages()[0].Text; got != "<https://shop.example|shop>" {
		t.Errorf("unescaped: %q", got)
	}
}

func TestSlackFailures(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, action, input string
		failure             *slackd.Failure // nil: the stand-in refuses by itself
		class               flow.Class
		reason, words       string
		after               time.Duration
	}{
		{"unknown channel", byBot + "channel = \"#nowhere\"\ntext = \"a\"", "{}", nil, flow.Permanent, "", "channel_not_found: the channel does not exist", 0},
		{"no member", byBot + "channel = \"#private\"\ntext = \"a\"", "{}", nil, flow.Permanent, "", "/invite", 0},
		{"archived", byBot + "channel = \"#old\"\ntext = \"a\"", "{}", nil, flow.Permanent, "", "archived", 0},
		{"wrong thread", byBot + "channel = \"#alerts\"\ntext = \"a\"\nthread = \"x\"", "{}", nil, flow.Permanent, "", "thread is not the ts", 0},
		{"wrong blocks", byBot + "channel = \"#alerts\"\nblocks = [{ type = \"divider\" }, { type = \"pie\" }]", "{}", nil, flow.Permanent, "", "Slack points to /blocks/1", 0},
		{"wrong blocks by webhook", byHook + "blocks = [{ type = \"pie\" }]", "{}", nil, flow.Permanent, "", "invalid_blocks", 0},
		{"wrong token", "connection = connection.slack.wrong\nchannel = \"#alerts\"\ntext = \"a\"", "{}", nil, flow.Permanent, "", "invalid_auth: the token", 0},
		{"lost webhook", "connection = connection.slack.lost\ntext = \"a\"", "{}", nil, flow.Permanent, "", "no_service: the incoming webhook was taken away", 0},
		{"too many", byBot + "channel = \"#alerts\"\ntext = \"a\"", "{}", &slackd.Failure{Status: 429, Code: "ratelimited", RetryAfter: "30"}, flow.Transient, flow.Reason429, "429", 30 * time.Second},
		{"too many, in words", byBot + "channel = \"#alerts\"\ntext = \"a\"", "{}", &slackd.Failure{Status: 200, Code: "rate_limited", RetryAfter: "7"}, flow.Transient, flow.Reason429, "fewer messages", 7 * time.Second},
		{"too many by webhook", byHook + "text = \"a\"", "{}", &slackd.Failure{Status: 429, Code: "rate_limited", RetryAfter: "30"}, flow.Transient, flow.Reason429, "429", 30 * time.Second},
		{"fault of Slack", byBot + "channel = \"#alerts\"\ntext = \"a\"", "{}", &slackd.Failure{Status: 200, Code: "fatal_error"}, flow.Transient, flow.Reason5xx, "fatal_error", 0},
		{"time-out of Slack", byBot + "channel = \"#alerts\"\ntext = \"a\"", "{}", &slackd.Failure{Status: 200, Code: "request_timeout"}, flow.Transient, flow.ReasonTimeout, "request_timeout", 0},
		{"down", byBot + "channel = \"#alerts\"\ntext = \"a\"", "{}", &slackd.Failure{Status: 503, Code: "<html>"}, flow.Transient, flow.Reason5xx, "503", 0},
		{"webhook is down", byHook + "text = \"a\"", "{}", &slackd.Failure{Status: 500, Code: "rollup_error"}, flow.Transient, flow.Reason5xx, "500", 0},
		{"scope", byBot + "channel = \"#alerts\"\ntext = \"a\"", "{}", &slackd.Failure{Status: 200, Code: "missing_scope"}, flow.Permanent, "", "the scope chat:write", 0},
		{"unknown code", byBot + "channel = \"#alerts\"\ntext = \"a\"", "{}", &slackd.Failure{Status: 200, Code: "brand_new"}, flow.Permanent, "", "brand_new", 0},
		{"code that is none", byBot + "channel = \"#alerts\"\ntext = \"a\"", "{}", &slackd.Failure{Status: 200, Code: "Hunter2 is the password"}, flow.Permanent, "", "not one of Slack's", 0},
		{"text too long", byBot + "channel = \"#alerts\"\ntext = webhook.body", `"` + strings.Repeat("ö", 40001) + `"`, nil, flow.Invalid, "", "40001 characters", 0},
		{"nothing to say", byBot + "channel = \"#alerts\"\ntext = webhook.body", `""`, nil, flow.Invalid, "", "empty", 0},
		{"no channel", byBot + "channel = webhook.body\ntext = \"a\"", `""`, nil, flow.Invalid, "", "channel is empty", 0},
		{"blocks that are none", byBot + "channel = \"#alerts\"\nblocks = webhook.body", `["a"]`, nil, flow.Invalid, "", "block 0", 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b, s := slackBench(t)
			b.Connections["slack.wrong"] = fmt.Sprintf("token = \"xoxb-other\"\nbase_url = %q", s.URL)
			b.Connections["slack.lost"] = fmt.Sprintf("webhook_url = %q", strings.Replace(s.WebhookURL(), "B0HOOK", "B0GONE", 1))
			if c.failure != nil {
				s.Fail(*c.failure)
			}
			err := b.MustFail("slack", c.action, c.input)
			if err.Class != c.class || err.Reason != c.reason || err.RetryAfter != c.after || !strings.Contains(err.Message, c.words) {
				t.Errorf("%s, %q, after %v: %q", err.Class, err.Reason, err.RetryAfter, err.Message)
			}
			if strings.Contains(err.Message, "s3cret") || strings.Contains(err.Message, "xoxb") || strings.Contains(err.Message, "Hunter2") {
				t.Errorf("the message tells too much: %q", err.Message)
			}
			if n := len(s.Messages()); n > 0 {
				t.Errorf("%d messages were posted", n)
			}
		})
	}
}

// TestSlackTriesAgain: an answer that asks to wait is waited for.
func TestSlackTriesAgain(t *testing.T) {
	t.Parallel()
	b, s := slackBench(t)
	s.Fail(slackd.Failure{Status: http.StatusTooManyRequests, Code: "ratelimited"}, slackd.Failure{Status: 200, Code: "internal_error"})
	b.MustSucceed("slack", byBot+"channel = \"#alerts\"\ntext = \"a\"\nretry {\n initial = \"1ms\"\n}", "{}")
	if len(s.Requests()) != 3 || len(s.Messages()) != 1 {
		t.Errorf("%d requests, %d messages", len(s.Requests()), len(s.Messages()))
	}
}

// TestSlackHidesTheWebhook: its address is a secret, host and all.
func TestSlackHidesTheWebhook(t *testing.T) {
	t.Parallel()
	b := actiontest.New(t)
	b.Egress = nil
	b.Connections["slack.hook"] = "webhook_url = \"http://127.0.0.1:9/services/${secret.shop_token}\""
	err := b.MustFail("slack", byHook+"text = \"a\"", "{}")
	if err.Class != flow.Denied || strings.Contains(err.Message, "127.0.0.1") || strings.Contains(err.Message, "t0ken") {
		t.Errorf("%s: %q", err.Class, err.Message)
	}
}

func TestSlackFindings(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, connection, action, summary string }{
		{"both ways", "webhook_url = \"https://x.example\"\ntoken = \"a\"", "", "One way to Slack"},
		{"no way", "", "", "One way to Slack"},
		{"base of a webhook", "webhook_url = \"https://x.example\"\nbase_url = \"https://y.example\"", "", "Nothing to add to"},
		{"wrong webhook", "webhook_url = \"hooks\"", "", "Wrong URL"},
		{"wrong base", "token = \"a\"\nbase_url = \"slack\"", "", "Wrong URL"},
		{"empty token", "token = \"\"", "", "Wrong token"},
		{"token of two lines", "token = \"a\\nb\"", "", "Wrong token"},
		{"no message", "token = \"a\"", "channel = \"#a\"", "Empty message"},
		{"no channel", "token = \"a\"", "text = \"a\"", "Missing attribute"},
		{"channel of a webhook", "webhook_url = \"https://x.example\"", "channel = \"#a\"\ntext = \"a\"", "Channel of a webhook"},
		{"long text", "token = \"a\"", "channel = \"#a\"\ntext = \"" + strings.Repeat("a", 40001) + "\"", "Wrong text"},
		{"wrong blocks", "token = \"a\"", "channel = \"#a\"\nblocks = [{}]", "Wrong blocks"},
		{"other kind of connection", "token = \"a\"", "channel = \"#a\"\ntext = \"a\"\nconnection = connection.http.x", "Wrong kind of connection"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := actiontest.New(t)
			b.Connections["x"] = `base_url = "https://x.example"`
			b.Connections["slack.x"] = c.connection
			_, diags := b.Scope()
			if c.action != "" {
				if !strings.Contains(c.action, "connection =") {
					c.action += "\nconnection = connection.slack.x"
				}
				_, diags = b.Compile(actiontest.Action("slack", c.action))
			}
			if len(diags) != 1 || diags[0].Summary != c.summary {
				t.Errorf("findings %v, want %q", diags, c.summary)
			}
		})
	}
}
