package jira_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/actions/jira"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/testutil/actiontest"
	"github.com/webhook-gateway/gateway/internal/testutil/jirad"
)

// jiraBench has the connection "x" to a stand-in of the flavour.
func jiraBench(t *testing.T, flavour jirad.Flavour) (*actiontest.Bench, *jirad.Server) {
	s := jirad.Start(t, flavour)
	b := actiontest.New(t)
	b.Connections["jira.x"] = fmt.Sprintf("base_url = %q\nemail = %q\ntoken = %q", s.URL, jirad.Email, jirad.Token)
	if flavour == jirad.DataCenter {
		b.Connections["jira.x"] = fmt.Sprintf("base_url = %q\ntoken = %q", s.URL, jirad.Token)
	}
	return b, s
}

const (
	byJira   = "connection = connection.jira.x\n"
	anIssue  = byJira + "project = \"SHOP\"\ntype = \"Task\"\nsummary = \"a\"\n"
	oneIssue = anIssue + "unique_key = \"k\"\n"
)

// shown returns the visible text of a rich text.
func shown(t *testing.T, v any) string {
	t.Helper()
	if text, ok := v.(string); ok {
		return text
	}
	if err := jirad.CheckADF(v); err != nil {
		t.Errorf("not a document: %v", err)
	}
	return jirad.ADFText(v)
}

// flat writes a JSON value of the stand-in, for comparisons.
func flat(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// compileWithoutLag compiles a flow that does not wait long for Jira's index.
func compileWithoutLag(b *actiontest.Bench, body string) *flow.Flow {
	b.T.Helper()
	f := b.MustCompile(body)
	f.Walk(func(s *flow.Step) { jira.SetIndexLag(s.Action, time.Millisecond) })
	return f
}
