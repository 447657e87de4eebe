package jira

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"strings"
	"time"
	"unicode/utf16"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
)

// Issue opens an issue in Jira. unique.go keeps it unique.
type Issue struct {
	client
	project, kind, summary expr.Of[string]
	description            richText
	labels                 expr.Of[[]string]
	priority, assignee     expr.Of[string]
	fields                 expr.Of[map[string]any]
	uniqueKey              expr.Of[string]

	indexLag time.Duration // how long the index may take to list a new issue
}

// maxSummaryLength is Jira's limit, in UTF-16 code units.
const maxSummaryLength = 255

// Describe declares the fields, outputs and examples.
func (j *Issue) Describe(s *schema.Spec) {
	j.indexLag = 3 * time.Second
	s.Doc = "Opens an issue in Jira.\n\n" +
		"With a `unique_key` there is one issue for each key and project, however often the flow runs: it is looked for before it is made, and found again by a label, `gw-` and a hash of the key. A label is the one mark that can be searched for on Cloud, Server and Data Center alike: properties of issues are found by apps alone that declare them. The field for labels must be on the project's screen for new issues. Without a `unique_key` an answer that is lost and tried again may open a second issue."
	j.describeConnection(s)
	schema.Expr(s, &j.project, "project", "The key of the project, such as `SHOP`, or its id.", schema.Required())
	schema.Expr(s, &j.kind, "type", "The type of issue by its name, such as `Task`, or its id.", schema.Required())
	schema.Expr(s, &j.summary, "summary", "The summary. Line breaks become spaces, and text after 255 characters is cut off.", schema.Required())
	j.description.describeFields(s, "description", "The description.")
	schema.Expr(s, &j.labels, "labels", "Labels. Jira allows no spaces in them: they become hyphens.")
	schema.Expr(s, &j.priority, "priority", "The priority by its name, such as `High`, or its id.")
	schema.Expr(s, &j.assignee, "assignee", "The assignee: on Cloud the id of the account, on Server the user's name.")
	schema.Expr(s, &j.fields, "fields", "Further fields by their ids, such as `customfield_10010`, with values as Jira's REST API takes them.")
	schema.Expr(s, &j.uniqueKey, "unique_key", "The key that has one issue, such as an order's number.")
	s.Output("key", cty.String, "The key, such as `SHOP-7`.")
	s.Output("id", cty.String, "The id.")
	s.Output("url", cty.String, "The address of the issue in the browser.")
	s.Output("created", cty.Bool, "`false` if the issue existed already.")
	s.Check(j.checkSettings)
	s.Example(schema.Example{
		Title: "One issue for each order",
		HCL:   "connection  = connection.jira.tracker\nproject     = \"OPS\"\ntype        = \"Task\"\nsummary     = \"Fulfil ${webhook.body.order}\"\ndescription = \"**${webhook.body.customer}** ordered:\\n\\n%{ for i in webhook.body.items }- ${i.qty} × ${i.sku}\\n%{ endfor }\"\nlabels      = [\"orders\"]\nunique_key  = webhook.body.order",
		Input: `{"order": "A-1", "customer": "Müller & Söhne", "items": [{"sku": "L-1", "qty": 2}]}`,
		Want:  `{"key": "OPS-1", "id": "10002", "url": "https://api.example.com/browse/OPS-1", "created": true}`,
	})
}

// attributeFields lists the fields of an issue that have attributes.
func attributeFields() []string {
	return []string{"project", "issuetype", "summary", "description", "labels", "priority", "assignee"}
}

