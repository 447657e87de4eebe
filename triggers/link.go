package triggers

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/body"
	"github.com/webhook-gateway/gateway/internal/links"
	"github.com/webhook-gateway/gateway/internal/value"
)

// linkRoot is the name under which a flow reads how its link was followed.
const linkRoot = "link"

// link starts a run where a contact follows a link.
type link struct {
	contactKeeper
	queue

	path     string
	redirect string
	tag      string

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
	t.main, t.also = contactRoot, linkRoot
	s.Doc = "Starts a run where a contact follows a link that `link_url(\"FLOW\", contact.email)` made. The browser is sent on to `redirect` in any case: also from a link without a contact, from one that was changed, which start no run, and while runs can't be stored.\n\n" +
		"The contact gets the tag `clicked:FLOW`, and the link's own `tag` if it has one, before the first action. A contact that is not known any more gets none, and no action runs."
	schema.Attr(s, &t.path, "path", "Where the link leads on this gateway, such as `/offer`; without a `{name}`.", schema.Required())
	schema.Attr(s, &t.redirect, "redirect", "Where the browser is sent on to: an absolute URL.", schema.Required())
	schema.Attr(s, &t.tag, "tag", "A tag that the contact gets.")
	t.describeConcurrency(s, "")
	s.Check(t.check)
	s.Example(schema.Example{
		Title: "Tag who looked at the offer",
		HCL: `trigger "link" {
  path     = "/offer"
  redirect = "https://shop.example.com/offer"
  tag      = "looked-at-the-offer"
}`,
	})
}

func (t *link) check(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics {
	var diags hcl.Diagnostics
	var err error
	t.at = d.Range("path")
	if t.route, err = parsePath(t.path); err != nil {
		diags = append(diags, d.Problem("path", "Wrong path", diag.Sentence(err)))
	} else if len(t.route.names) > 0 {
		diags = append(diags, d.Problem("path", "Wrong path", "The path of a link has no {name}: what differs from contact to contact stands in the link's token."))
	}
	if u, err := url.Parse(t.redirect); err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") || u.User != nil {
		diags = append(diags, d.Problem("redirect", "Wrong URL", "Write an absolute URL, such as \"https://shop.example.com/offer\"."))
	}
	if d.Has("tag") {
		if why := wrongTag(t.tag); why != "" {
			diags = append(diags, d.Problem("tag", "Wrong tag", why))
		}
	}
	return diags
}

// Roots gives the names contact and link.
func (t *link) Roots() map[string]cty.Type {
	return map[string]cty.Type{
		contactRoot: contactType(),
		linkRoot: cty.Object(map[string]cty.Type{
			"url": cty.String, "query": cty.DynamicPseudoType, "received_at": cty.String,
			"remote_ip": cty.String, "user_agent": cty.String,
		}),
	}
}

// Parts gives the endpoint, which answers before the run starts, and the step
// that tags the contact. HEAD is for those who only look where a link leads.
func (t *link) Parts(name string) flow.Parts {
	e := &linkEndpoint{link: t, flow: name}
	return flow.Parts{
		HTTP: &flow.HTTPPart{
			Endpoint: e,
			Route:    flow.Route{Path: t.route.pattern, Rotate: 1, Methods: []string{http.MethodGet, http.MethodHead}, Range: t.at},
			Async:    true,
			Timeout:  defaultTimeout,
			Fallback: t.sendOn(),
		},
		Codec: t, Queue: t.limits(), Begin: e.tagContact, Contact: contactEmail,
	}
}

// Admit says that each click makes a run, in no order.
func (t *linkEndpoint) Admit(context.Context, expr.Env) (flow.Admission, error) {
	return flow.Admission{}, nil
}

// Reply sends the browser on.
func (t *linkEndpoint) Reply(context.Context, expr.Env) (*flow.Response, error) {
	return t.sendOn(), nil
}

// sendOn is the response that sends the browser to the redirect.
func (t *link) sendOn() *flow.Response {
	return &flow.Response{Status: http.StatusFound, Header: t.header()}
}

func (t *link) header() http.Header {
	return http.Header{"Location": {asciiURL(t.redirect)}, "Cache-Control": {"no-store"}, "Referrer-Policy": {"no-referrer"}}
}

