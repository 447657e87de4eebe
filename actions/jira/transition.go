package jira

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
)

// Transition brings an issue into another status.
type Transition struct {
	jira
	issue, to expr.Of[string]
	fields    expr.Of[map[string]any]
	remark    jiraText
}

func (j *Transition) Describe(s *schema.Spec) {
	s.Doc = "Brings an issue in Jira into another status, by a transition that its workflow allows. An issue that is in the status already is left alone, which makes the action safe to repeat; name the status and not the transition for that."
	j.describe(s)
	schema.Expr(s, &j.issue, "issue", "The key of the issue, such as `SHOP-7`, or its id.", schema.Required())
	schema.Expr(s, &j.to, "to", "The name of the status, such as `Done`, or of a transition that leads there. Case does not matter.", schema.Required())
	schema.Expr(s, &j.fields, "fields", "Fields of the transition's screen by their ids, with values as Jira's REST API takes them, such as `{ resolution = { name = \"Done\" } }`.")
	j.remark.describe(s, "comment", "A comment that is added on the way; none where the issue is in the status already.")
	s.Output("status", cty.String, "The status that the issue is in now.")
	s.Output("changed", cty.Bool, "`false` where the issue was in the status already.")
	s.Check(func(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics {
		return fieldFindings(d, j.fields, "comment")
	})
	s.Example(schema.Example{
		Title: "Close an issue",
		HCL:   "connection = connection.jira.tracker\nissue      = webhook.body.issue\nto         = \"Done\"\nfields     = { resolution = { name = \"Done\" } }\ncomment    = \"Sent with **${webhook.body.carrier}**.\"",
		Input: `{"issue": "SHOP-1", "carrier": "Müller & Söhne"}`,
		Want:  `{"status": "Done", "changed": true}`,
	})
}

// Traits says that the action has an effect outside.
func (*Transition) Traits() flow.Traits { return flow.Traits{} }

func (j *Transition) Run(ctx context.Context, c *flow.Call) (any, error) {
	path, err := issuePath(ctx, c, j.issue)
	if err != nil {
		return nil, err
	}
	to, err := j.to.Eval(ctx, c)
	if err != nil {
		return nil, err
	}
	if to = strings.TrimSpace(to); to == "" {
		return nil, flow.InvalidValue(j.to.Expr(), errors.New("the status is empty"))
	}
	status, err := j.status(ctx, c, path)
	if err != nil || strings.EqualFold(status, to) {
		return map[string]any{"status": status, "changed": false}, err
	}
	way, err := j.way(ctx, c, path, status, to)
	if err != nil {
		return nil, err
	}
	if err := j.walk(ctx, c, path, way); err != nil {
		return nil, err
	}
	return map[string]any{"status": way.status, "changed": true}, nil
}

func (j *Transition) status(ctx context.Context, c *flow.Call, path string) (string, error) {
	body, err := j.call(ctx, c, jiraRequest{doing: "looking for the issue", method: http.MethodGet, path: path + "?fields=status", want: http.StatusOK})
	fields, _ := body["fields"].(map[string]any)
	status, _ := fields["status"].(map[string]any)
	name, _ := status["name"].(string)
	return name, err
}

// way is a transition.
type way struct {
	id, name, status string
	hasScreen        bool
}

// way finds the transition, by its name before that of its status.
func (j *Transition) way(ctx context.Context, c *flow.Call, path, from, to string) (way, error) {
	body, err := j.call(ctx, c, jiraRequest{doing: "looking for transitions", method: http.MethodGet, path: path + "/transitions", want: http.StatusOK})
	if err != nil {
		return way{}, err
	}
	var ways []way
	list, _ := body["transitions"].([]any)
	for _, v := range list {
		t, _ := v.(map[string]any)
		target, _ := t["to"].(map[string]any)
		w := way{}
		w.id, _ = t["id"].(string)
		w.name, _ = t["name"].(string)
		w.status, _ = target["name"].(string)
		w.hasScreen, _ = t["hasScreen"].(bool)
		ways = append(ways, w)
	}
	for _, of := range []func(way) string{func(w way) string { return w.name }, func(w way) string { return w.status }} {
		for _, w := range ways {
			if strings.EqualFold(of(w), to) {
				return w, nil
			}
		}
	}
	return way{}, noWay(ways, from, to)
}

func noWay(ways []way, from, to string) error {
	var names []string
	for _, w := range ways {
		names = append(names, fmt.Sprintf("%q to %q", cleanRemark(w.name), cleanRemark(w.status)))
	}
	words := "there is none for the account of the connection"
	if len(names) > 0 {
		words = "there is " + strings.Join(names, ", ")
	}
	return &flow.Error{Class: flow.Permanent, Remote: true, Message: fmt.Sprintf("no transition leads from %q to %q: %s", cleanRemark(from), cleanRemark(to), words)}
}

// walk takes the transition. Jira drops a comment in silence where the
// transition has no screen, so there it is added before.
func (j *Transition) walk(ctx context.Context, c *flow.Call, path string, w way) error {
	body := map[string]any{"transition": map[string]any{"id": w.id}}
	fields, err := j.fields.EvalOr(ctx, c, nil)
	if err != nil {
		return err
	}
	if err := checkFieldNames(fields, "comment"); err != nil {
		return flow.InvalidValue(j.fields.Expr(), err)
	}
	if len(fields) > 0 {
		body["fields"] = fields
	}
	text, err := j.remark.build(ctx, c, j.isCloud())
	if err != nil {
		return err
	}
	discreet := anySensitive(j.fields.Expr(), j.remark.text.Expr())
	switch {
	case text != nil && w.hasScreen:
		body["update"] = map[string]any{"comment": []any{map[string]any{"add": map[string]any{"body": text}}}}
	case text != nil:
		if _, err := j.comment(ctx, c, path, text, discreet); err != nil {
			return err
		}
	}
	_, err = j.call(ctx, c, jiraRequest{
		doing: fmt.Sprintf("the transition %q", cleanRemark(w.name)), method: http.MethodPost, path: path + "/transitions",
		want: http.StatusNoContent, body: body, discreet: discreet,
	})
	return err
}
