package jira_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/testutil/actiontest"
	"github.com/webhook-gateway/gateway/internal/testutil/jirad"
)

func TestJiraComments(t *testing.T) {
	t.Parallel()
	for flavour, want := range map[jirad.Flavour]string{
		jirad.Cloud:      "paid by invoice_30 & co",
		jirad.DataCenter: `{*}paid{*} by invoice\_30 & co`,
	} {
		b, s := jiraBench(t, flavour)
		key := s.Open("SHOP", "a")
		out := b.MustSucceed("jira_comment", byJira+"issue = \""+key+"\"\nbody = \"**paid** by ${webhook.body}\"", `"invoice_30 & co"`)
		comments := s.Issues()[0].Comments
		if len(comments) != 1 || shown(t, comments[0].Body) != want {
			t.Errorf("%s: comments %v", flavour, comments)
		}
		if out["id"] != comments[0].ID || out["url"] != s.URL+"/browse/SHOP-1?focusedCommentId="+comments[0].ID {
			t.Errorf("%s: outputs %v", flavour, out)
		}
	}
}

func TestJiraTransitions(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, body, status, comment, outputs string }{
		{"by status", `to = "in progress"`, "In Progress", "", `{"changed":true,"status":"In Progress"}`},
		{"by its own name", `to = "Close"`, "Done", "", `{"changed":true,"status":"Done"}`},
		{"already there", "to = \"to do\"\ncomment = \"b\"", "To Do", "", `{"changed":false,"status":"To Do"}`},
		{"comment on a screen", "to = \"Done\"\ncomment = \"*b* ${webhook.body}\"", "Done", "b a_b_c", `{"changed":true,"status":"Done"}`},
		{"comment without a screen", "to = \"In Progress\"\ncomment = \"b\"", "In Progress", "b", `{"changed":true,"status":"In Progress"}`},
		{"fields", "to = \"Done\"\nfields = { resolution = { name = \"Won't Do\" } }", "Done", "", `{"changed":true,"status":"Done"}`},
	}
	for _, flavour := range []jirad.Flavour{jirad.Cloud, jirad.DataCenter} {
		for _, c := range cases {
			t.Run(string(flavour)+" "+c.name, func(t *testing.T) {
				t.Parallel()
				b, s := jiraBench(t, flavour)
				s.Open("SHOP", "a")
				out := b.MustSucceed("jira_transition", byJira+"issue = \"SHOP-1\"\n"+c.body, `"a_b_c"`)
				issue := s.Issues()[0]
				if flat(t, out) != c.outputs || issue.Status != c.status {
					t.Errorf("outputs %v, status %q", out, issue.Status)
				}
				comments := ""
				for _, in := range issue.Comments {
					comments += strings.NewReplacer("{_}", "", `\`, "").Replace(shown(t, in.Body))
				}
				if comments != c.comment {
					t.Errorf("comments %q", comments)
				}
				if _, given := issue.Fields["resolution"]; given != strings.Contains(c.body, "resolution") {
					t.Errorf("fields %v", issue.Fields)
				}
			})
		}
	}
}

func TestJiraFailures(t *testing.T) {
	t.Parallel()
	const comment, closing = byJira + "issue = webhook.body\nbody = \"b\"", byJira + "issue = \"SHOP-1\"\n"
	cases := []struct {
		name, kind, body, input string
		failure                 *jirad.Failure // nil: the stand-in refuses by itself
		class                   flow.Class
		reason, words           string
		after                   time.Duration
	}{
		{"unknown project", "jira_issue", strings.Replace(anIssue, "SHOP", "NONE", 1), "{}", nil, flow.Permanent, "", "project: key: there is no NONE", 0},
		{"unknown field", "jira_issue", anIssue + `fields = { customfield_1 = "x" }`, "{}", nil, flow.Permanent, "", "customfield_1: Field", 0},
		{"two faults", "jira_issue", anIssue + "priority = \"Urgent\"\nassignee = \"nobody\"", "{}", nil, flow.Permanent, "", "assignee: id: there is no <nil>; priority: name: there is no Urgent", 0},
		{"fault in a secret", "jira_issue", anIssue + "priority = secret.shop_token", "{}", nil, flow.Permanent, "", "opening an issue: Jira refused it: priority", 0},
		{"no summary", "jira_issue", byJira + "project = \"SHOP\"\ntype = \"Task\"\nsummary = webhook.body", `" \n"`, nil, flow.Invalid, "", "the summary is empty", 0},
		{"no key", "jira_issue", anIssue + "unique_key = webhook.body", `""`, nil, flow.Invalid, "", "unique_key is empty", 0},
		{"field of an attribute", "jira_issue", anIssue + "fields = webhook.body", `{"summary": "x"}`, nil, flow.Invalid, "", "summary has an attribute of its own", 0},
		{"credentials", "jira_issue", strings.Replace(anIssue, "jira.x", "jira.wrong", 1), "{}", nil, flow.Permanent, "", "does not accept the credentials", 0},
		{"permission", "jira_issue", anIssue, "{}", &jirad.Failure{Status: 403}, flow.Permanent, "", "the permission", 0},
		{"too many", "jira_issue", anIssue, "{}", &jirad.Failure{Status: 429, RetryAfter: "12"}, flow.Transient, flow.Reason429, "429", 12 * time.Second},
		{"down", "jira_issue", oneIssue, "{}", &jirad.Failure{Status: 502, Body: "<html>"}, flow.Transient, flow.Reason5xx, "502", 0},
		{"sign-in page", "jira_issue", anIssue, "{}", &jirad.Failure{Status: 201, Body: "<html>"}, flow.Permanent, "", "base_url", 0},
		{"answer without an issue", "jira_issue", anIssue, "{}", &jirad.Failure{Status: 201, Body: "{}"}, flow.Permanent, "", "names no issue", 0},
		{"no such issue", "jira_comment", comment, `"SHOP-9"`, nil, flow.Permanent, "", "it does not exist in Jira", 0},
		{"no key of an issue", "jira_comment", comment, `"SHOP-1/../../x"`, nil, flow.Invalid, "", "named by its key", 0},
		{"no comment", "jira_comment", byJira + "issue = \"SHOP-1\"\nbody = webhook.body", `" "`, nil, flow.Invalid, "", "the comment is empty", 0},
		{"no transition", "jira_transition", closing + `to = "Shipped"`, "{}", nil, flow.Permanent, "", `from "To Do" to "Shipped": there is "Start work" to "In Progress", "Close" to "Done"`, 0},
		{"no status", "jira_transition", closing + "to = webhook.body", `""`, nil, flow.Invalid, "", "status is empty", 0},
		{"fields without a screen", "jira_transition", closing + "to = \"In Progress\"\nfields = { resolution = { name = \"Done\" } }", "{}", nil, flow.Permanent, "", "fields can't be set", 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b, s := jiraBench(t, jirad.Cloud)
			b.Connections["jira.wrong"] = fmt.Sprintf("base_url = %q\nemail = \"eve@example.com\"\ntoken = \"hunter2\"", s.URL)
			s.Open("SHOP", "there")
			if c.failure != nil {
				s.Fail(*c.failure)
			}
			err := b.MustFail(c.kind, c.body, c.input)
			if err.Class != c.class || err.Reason != c.reason || err.RetryAfter != c.after || !strings.Contains(err.Message, c.words) {
				t.Errorf("%s, %q, after %v: %q", err.Class, err.Reason, err.RetryAfter, err.Message)
			}
			if strings.Contains(err.Message, "t0ken") || strings.Contains(err.Message, "hunter2") {
				t.Errorf("the message tells too much: %q", err.Message)
			}
			if n := len(s.Issues()); n != 1 {
				t.Errorf("%d issues", n)
			}
		})
	}
}

func TestJiraCredentials(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		flavour jirad.Flavour
		body    string
	}{
		"token":     {jirad.DataCenter, "token = \"" + jirad.Token + "\""},
		"password":  {jirad.DataCenter, "username = \"" + jirad.Username + "\"\npassword = \"" + jirad.Password + "\""},
		"cloud":     {jirad.Cloud, "flavour = \"cloud\"\nemail = \"" + jirad.Email + "\"\ntoken = \"" + jirad.Token + "\""},
		"a flavour": {jirad.DataCenter, "flavour = \"server\"\ntoken = \"" + jirad.Token + "\""},
	} {
		b, s := jiraBench(t, c.flavour)
		b.Connections["jira.x"] = fmt.Sprintf("base_url = %q\n%s", s.URL+"/", c.body)
		if out := b.MustSucceed("jira_issue", anIssue, "{}"); out["key"] != "SHOP-1" {
			t.Errorf("%s: %v", name, out)
		}
	}
}

func TestJiraFindings(t *testing.T) {
	t.Parallel()
	const base = "base_url = \"https://x.example\"\n"
	const good = base + "token = \"a\""
	cases := []struct{ name, connection, kind, action, summary string }{
		{"no credentials", base, "", "", "Wrong credentials"},
		{"e-mail address alone", base + `email = "a@b.example"`, "", "", "Wrong credentials"},
		{"password on Cloud", base + "flavour = \"cloud\"\nusername = \"a\"\npassword = \"b\"", "", "", "Wrong credentials"},
		{"e-mail address on Server", base + "flavour = \"server\"\nemail = \"a\"\ntoken = \"b\"", "", "", "Wrong credentials"},
		{"token of two lines", base + "token = \"a\\nb\"", "", "", "Wrong credentials"},
		{"wrong base", "base_url = \"jira\"\ntoken = \"a\"", "", "", "Wrong URL"},
		{"TLS without https", "base_url = \"http://x.example\"\ntoken = \"a\"\ntls { server_name = \"x\" }", "", "", "TLS without https"},
		{"unknown flavour", base + "flavour = \"cluod\"\ntoken = \"a\"", "", "", `Wrong value for "flavour"`},
		{"no project", good, "jira_issue", "type = \"Task\"\nsummary = \"a\"", "Missing attribute"},
		{"empty summary", good, "jira_issue", "project = \"A\"\ntype = \"Task\"\nsummary = \" \"", "Empty summary"},
		{"field given twice", good, "jira_issue", "project = \"A\"\ntype = \"Task\"\nsummary = \"a\"\nfields = { labels = [] }", "Field given twice"},
		{"wrong format", good, "jira_comment", "issue = \"A-1\"\nbody = \"b\"\nbody_format = \"html\"", `Wrong value for "body_format"`},
		{"comment as a field", good, "jira_transition", "issue = \"A-1\"\nto = \"Done\"\nfields = { comment = \"b\" }", "Field given twice"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := actiontest.New(t)
			b.Connections["jira.x"] = c.connection
			_, diags := b.Scope()
			if c.kind != "" {
				_, diags = b.Compile(actiontest.Action(c.kind, byJira+c.action))
			}
			if len(diags) != 1 || diags[0].Summary != c.summary {
				t.Errorf("findings %v, want %q", diags, c.summary)
			}
		})
	}
}
