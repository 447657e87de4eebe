package jira_test

import (
	"testing"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/testutil/actiontest"
	"github.com/webhook-gateway/gateway/internal/testutil/jirad"
)

// TestJiraTransitionCommentsOnce: failures at each step of a transition without a
// screen. The comment is there once if the issue was moved, and never otherwise.
func TestJiraTransitionCommentsOnce(t *testing.T) {
	t.Parallel()
	const move, comment = "POST /rest/api/3/issue/SHOP-1/transitions", "POST /rest/api/3/issue/SHOP-1/comment"
	cases := []struct {
		name      string
		operation string
		failure   jirad.Failure
		state     flow.State
		status    string
		comments  int
	}{
		{"the transition is refused", move, jirad.Failure{Status: 400, Body: `{"errorMessages":["no"]}`}, flow.Failed, "To Do", 0},
		{"the transition fails", move, jirad.Failure{Status: 503}, flow.Succeeded, "In Progress", 1},
		{"the answer to the transition is lost", move, jirad.Failure{Status: 504, Late: true}, flow.Succeeded, "In Progress", 1},
		{"the comment fails", comment, jirad.Failure{Status: 503}, flow.Succeeded, "In Progress", 1},
		{"the answer to the comment is lost", comment, jirad.Failure{Status: 504, Late: true}, flow.Succeeded, "In Progress", 1},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b, s := jiraBench(t, jirad.Cloud)
			b.Services.Keys = &actiontest.Keys{}
			s.Open("SHOP", "a")
			s.FailOn(c.operation, c.failure)
			f := b.MustCompile(actiontest.Action("jira_transition", byJira+"issue = \"SHOP-1\"\nto = \"In Progress\"\ncomment = \"b\"\nretry {\n initial = \"1ms\"\n}"))
			r := b.Run(t.Context(), f, "{}")
			issue := s.Issues()[0]
			if r.State != c.state || issue.Status != c.status || len(issue.Comments) != c.comments {
				t.Errorf("%s (%v), status %q, %d comments", r.State, r.Err, issue.Status, len(issue.Comments))
			}
			if out, _ := r.Outputs["example"].(map[string]any); c.state == flow.Succeeded && out["changed"] != true {
				t.Errorf("outputs %v", r.Outputs)
			}
		})
	}
}

// TestJiraCommentOnce: the answer to a comment is lost, and the next attempt finds
// the comment.
func TestJiraCommentOnce(t *testing.T) {
	t.Parallel()
	b, s := jiraBench(t, jirad.Cloud)
	s.Open("SHOP", "a")
	s.FailOn("POST /rest/api/3/issue/SHOP-1/comment", jirad.Failure{Status: 504, Late: true})
	out := b.MustSucceed("jira_comment", byJira+"issue = \"SHOP-1\"\nbody = \"b\"\nretry {\n initial = \"1ms\"\n}", "{}")
	comments := s.Issues()[0].Comments
	if len(comments) != 1 || out["id"] != comments[0].ID {
		t.Errorf("outputs %v, comments %v", out, comments)
	}
}