// asciiURL percent-encodes what a URL may not hold as it is.
func asciiURL(text string) string {
	var out strings.Builder
	for _, c := range []byte(text) {
		if c <= ' ' || c >= 0x7f {
			fmt.Fprintf(&out, "%%%02X", c)
			continue
		}
		out.WriteByte(c)
	}
	return out.String()
}

// Accept reads the token of a click.
func (t *linkEndpoint) Accept(r *http.Request, in flow.Incoming) (flow.Event, *flow.Problem) {
	query := r.URL.Query()
	token := query.Get(links.Parameter)
	if r.Method == http.MethodHead || token == "" {
		return nil, t.onlySentOn("no_contact", "The link names no contact.", nil)
	}
	email, err := links.Open(in.Key, t.flow, token)
	if err != nil {
		return nil, t.onlySentOn("bad_link", "The link is not one that this gateway made.", err)
	}
	return &told{main: contactRoot, roots: map[string]any{
		contactRoot: contactValue(flow.Contact{Email: email}),
		linkRoot:    t.clicked(r, in),
	}}, nil
}

// onlySentOn answers a request that starts no run.
func (t *link) onlySentOn(outcome, detail string, cause error) *flow.Problem {
	return &flow.Problem{Status: http.StatusFound, Title: "Sent on", Detail: detail, Header: t.header(), Outcome: outcome, Cause: cause}
}

// clicked is what the flow reads of a click, without the token.
func (t *link) clicked(r *http.Request, in flow.Incoming) map[string]any {
	raw := withoutParameters(r.URL.RequestURI(), []string{links.Parameter})
	_, text, _ := strings.Cut(raw, "?")
	query := map[string]any{}
	if parsed, err := body.ParseQuery(text, value.Limits{Depth: in.Limits.JSONDepth}); err == nil && parsed != nil {
		query = parsed
	}
	out := map[string]any{
		"url": cleanText(raw), "query": query, "received_at": in.ReceivedAt.UTC().Format(time.RFC3339Nano),
		"remote_ip": nil, "user_agent": cleanText(r.UserAgent()),
	}
	if in.RemoteIP.IsValid() {
		out["remote_ip"] = in.RemoteIP.Unmap().String()
	}
	return out
}

// tagContact gives the contact the link's tags, once for a run, and reads what is
// known of it. A run that goes on does so also where the contact is not known
// any more.
func (t *linkEndpoint) tagContact(ctx context.Context, r *flow.Run) (ev flow.Event, reason string, err error) {
	e, ok := r.Event.(*told)
	contacts := r.Services.Contacts
	if !ok || contacts == nil {
		return r.Event, "", nil
	}
	given, _ := e.roots[contactRoot].(contact)
	email, _ := given["email"].(string)
	var found flow.Contact
	var known bool
	err = patiently(ctx, func() (err error) {
		if _, known, err = contacts.Contact(ctx, email); err != nil || !known {
			return err
		}
		if err = t.giveTags(ctx, contacts, email, r.ID); err != nil {
			return err
		}
		found, err = knownContact(ctx, contacts, email)
		return err
	})
	switch {
	case err != nil:
		return nil, "", err
	case !known && !r.Journal.Started(""):
		return nil, "the contact is not known any more", nil
	case !known:
		return r.Event, "", nil
	}
	out := *e
	out.roots = map[string]any{linkRoot: e.roots[linkRoot], contactRoot: contactValue(found)}
	return &out, "", nil
}

// patiently repeats what failed for a reason that passes, until the context
// ends: a click is not lost as the store was away.
func patiently(ctx context.Context, do func() error) error {
	for wait := 50 * time.Millisecond; ; wait = min(2*wait, 5*time.Second) {
		err := do()
		var own *flow.Error
		if err == nil || !errors.As(err, &own) || own.Class != flow.Transient {
			return err
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return err
		case <-timer.C:
		}
	}
}

func (t *linkEndpoint) giveTags(ctx context.Context, contacts flow.Contacts, email, run string) error {
	changes := []flow.ContactChange{{Add: []string{"clicked:" + t.flow}, Source: flow.TagSmart}}
	if t.tag != "" {
		changes = append(changes, flow.ContactChange{Add: []string{t.tag}, Source: flow.TagLink})
	}
	for _, c := range changes {
		c.Email, c.Depth, c.Cause = email, 1, run+"//"+string(c.Source) // no path of an action is like it
		if _, err := contacts.Change(ctx, c); err != nil {
			return err
		}
	}
	return nil
}
