package jira_test

import (
	"context"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/testutil/actiontest"
	"github.com/webhook-gateway/gateway/internal/testutil/jirad"
	"github.com/webhook-gateway/gateway/internal/testutil/valuetest"
)

func TestJiraIssueFields(t *testing.T) {
	t.Parallel()
	const body = anIssue + `
description = "# Hello\n\n*a* [b](https://x.example)"
labels      = ["a b", "", "ü"]
priority    = "High"
fields      = { customfield_10010 = 1.50, customfield_10020 = "x", customfield_10030 = { value = "EU" }, duedate = "2026-12-24" }
`
	for flavour, want := range map[jirad.Flavour]string{
		jirad.Cloud:      `{"assignee":{"accountId":"` + jirad.Account + `"},"customfield_10010":1.5,"customfield_10020":"x","customfield_10030":{"value":"EU"},"description":{"content":[{"attrs":{"level":1},"content":[{"text":"Hello","type":"text"}],"type":"heading"},{"content":[{"marks":[{"type":"em"}],"text":"a","type":"text"},{"text":" ","type":"text"},{"marks":[{"attrs":{"href":"https://x.example"},"type":"link"}],"text":"b","type":"text"}],"type":"paragraph"}],"type":"doc","version":1},"duedate":"2026-12-24","issuetype":{"name":"Task"},"labels":["a-b","ü"],"priority":{"name":"High"},"project":{"key":"SHOP"},"summary":"a"}`,
		jirad.DataCenter: `{"assignee":{"name":"jdoe"},"customfield_10010":1.5,"customfield_10020":"x","customfield_10030":{"value":"EU"},"description":"h1. Hello\n\n{_}a{_} [b|https://x.example]","duedate":"2026-12-24","issuetype":{"name":"Task"},"labels":["a-b","ü"],"priority":{"name":"High"},"project":{"key":"SHOP"},"summary":"a"}`,
	} {
		b, s := jiraBench(t, flavour)
		who := jirad.Account
		if flavour == jirad.DataCenter {
			who = jirad.User
		}
		out := b.MustSucceed("jira_issue", body+"assignee = \""+who+"\"", "{}")
		if out["key"] != "SHOP-1" || out["id"] != "10001" || out["created"] != true || out["url"] != s.URL+"/browse/SHOP-1" {
			t.Errorf("outputs %v", out)
		}
		if got := strings.Replace(flat(t, s.Issues()[0].Fields), "1.50", "1.5", 1); got != want {
			t.Errorf("%s:\n%s, want\n%s", flavour, got, want)
		}
		if r := s.Requests(); len(r) != 1 || r[0].Header.Get("Idempotency-Key") != "01run/example" {
			t.Errorf("requests %+v", r)
		}
	}
}

