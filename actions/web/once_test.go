package web_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/testutil/actiontest"
	"github.com/webhook-gateway/gateway/internal/testutil/wiretest"
)

// TestOneRequestPerAttempt: a server breaks a kept connection. Without retry one
// request arrives, with two attempts two do. The second attempt of a jira kind makes
// several requests.
func TestOneRequestPerAttempt(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		"http GET":        "action \"http\" \"x\" {\nurl = \"%s/a\"\n",
		"http HEAD":       "action \"http\" \"x\" {\nurl = \"%s/a\"\nmethod = \"HEAD\"\n",
		"http POST":       "action \"http\" \"x\" {\nurl = \"%s/a\"\njson = { a = 1 }\n",
		"http empty POST": "action \"http\" \"x\" {\nurl = \"%s/a\"\nmethod = \"POST\"\n",
		"webhook POST":    "action \"webhook\" \"x\" {\nurl = \"%s/a\"\nfield \"a\" { value = 1 }\n",
		"webhook GET":     "action \"webhook\" \"x\" {\nurl = \"%s/a\"\nmethod = \"GET\"\nfield \"a\" { value = 1 }\n",
		"slack":           "action \"slack\" \"x\" {\nconnection = connection.slack.x\nchannel = \"C1\"\ntext = \"a\"\n",
		"slack hook":      "action \"slack\" \"x\" {\nconnection = connection.slack.hook\ntext = \"a\"\n",
		"jira_issue":      "action \"jira_issue\" \"x\" {\nconnection = connection.jira.x\nproject = \"SHOP\"\ntype = \"Task\"\nsummary = \"a\"\n",
		"jira_comment":    "action \"jira_comment\" \"x\" {\nconnection = connection.jira.x\nissue = \"SHOP-1\"\nbody = \"a\"\n",
		"jira_transition": "action \"jira_transition\" \"x\" {\nconnection = connection.jira.x\nissue = \"SHOP-1\"\nto = \"Done\"\n",
	}
	for name, action := range cases {
		for _, moment := range []wiretest.Moment{wiretest.FirstByte, wiretest.Header, wiretest.Body, wiretest.AnswerHead} {
			for attempts, retry := range []string{"", "retry {\nattempts = 2\ninitial = \"1ms\"\n}\n"} {
				t.Run(fmt.Sprintf("%s/%s/%d", name, moment, attempts+1), func(t *testing.T) {
					t.Parallel()
					s := wiretest.Start(t, nil, moment)
					b := actiontest.New(t)
					b.Connections["slack.x"] = fmt.Sprintf("token = \"xoxb-1\"\nbase_url = %q", s.URL)
					b.Connections["slack.hook"] = fmt.Sprintf("webhook_url = %q", s.URL+"/services/T/B/x")
					b.Connections["jira.x"] = fmt.Sprintf("base_url = %q\nemail = \"a@example.com\"\ntoken = \"a\"", s.URL)
					text := action
					if strings.Contains(text, "%s") {
						text = fmt.Sprintf(text, s.URL)
					}
					f := b.MustCompile(fmt.Sprintf("action \"http\" \"first\" {\nurl = %q\n}\n%s%s}\n", s.URL, text, retry))
					r := b.Run(t.Context(), f, "{}")
					if attempts == 0 && (r.Err == nil || r.Err.Class != flow.Transient || r.Err.Reason != flow.ReasonConnect || !strings.Contains(r.Err.Message, "may have arrived")) {
						t.Errorf("got %+v, want a failure of the connection that says the request may have arrived", r.Err)
					}
					if n := s.Arrived(); n != 2+attempts && (n < 3 || !strings.HasPrefix(name, "jira")) {
						t.Errorf("%d requests arrived in %d attempts", n-1, attempts+1)
					}
				})
			}
		}
	}
}
