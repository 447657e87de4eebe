package jira

import (
	"context"
	"net/http"
	"net/url"

	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
)

// Comment adds a comment to an issue.
type Comment struct {
	client
	issue expr.Of[string]
	body  richText
}

// Describe declares the fields, outputs and examples.
func (j *Comment) Describe(s *schema.Spec) {
	s.Doc = "Adds a comment to an issue in Jira. Jira has no idempotency keys: if an answer is lost and the action is tried again, the comment may appear twice."
	j.describeConnection(s)
	schema.Expr(s, &j.issue, "issue", "The key of the issue, such as `SHOP-7`, or its id.", schema.Required())
	j.body.describeFields(s, "body", "The comment.", schema.Required())
	s.Output("id", cty.String, "The id of the comment.")
	s.Output("url", cty.String, "The address of the comment in the browser.")
	s.Example(schema.Example{
		Title: "Report an event",
		HCL:   "connection = connection.jira.tracker\nissue      = webhook.body.issue\nbody       = \"Paid by *${webhook.body.method}*.\"",
		Input: `{"issue": "SHOP-1", "method": "invoice_30"}`,
		Want:  `{"id": "10002", "url": "https://api.example.com/browse/SHOP-1?focusedCommentId=10002"}`,
	})
}

// Traits reports that the action has an outside effect.
func (*Comment) Traits() flow.Traits { return flow.Traits{OwnOutputs: true} }

// Run does one attempt.
func (j *Comment) Run(ctx context.Context, c *flow.Call) (any, error) {
	path, err := evalIssuePath(ctx, c, j.issue)
	if err != nil {
		return nil, err
	}
	text, err := j.body.render(ctx, c, j.isCloud())
	if err != nil {
		return nil, err
	}
	id, err := j.addComment(ctx, c, path, text, anySensitive(j.body.text.Expr()))
	if err != nil {
		return nil, err
	}
	key, err := j.issue.Eval(ctx, c)
	return map[string]any{"id": id, "url": j.issueURL(key) + "?focusedCommentId=" + url.QueryEscape(id)}, err
}

// addComment adds a comment and returns its id.
func (j *client) addComment(ctx context.Context, c *flow.Call, path string, text any, hideAnswer bool) (string, error) {
	if text == nil {
		return "", &flow.Error{Class: flow.Invalid, Message: "the comment is empty"}
	}
	out, err := j.callAPI(ctx, c, apiRequest{
		doing: "adding a comment", method: http.MethodPost, path: path + "/comment", wantStatus: http.StatusCreated,
		body: map[string]any{"body": text}, hideAnswer: hideAnswer,
	})
	id, _ := out["id"].(string)
	return id, err
}
