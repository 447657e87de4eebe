// Package jira holds the actions for issues in Jira and the connection "jira".
package jira

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/actions/web"
	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/richtext"
	"github.com/webhook-gateway/gateway/outbound"
)

// client holds the fields that all kinds of actions for Jira share.
type client struct {
	connection *Connection

	api *web.APIClient // set by Open
}

func (j *client) describeConnection(s *schema.Spec) {
	flow.UseConnection(s, &j.connection, "jira", "The Jira.", schema.Required())
}

// Open returns the client that all actions with the same settings share.
func (j *client) Open(r *flow.Resources) error {
	if j.connection == nil || j.connection.server == nil {
		return errors.New("the connection lacks its base_url or its credentials")
	}
	var err error
	j.api, err = web.OpenAPIClient(r, j.connection.server)
	return err
}

func (j *client) isCloud() bool { return j.connection.flavour == flavourCloud }

// callAPI sends a request to a path of the REST API. A status other than
// wantStatus is an error.
func (j *client) callAPI(ctx context.Context, c *flow.Call, q apiRequest) (map[string]any, error) {
	version := "2"
	if j.isCloud() {
		version = "3"
	}
	answer, err := j.api.Call(ctx, c, q.method, "/rest/api/"+version+q.path, q.body)
	if err != nil {
		return nil, err
	}
	if answer.Status != q.wantStatus {
		hide := q.hideAnswer || c.Step.Sensitive
		return nil, flow.WithExchange(statusError(answer, c.Clock().Now(), q.doing, hide), j.api.Exchange(c, q.method, answer, hide))
	}
	out := web.DecodeObject(answer)
	if out == nil && q.wantStatus != http.StatusNoContent {
		return nil, flow.WithExchange(unexpectedAnswer(answer), j.api.Exchange(c, q.method, answer, q.hideAnswer))
	}
	return out, nil
}

// apiRequest is one request to the REST API.
type apiRequest struct {
	doing, method, path string
	body                any // nil for none
	wantStatus          int
	hideAnswer          bool // messages repeat nothing of the answer
}

func unexpectedAnswer(r *outbound.Response) error {
	return &flow.Error{Class: flow.Permanent, Remote: true, Message: r.Target + ": the answer is not one of Jira's REST API; base_url may lead elsewhere, or to a page for signing in"}
}

// issueURL returns the address of an issue in the browser.
func (j *client) issueURL(key string) string {
	base := *j.connection.server.Base
	return base.JoinPath("browse", key).String()
}

// issueKeyPattern matches keys and ids of issues.
var issueKeyPattern = regexp.MustCompile(`^(?:[A-Za-z][A-Za-z0-9_]*-[0-9]+|[0-9]+)$`)

// evalIssuePath returns the API path of an issue, whose key may read the run.
func evalIssuePath(ctx context.Context, c *flow.Call, e expr.Of[string]) (string, error) {
	key, err := e.Eval(ctx, c)
	if err != nil {
		return "", err
	}
	if !issueKeyPattern.MatchString(key) {
		return "", flow.InvalidValue(e.Expr(), errors.New(`an issue is named by its key, such as "SHOP-7", or its id`))
	}
	return "/issue/" + url.PathEscape(key), nil
}

// richText is a text that Jira shows with its formatting.
type richText struct {
	text   expr.Of[string]
	format string
}

// The formats of texts.
const (
	formatMarkdown = "markdown"
	formatText     = "text"
)

// describeFields declares the text and its format, under name_format.
func (t *richText) describeFields(s *schema.Spec, name, doc string, options ...schema.Option) {
	t.format = formatMarkdown
	options = append(options, schema.Escape(richtext.Guard), schema.Shown(richtext.Unguard))
	schema.Expr(s, &t.text, name, doc, options...)
	schema.Attr(s, &t.format, name+"_format", "The format of `"+name+"`. `markdown`: CommonMark with tables and struck out text; values of the run are shown as they are, and can't make formatting or links. `text`: all of it is shown as it is.", schema.OneOf(formatMarkdown, formatText))
}

// render returns the text as a document on Cloud and as wiki markup on Server.
// It returns nil for an empty text.
func (t *richText) render(ctx context.Context, c *flow.Call, cloud bool) (any, error) {
	text, err := t.text.EvalOr(ctx, c, "")
	if err != nil || strings.TrimSpace(richtext.Unguard(text)) == "" {
		return nil, err
	}
	switch {
	case cloud && t.format == formatText:
		return richtext.PlainADF(text), nil
	case cloud:
		return richtext.ADF(text), nil
	case t.format == formatText:
		return richtext.PlainWiki(text), nil
	}
	return richtext.Wiki(text), nil
}

// referenceTo refers to an object by a member such as "name", or by its id if
// the text is a number.
func referenceTo(member, text string) map[string]any {
	if strings.Trim(text, "0123456789") == "" {
		member = "id"
	}
	return map[string]any{member: text}
}

// checkFieldNames refuses fields that have an attribute of their own.
func checkFieldNames(fields map[string]any, taken ...string) error {
	for _, name := range taken {
		if _, given := fields[name]; given {
			return errors.New(name + " has an attribute of its own; leave it out of fields")
		}
	}
	return nil
}

func checkFixedFields(d *schema.Decoded, fields expr.Of[map[string]any], taken ...string) hcl.Diagnostics {
	fixed, ok := fields.Constant()
	if !ok {
		return nil
	}
	if err := checkFieldNames(fixed, taken...); err != nil {
		return hcl.Diagnostics{d.Problem("fields", "Field given twice", diag.Sentence(err))}
	}
	return nil
}

// anySensitive reports whether one of the expressions reads a secret.
func anySensitive(list ...*expr.Expr) bool {
	for _, e := range list {
		if e != nil && e.Sensitive() {
			return true
		}
	}
	return false
}
