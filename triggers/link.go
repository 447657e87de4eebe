package triggers

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/backoff"
	"github.com/webhook-gateway/gateway/internal/body"
	"github.com/webhook-gateway/gateway/internal/links"
	"github.com/webhook-gateway/gateway/internal/value"
)

// linkRoot is the name under which a flow reads the click on its link.
const linkRoot = "link"

// link starts a run if a contact follows a link.
type link struct {
	contactCodec
	queue

	path     string
	redirect linkRedirect
	tag      string
	methods  []string // of the requests that count

	route route
	at    hcl.Range
}

// linkEndpoint is the endpoint of the link of one flow.
type linkEndpoint struct {
	*link
	flow string
}

// Describe declares the block.
func (t *link) Describe(s *schema.Spec) {
	t.mainRoot, t.otherRoot = contactRoot, linkRoot
	t.methods = []string{http.MethodGet, http.MethodPost}
	s.Doc = "Starts a run if a contact follows a link that `link_url(\"FLOW\", contact.email)` created. The browser is always redirected to `redirect`, even if the link names no contact or was altered (then no run starts) and if runs can't be stored.\n\n" +
		"A `POST` is the one-click unsubscription of a mail program (RFC 8058): it also starts a run, and gets 200 without a redirect, 400 if the link names no contact or was altered, and 503 if the run can't be stored. Programs that scan mails follow links by `GET`; with `methods = [\"POST\"]` they start no run, and the browser is still redirected.\n\n" +
		"Before the first action the contact gets the tag `clicked:FLOW`, and the `tag` of the trigger if it has one. If the contact was deleted, it gets no tag and no action runs."
	schema.Attr(s, &t.path, "path", "The path of the link on this gateway, such as `/offer`, without a `{name}`.", schema.Required())
	s.Then(t.declareClick)
	schema.Expr(s, &t.redirect.url, "redirect", "The target of the redirect: an absolute URL. It may read `link` and `contact.email`, such as `https://shop.example.com/p/${link.query.product}`. These values are percent-encoded as in the `url` of action `http`, and can't choose the host. If the URL can't be computed, such as for a query parameter that is missing or a link that names no contact, the browser is redirected to the part before the first value.", schema.Required(), schema.URL())
	schema.Attr(s, &t.tag, "tag", "A tag that the contact gets.")
	schema.Attr(s, &t.methods, "methods", "The methods that start a run.", schema.OneOf(http.MethodGet, http.MethodPost))
	t.describeConcurrency(s, "")
	s.Check(t.checkSettings)
	s.Example(schema.Example{
		Title: "Unsubscribe with one click in the mail program",
		HCL: `trigger "link" {
  path     = "/unsubscribe"
  redirect = "https://shop.example.com/unsubscribe"
  methods  = ["POST"]
  tag      = "unsubscribed"
}`,
	})
	s.Example(schema.Example{
		Title: "Tag the contacts that looked at the offer",
		HCL: `trigger "link" {
  path     = "/offer"
  redirect = "https://shop.example.com/offer"
  tag      = "looked-at-the-offer"
}`,
	})
}

