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
	s.Doc = "Adds a comment to an issue in Jira. Each comment carries the id of its action as a comment property, and a later attempt looks for it first: a comment whose answer was lost is not added twice."
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
func (*Comment) Traits() flow.Traits {
	return flow.Traits{Performs: true, OwnOutputs: true, Repeats: []string{"issue"}}
}

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
	return flow.Perform(ctx, c, func(ctx context.Context) (any, error) {
		id, err := j.addComment(ctx, c, path, text, anySensitive(j.body.text.Expr()))
		if err != nil {
			return nil, err
		}
		key, err := j.issue.Eval(ctx, c)
		return map[string]any{"id": id, "url": j.issueURL(key) + "?focusedCommentId=" + url.QueryEscape(id)}, err
	})
}

// commentProperty is the property of a comment that holds the idempotency key of the
// action that added it.
const commentProperty = "gateway"

// addComment adds a comment and returns its id. A later attempt first looks for the
// comment of an earlier one.
func (j *client) addComment(ctx context.Context, c *flow.Call, path string, text any, hideAnswer bool) (string, error) {
	if text == nil {
		return "", &flow.Error{Class: flow.Invalid, Message: "the comment is empty"}
	}
	if c.Attempt > 1 || c.Run().Attempt > 1 {
		if id, err := j.findComment(ctx, c, path); id != "" || err != nil {
			return id, err
		}
	}
	out, err := j.callAPI(ctx, c, apiRequest{
		doing: "adding a comment", method: http.MethodPost, path: path + "/comment", wantStatus: http.StatusCreated,
		body: map[string]any{
			"body":       text,
			"properties": []any{map[string]any{"key": commentProperty, "value": map[string]any{"id": c.IdempotencyKey()}}},
		},
		hideAnswer: hideAnswer,
	})
	id, _ := out["id"].(string)
	return id, err
}

// findComment returns the id of the comment that an earlier attempt added, "" if
// there is none among the last hundred.
func (j *client) findComment(ctx context.Context, c *flow.Call, path string) (string, error) {
	out, err := j.callAPI(ctx, c, apiRequest{
		doing: "looking for the comment", method: http.MethodGet, wantStatus: http.StatusOK,
		path: path + "/comment?orderBy=-created&maxResults=100&expand=properties",
	})
	list, _ := out["comments"].([]any)
	for _, v := range list {
		comment, _ := v.(map[string]any)
		properties, _ := comment["properties"].([]any)
		for _, p := range properties {
			property, _ := p.(map[string]any)
			held, _ := property["value"].(map[string]any)
			if property["key"] == commentProperty && held["id"] == c.IdempotencyKey() {
				id, _ := comment["id"].(string)
				return id, nil
			}
		}
	}
	return "", err
}
