package jira

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
)

// Transition moves an issue to another status.
type Transition struct {
	client
	issue, to expr.Of[string]
	fields    expr.Of[map[string]any]
	comment   richText
}

// Describe declares the fields, outputs and examples.
func (j *Transition) Describe(s *schema.Spec) {
	s.Doc = "Moves an issue in Jira to another status, by a transition that its workflow allows. An issue that is in the status already is left alone, which makes the action safe to repeat; name the status and not the transition for that."
	j.describeConnection(s)
	schema.Expr(s, &j.issue, "issue", "The key of the issue, such as `SHOP-7`, or its id.", schema.Required())
	schema.Expr(s, &j.to, "to", "The name of the status, such as `Done`, or of a transition that leads there. Case does not matter.", schema.Required())
	schema.Expr(s, &j.fields, "fields", "Fields of the transition's screen by their ids, with values as Jira's REST API takes them, such as `{ resolution = { name = \"Done\" } }`.")
	j.comment.describeFields(s, "comment", "A comment that is added with the transition, or after it if the transition has no screen; none if the issue is in the status already. It is added once, also over several attempts.")
	s.Output("status", cty.String, "The new status of the issue.")
	s.Output("changed", cty.Bool, "`false` if the issue was in the status already.")
	s.Check(func(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics {
		return checkFixedFields(d, j.fields, "comment")
	})
	s.Example(schema.Example{
		Title: "Close an issue",
		HCL:   "connection = connection.jira.tracker\nissue      = webhook.body.issue\nto         = \"Done\"\nfields     = { resolution = { name = \"Done\" } }\ncomment    = \"Sent with **${webhook.body.carrier}**.\"",
		Input: `{"issue": "SHOP-1", "carrier": "Müller & Söhne"}`,
		Want:  `{"status": "Done", "changed": true}`,
	})
}

// Traits reports that the action has an outside effect.
func (*Transition) Traits() flow.Traits {
	return flow.Traits{Performs: true, OwnOutputs: true, Repeats: []string{"to"}}
}

// Run does one attempt.
func (j *Transition) Run(ctx context.Context, c *flow.Call) (any, error) {
	path, err := evalIssuePath(ctx, c, j.issue)
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
	text, err := j.comment.render(ctx, c, j.isCloud())
	if err != nil {
		return nil, err
	}
	return flow.Perform(ctx, c, func(ctx context.Context) (any, error) { return j.move(ctx, c, path, to, text) })
}

// move moves an issue to a status, if it is in another one, and adds the comment.
func (j *Transition) move(ctx context.Context, c *flow.Call, path, to string, text any) (any, error) {
	status, err := j.currentStatus(ctx, c, path)
	if err != nil {
		return nil, err
	}
	mark := &transitionMark{call: c}
	if strings.EqualFold(status, to) {
		own, err := mark.isSet(ctx, text != nil)
		if err != nil || !own {
			return map[string]any{"status": status, "changed": false}, err
		}
		return j.finish(ctx, c, path, status, text)
	}
	way, err := j.findTransition(ctx, c, path, status, to)
	if err != nil {
		return nil, err
	}
	if way.hasScreen {
		text, err = nil, j.applyTransition(ctx, c, path, way, text)
	} else {
		err = mark.around(ctx, text != nil, func() error { return j.applyTransition(ctx, c, path, way, nil) })
	}
	if err != nil {
		return nil, err
	}
	return j.finish(ctx, c, path, way.status, text)
}

// finish adds the comment to an issue that the action has moved. text is nil if
// there is no comment, or if the transition carried it.
func (j *Transition) finish(ctx context.Context, c *flow.Call, path, status string, text any) (any, error) {
	if text != nil {
		if _, err := j.addComment(ctx, c, path, text, anySensitive(j.comment.text.Expr())); err != nil {
			return nil, err
		}
	}
	return map[string]any{"status": status, "changed": true}, nil
}

func (j *Transition) currentStatus(ctx context.Context, c *flow.Call, path string) (string, error) {
	body, err := j.callAPI(ctx, c, apiRequest{doing: "looking for the issue", method: http.MethodGet, path: path + "?fields=status", wantStatus: http.StatusOK})
	fields, _ := body["fields"].(map[string]any)
	status, _ := fields["status"].(map[string]any)
	name, _ := status["name"].(string)
	return name, err
}

// transitionOption is a transition that the workflow offers.
type transitionOption struct {
	id, name, status string
	hasScreen        bool
}

// findTransition prefers a transition of the wanted name to one that leads to a
// status of the name.
func (j *Transition) findTransition(ctx context.Context, c *flow.Call, path, from, to string) (transitionOption, error) {
	body, err := j.callAPI(ctx, c, apiRequest{doing: "looking for transitions", method: http.MethodGet, path: path + "/transitions", wantStatus: http.StatusOK})
	if err != nil {
		return transitionOption{}, err
	}
	var ways []transitionOption
	list, _ := body["transitions"].([]any)
	for _, v := range list {
		t, _ := v.(map[string]any)
		target, _ := t["to"].(map[string]any)
		w := transitionOption{}
		w.id, _ = t["id"].(string)
		w.name, _ = t["name"].(string)
		w.status, _ = target["name"].(string)
		w.hasScreen, _ = t["hasScreen"].(bool)
		ways = append(ways, w)
	}
	for _, of := range []func(transitionOption) string{func(w transitionOption) string { return w.name }, func(w transitionOption) string { return w.status }} {
		for _, w := range ways {
			if strings.EqualFold(of(w), to) {
				return w, nil
			}
		}
	}
	return transitionOption{}, noTransitionError(ways, from, to)
}

func noTransitionError(ways []transitionOption, from, to string) error {
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

// applyTransition moves the issue. Jira silently drops a comment if the transition
// has no screen, so comment is then nil.
func (j *Transition) applyTransition(ctx context.Context, c *flow.Call, path string, w transitionOption, comment any) error {
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
	if comment != nil {
		body["update"] = map[string]any{"comment": []any{map[string]any{"add": map[string]any{"body": comment}}}}
	}
	_, err = j.callAPI(ctx, c, apiRequest{
		doing: fmt.Sprintf("the transition %q", cleanRemark(w.name)), method: http.MethodPost, path: path + "/transitions",
		wantStatus: http.StatusNoContent, body: body, hideAnswer: anySensitive(j.fields.Expr(), j.comment.text.Expr()),
	})
	return err
}

// transitionMark notes in the store that this action is moving an issue and adds
// its comment afterwards. A later attempt that finds the issue in the new status
// then knows that the comment may be missing.
type transitionMark struct{ call *flow.Call }

const (
	markScope    = "jira transition"
	markDuration = 24 * time.Hour
	markOwner    = "moving"
)

// around sets the mark, if there is a comment, and calls move. If Jira refuses the
// transition, around removes the mark.
func (m *transitionMark) around(ctx context.Context, comment bool, move func() error) error {
	keys := m.call.Keys()
	if !comment || keys == nil {
		return move()
	}
	if _, _, err := keys.PutKey(ctx, markScope, m.call.IdempotencyKey(), markOwner, markDuration); err != nil {
		return storeError(err)
	}
	err := move()
	var failed *flow.Error
	if errors.As(err, &failed) && failed.Class != flow.Transient {
		_ = keys.DropKey(ctx, markScope, m.call.IdempotencyKey(), markOwner) // the mark expires by itself
	}
	return err
}

// isSet reports whether an earlier attempt of the action set the mark.
func (m *transitionMark) isSet(ctx context.Context, comment bool) (bool, error) {
	keys := m.call.Keys()
	if !comment || keys == nil {
		return false, nil
	}
	made, _, err := keys.PutKey(ctx, markScope, m.call.IdempotencyKey(), markOwner, markDuration)
	if err != nil {
		return false, storeError(err)
	}
	if made {
		_ = keys.DropKey(ctx, markScope, m.call.IdempotencyKey(), markOwner) // the mark expires by itself
	}
	return !made, nil
}