func (t *link) checkSettings(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics {
	var diags hcl.Diagnostics
	var err error
	t.at = d.Range("path")
	if t.route, err = parsePath(t.path); err != nil {
		diags = append(diags, d.Problem("path", "Wrong path", diag.Sentence(err)))
	} else if len(t.route.names) > 0 {
		diags = append(diags, d.Problem("path", "Wrong path", "The path of a link can't have a {name}: the token of the link identifies the contact."))
	}
	diags = append(diags, t.redirect.checkTargets(d)...)
	if len(t.methods) == 0 {
		diags = append(diags, d.Problem("methods", "No methods", `Name at least one: ["GET", "POST"].`))
	}
	if d.Has("tag") {
		if flaw := tagNameFlaw(t.tag); flaw != "" {
			diags = append(diags, d.Problem("tag", "Wrong tag", flaw))
		}
	}
	return diags
}

// Roots returns the names contact and link.
func (t *link) Roots() map[string]cty.Type {
	return map[string]cty.Type{contactRoot: contactType(), linkRoot: clickType()}
}

func clickType() cty.Type {
	return cty.Object(map[string]cty.Type{
		"url": cty.String, "query": cty.DynamicPseudoType, "received_at": cty.String,
		"remote_ip": cty.String, "user_agent": cty.String, "method": cty.String,
	})
}

// declareClick adds the values that the redirect may read to its scope. The
// contact is read from the store only after the browser has its answer.
func (t *link) declareClick(c *schema.Context) {
	c.Scope = c.Scope.With(linkRoot, clickType()).With(contactRoot, cty.Object(map[string]cty.Type{"email": cty.String}))
}

// Parts returns the endpoint, which answers before the run starts, and the step
// that tags the contact. HEAD requests come from scanners that look up the target
// of a link.
func (t *link) Parts(name string) flow.Parts {
	e := &linkEndpoint{link: t, flow: name}
	methods := []string{http.MethodGet, http.MethodHead}
	if slices.Contains(t.methods, http.MethodPost) {
		methods = append(methods, http.MethodPost)
	}
	return flow.Parts{
		HTTP: &flow.HTTPPart{
			Endpoint: e,
			Route:    flow.Route{Path: t.route.pattern, Rotate: 1, Methods: methods, Range: t.at},
			Async:    true,
			Timeout:  defaultTimeout,
			Fallback: fallback,
		},
		Codec: anyCodec{t}, Queue: t.limits(), Begin: e.tagContact, Contact: contactEmail,
	}
}

// Admit admits each click, without an order.
func (t *linkEndpoint) Admit(context.Context, expr.Env) (flow.Admission, error) {
	return flow.Admission{}, nil
}

// Reply redirects the browser, and answers a mail program.
func (t *linkEndpoint) Reply(ctx context.Context, env expr.Env) (*flow.Response, error) {
	if click, _ := env.Value(linkRoot).(map[string]any); click["method"] == http.MethodPost {
		return &flow.Response{Status: http.StatusOK, Header: http.Header{"Cache-Control": {"no-store"}}}, nil
	}
	return &flow.Response{Status: http.StatusFound, Header: t.redirect.header(ctx, env)}, nil
}

// fallback redirects a browser even if the run cannot be stored. A mail program
// gets the refusal, and may try again.
func fallback(reply *flow.Response) *flow.Response {
	if reply.Status != http.StatusFound {
		return nil
	}
	return reply
}

// Accept returns the event of a click with a valid token.
func (t *linkEndpoint) Accept(r *http.Request, in flow.Incoming) (flow.Event, *flow.Problem) {
	query := r.URL.Query()
	token := query.Get(links.Parameter)
	switch {
	case r.Method == http.MethodHead || token == "":
		return nil, t.answerWithoutRun(r, in, "no_contact", "The link names no contact.", nil)
	case !slices.Contains(t.methods, r.Method):
		return nil, t.answerWithoutRun(r, in, "not_counted", "The link does not count this method.", nil)
	}
	email, err := links.Open(in.Key, t.flow, token)
	if err != nil {
		return nil, t.answerWithoutRun(r, in, "bad_link", "This gateway did not create the link.", err)
	}
	return &valueEvent{mainRoot: contactRoot, roots: map[string]any{
		contactRoot: newContactValue(flow.Contact{Email: email}),
		linkRoot:    t.clickValue(r, in),
	}}, nil
}

// answerWithoutRun redirects the browser, refuses the request of a mail program,
// and starts no run.
func (t *link) answerWithoutRun(r *http.Request, in flow.Incoming, outcome, detail string, cause error) *flow.Problem {
	if r.Method == http.MethodPost {
		return &flow.Problem{Status: http.StatusBadRequest, Detail: detail, Outcome: outcome, Cause: cause}
	}
	click := &valueEvent{roots: map[string]any{linkRoot: t.clickValue(r, in)}}
	return &flow.Problem{Status: http.StatusFound, Detail: detail, Header: t.redirect.header(r.Context(), click), Outcome: outcome, Cause: cause}
}

// clickValue returns a click as expressions read it, without the token.
func (t *link) clickValue(r *http.Request, in flow.Incoming) map[string]any {
	raw := withoutParameters(r.URL.RequestURI(), []string{links.Parameter})
	_, text, _ := strings.Cut(raw, "?")
	query := map[string]any{}
	if parsed, err := body.ParseQuery(text, value.Limits{Depth: in.Limits.JSONDepth}); err == nil && parsed != nil {
		query = parsed
	}
	out := map[string]any{
		"url": toValidUTF8(raw), "query": query, "received_at": in.ReceivedAt.UTC().Format(time.RFC3339Nano),
		"remote_ip": nil, "user_agent": toValidUTF8(r.UserAgent()), "method": r.Method,
	}
	if in.RemoteIP.IsValid() {
		out["remote_ip"] = in.RemoteIP.Unmap().String()
	}
	return out
}

// tagContact adds the tags of the link to the contact, once for a run, and reads
// the contact. If the contact is unknown no action runs, unless the run continues
// after an interruption. It waits for a store that is unavailable, so that no
// click is lost.
func (t *linkEndpoint) tagContact(ctx context.Context, r *flow.Run) (ev flow.Event, reason string, err error) {
	e, ok := r.Event.(*valueEvent)
	contacts := r.Services.Contacts
	if !ok || contacts == nil {
		return r.Event, "", nil
	}
	email := contactEmail(e)
	var found flow.Contact
	var known bool
	err = backoff.Retry(ctx, r.Clock, isTransient, func(ctx context.Context) (err error) {
		if _, known, err = contacts.Contact(ctx, email); err != nil || !known {
			return err
		}
		if err = t.addTags(ctx, contacts, email, r.ID); err != nil {
			return err
		}
		found, err = findContact(ctx, contacts, email)
		return err
	})
	switch {
	case err != nil:
		return nil, "", err
	case !known && !r.Journal.Started(""):
		return nil, "the contact was deleted", nil
	case !known:
		return r.Event, "", nil
	}
	out := *e
	out.roots = map[string]any{linkRoot: e.roots[linkRoot], contactRoot: newContactValue(found)}
	return &out, "", nil
}

func isTransient(err error) bool {
	var failure *flow.Error
	return errors.As(err, &failure) && failure.Class == flow.Transient
}

// addTags adds the tags of a click. The causes differ from those of actions,
// whose paths do not begin with a slash.
func (t *linkEndpoint) addTags(ctx context.Context, contacts flow.Contacts, email, run string) error {
	changes := []flow.ContactChange{{Add: []string{"clicked:" + t.flow}, Source: flow.TagSmart}}
	if t.tag != "" {
		changes = append(changes, flow.ContactChange{Add: []string{t.tag}, Source: flow.TagLink})
	}
	for _, c := range changes {
		c.Email, c.Depth, c.Cause = email, 1, run+"//"+string(c.Source)
		if _, err := contacts.Change(ctx, c); err != nil {
			return err
		}
	}
	return nil
}