// TestJiraKeepsValues: data arrives as it is, and makes no formatting.
func TestJiraKeepsValues(t *testing.T) {
	t.Parallel()
	for _, v := range []string{
		"Müller & Söhne", "a=b&c=d", "😀 \"quoted\" 'x'", "__x__ **b** ~~s~~ `c`", "[x](https://evil.example)", "# no heading", "- no item", "<b>&lt;", "|a|b|", "1. one", `C:\temp\`,
	} {
		b, s := jiraBench(t, jirad.Cloud)
		b.MustSucceed("jira_issue", byJira+"project = \"SHOP\"\ntype = \"Task\"\nsummary = webhook.body\ndescription = \"${webhook.body}\\n\\n- **${webhook.body}**\\n\"\nfields = { customfield_10020 = webhook.body }", valuetest.EncodeJSON(t, v))
		f := s.Issues()[0].Fields
		if f["summary"] != v || f["customfield_10020"] != v {
			t.Errorf("%q arrived as %q and %q", v, f["summary"], f["customfield_10020"])
		}
		if got := shown(t, f["description"]); got != v+"\n"+v {
			t.Errorf("%q arrived as %q", v, got)
		}
		if strings.Contains(flat(t, f["description"]), `"link"`) || strings.Contains(flat(t, f["description"]), `"code"`) {
			t.Errorf("%q made formatting: %s", v, flat(t, f["description"]))
		}
	}
	b, s := jiraBench(t, jirad.Cloud)
	b.MustSucceed("jira_issue", anIssue+"description = webhook.body\ndescription_format = \"text\"", valuetest.EncodeJSON(t, "*a*\n\nb_c_\nd"))
	if got := shown(t, s.Issues()[0].Fields["description"]); got != "*a*\nb_c_\nd" {
		t.Errorf("text arrived as %q", got)
	}
	b, s = jiraBench(t, jirad.DataCenter)
	b.MustSucceed("jira_issue", anIssue+"description = webhook.body\ndescription_format = \"text\"", valuetest.EncodeJSON(t, "*a*\n# b & c"))
	if got := s.Issues()[0].Fields["description"]; got != "\\*a\\*\n\\# b & c" {
		t.Errorf("text arrived as %q", got)
	}
}

// TestJiraUnique: a key has one issue, in each way that the second run may
// find it.
func TestJiraUnique(t *testing.T) {
	t.Parallel()
	for _, flavour := range []jirad.Flavour{jirad.Cloud, jirad.DataCenter} {
		for name, keys := range map[string]flow.Keys{"with a store": &actiontest.Keys{}, "without": nil} {
			t.Run(string(flavour)+" "+name, func(t *testing.T) {
				t.Parallel()
				b, s := jiraBench(t, flavour)
				b.Services.Keys = keys
				first := b.MustSucceed("jira_issue", oneIssue+"labels = [\"x\"]", "{}")
				again := b.MustSucceed("jira_issue", oneIssue, "{}")
				other := b.MustSucceed("jira_issue", anIssue+"unique_key = \"k\\\" OR 1\"", "{}")
				if first["created"] != true || again["created"] != false || again["key"] != first["key"] || again["id"] != first["id"] || other["key"] != "SHOP-2" {
					t.Errorf("outputs %v, %v, %v", first, again, other)
				}
				labels := s.Issues()[0].Labels()
				if len(labels) != 2 || labels[0] != "x" || !strings.HasPrefix(labels[1], "gw-") || len(s.Issues()) != 2 {
					t.Errorf("labels %v of %d issues", labels, len(s.Issues()))
				}
			})
		}
	}
}

// TestJiraUniqueBeforeTheIndex: the search does not know the issue yet, and
// the store does.
func TestJiraUniqueBeforeTheIndex(t *testing.T) {
	t.Parallel()
	b, s := jiraBench(t, jirad.Cloud)
	b.Services.Keys = &actiontest.Keys{}
	s.HideNew(true)
	b.MustSucceed("jira_issue", oneIssue, "{}")
	if out := b.MustSucceed("jira_issue", oneIssue, "{}"); out["created"] != false || out["key"] != "SHOP-1" {
		t.Errorf("outputs %v", out)
	}
	s.Delete("SHOP-1")
	if out := b.MustSucceed("jira_issue", oneIssue, "{}"); out["created"] != true {
		t.Errorf("after the issue was deleted: %v", out)
	}
}

// TestJiraUniqueAfterALostAnswer: the issue was opened, but the answer was
// lost.
func TestJiraUniqueAfterALostAnswer(t *testing.T) {
	t.Parallel()
	b, s := jiraBench(t, jirad.Cloud)
	b.Services.Keys = &actiontest.Keys{}
	s.FailOn("POST /rest/api/3/issue", jirad.Failure{Status: 504, Late: true})
	f := compileWithoutLag(b, actiontest.Action("jira_issue", oneIssue+"retry {\n initial = \"1ms\"\n}"))
	res := b.Run(t.Context(), f, "{}")
	if res.State != flow.Succeeded || len(s.Issues()) != 1 {
		t.Errorf("%v: %d issues", res.Err, len(s.Issues()))
	}
}

// TestJiraUniqueAtOnce: many runs begin at once.
func TestJiraUniqueAtOnce(t *testing.T) {
	t.Parallel()
	b, s := jiraBench(t, jirad.Cloud)
	b.Services.Keys = &actiontest.Keys{}
	s.HideNew(true)
	opened := make([]map[string]any, 8)
	var all sync.WaitGroup
	for i := range opened {
		name := "a" + strconv.Itoa(i) // each has a key of its own for repetitions
		f := compileWithoutLag(b, strings.Replace(actiontest.Action("jira_issue", oneIssue), "example", name, 1))
		all.Go(func() {
			opened[i], _ = b.Run(t.Context(), f, "{}").Outputs[name].(map[string]any)
		})
	}
	all.Wait()
	made := 0
	for _, out := range opened {
		if out["created"] == true {
			made++
		}
		if out["key"] != "SHOP-1" {
			t.Errorf("outputs %v", out)
		}
	}
	if made != 1 || len(s.Issues()) != 1 {
		t.Errorf("%d runs opened an issue, and there are %d", made, len(s.Issues()))
	}
}

// TestJiraUniqueWaits: a run that waits for another one ends with its context.
func TestJiraUniqueWaits(t *testing.T) {
	t.Parallel()
	b, s := jiraBench(t, jirad.Cloud)
	keys := &actiontest.Keys{}
	b.Services.Keys = keys
	b.MustSucceed("jira_issue", oneIssue, "{}")
	for name := range keys.Names {
		keys.Names[name] = "another/run"
	}
	s.HideNew(true)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	res := b.Run(ctx, compileWithoutLag(b, actiontest.Action("jira_issue", oneIssue)), "{}")
	if res.State != flow.Failed || res.Err.Class != flow.Transient || len(s.Issues()) != 1 {
		t.Errorf("%v, %d issues", res.Err, len(s.Issues()))
	}
}