func (j *Issue) checkSettings(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics {
	diags := checkFixedFields(d, j.fields, attributeFields()...)
	if summary, ok := j.summary.Constant(); ok && strings.TrimSpace(summary) == "" {
		diags = append(diags, d.Problem("summary", "Empty summary", "An issue has a summary."))
	}
	return diags
}

// Traits reports that the action has an outside effect.
func (j *Issue) Traits() flow.Traits {
	return flow.Traits{Performs: true, OwnOutputs: true, Repeats: []string{"project"}, Stores: j.uniqueKey.IsSet()}
}

// Run does one attempt.
func (j *Issue) Run(ctx context.Context, c *flow.Call) (any, error) {
	fields, err := j.buildFields(ctx, c)
	if err != nil {
		return nil, err
	}
	key, err := j.uniqueKey.EvalOr(ctx, c, "")
	if err != nil {
		return nil, err
	}
	if key == "" && j.uniqueKey.IsSet() {
		return nil, flow.InvalidValue(j.uniqueKey.Expr(), errors.New("the unique_key is empty"))
	}
	return flow.Perform(ctx, c, func(ctx context.Context) (any, error) { return j.openOnce(ctx, c, fields, key) })
}

// openOnce opens an issue, unless there is one with the key. "" is no key.
func (j *Issue) openOnce(ctx context.Context, c *flow.Call, fields map[string]any, key string) (any, error) {
	open := func(ctx context.Context) (issueRef, error) { return j.openIssue(ctx, c, fields) }
	if key == "" {
		ref, err := open(ctx)
		return j.buildOutputs(ref, true), err
	}
	project, _ := fields["project"].(map[string]any)
	u := newUniqueIssue(&j.client, c, project, key, j.indexLag)
	labels, _ := fields["labels"].([]any)
	fields["labels"] = append(labels, u.label)
	ref, created, err := u.findOrOpen(ctx, open)
	return j.buildOutputs(ref, created), err
}

func (j *Issue) buildOutputs(ref issueRef, created bool) map[string]any {
	return map[string]any{"key": ref.key, "id": ref.id, "url": j.issueURL(ref.key), "created": created}
}

// issueRef is the key and id of an issue.
type issueRef struct{ key, id string }

func parseRef(body map[string]any) (issueRef, bool) {
	key, _ := body["key"].(string)
	id, _ := body["id"].(string)
	return issueRef{key, id}, issueKeyPattern.MatchString(key)
}

func (j *Issue) openIssue(ctx context.Context, c *flow.Call, fields map[string]any) (issueRef, error) {
	body, err := j.callAPI(ctx, c, apiRequest{
		doing: "opening an issue", method: http.MethodPost, path: "/issue", wantStatus: http.StatusCreated,
		body: map[string]any{"fields": fields}, hideAnswer: j.hidesAnswer(),
	})
	if err != nil {
		return issueRef{}, err
	}
	ref, ok := parseRef(body)
	if !ok {
		return ref, &flow.Error{Class: flow.Permanent, Remote: true, Message: "Jira's answer names no issue"}
	}
	return ref, nil
}

func (j *Issue) hidesAnswer() bool {
	return anySensitive(j.project.Expr(), j.kind.Expr(), j.summary.Expr(), j.description.text.Expr(), j.labels.Expr(),
		j.priority.Expr(), j.assignee.Expr(), j.fields.Expr(), j.uniqueKey.Expr())
}

// buildFields evaluates the fields of the issue.
func (j *Issue) buildFields(ctx context.Context, c *flow.Call) (map[string]any, error) {
	more, err := j.fields.EvalOr(ctx, c, nil)
	if err != nil {
		return nil, err
	}
	if err := checkFieldNames(more, attributeFields()...); err != nil {
		return nil, flow.InvalidValue(j.fields.Expr(), err)
	}
	out := map[string]any{}
	maps.Copy(out, more)
	account := "name"
	if j.isCloud() {
		account = "accountId"
	}
	for _, f := range []struct {
		name, doc string
		text      expr.Of[string]
		required  bool
		form      func(text string) any
	}{
		{"project", "project", j.project, true, func(s string) any { return referenceTo("key", s) }},
		{"issuetype", "type", j.kind, true, func(s string) any { return referenceTo("name", s) }},
		{"summary", "summary", j.summary, true, func(s string) any { return shortenSummary(s) }},
		{"priority", "priority", j.priority, false, func(s string) any { return referenceTo("name", s) }},
		{"assignee", "assignee", j.assignee, false, func(s string) any { return map[string]any{account: s} }},
	} {
		text, err := f.text.EvalOr(ctx, c, "")
		if err != nil {
			return nil, err
		}
		if text = strings.TrimSpace(text); text != "" {
			out[f.name] = f.form(text)
		} else if f.required {
			return nil, flow.InvalidValue(f.text.Expr(), errors.New("the "+f.doc+" is empty"))
		}
	}
	return out, j.addOptionalFields(ctx, c, out)
}

func (j *Issue) addOptionalFields(ctx context.Context, c *flow.Call, out map[string]any) error {
	description, err := j.description.render(ctx, c, j.isCloud())
	if err != nil {
		return err
	}
	if description != nil {
		out["description"] = description
	}
	labels, err := j.labels.EvalOr(ctx, c, nil)
	if err != nil {
		return err
	}
	var list []any
	for _, l := range labels {
		if l = strings.Join(strings.Fields(l), "-"); l != "" {
			list = append(list, l)
		}
	}
	if len(list) > 0 {
		out["labels"] = list
	}
	return nil
}

// shortenSummary joins the lines of a text and cuts it at Jira's limit.
func shortenSummary(text string) string {
	lines := strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' || r == '\u2028' || r == '\u2029' })
	text = strings.TrimSpace(strings.Join(lines, " "))
	n := 0
	for i, r := range text {
		if n += utf16.RuneLen(r); n > maxSummaryLength {
			return dropLastRune(text[:i])
		}
	}
	return text
}

// dropLastRune replaces the last character by an ellipsis.
func dropLastRune(text string) string {
	runes := []rune(text)
	return strings.TrimSpace(string(runes[:len(runes)-1])) + "…"
}
