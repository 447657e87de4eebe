package flowtest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/gateway/services"
	"github.com/webhook-gateway/gateway/store"
)

// starter holds the attributes of the blocks that are no requests.
type starter struct {
	at      string
	manual  bool
	click   *request // of "link", for what a click has beside the contact
	contact expr.Of[any]
	tag     expr.Of[string]
	input   expr.Of[any]
	failure failures
}

func (s *starter) describe(sp *schema.Spec, kind string) {
	const contact = "The e-mail address, or an object with `email` and `fields`."
	anyContact := schema.TypeName("string or object")
	switch kind {
	case "tick":
		sp.Doc = "A tick of the schedule. Time passes until it."
		schema.Attr(sp, &s.at, "at", "The time of the tick, such as `\"2026-03-02T07:00:00Z\"`; by default the next one.")
		schema.Attr(sp, &s.manual, "manual", "Whether the flow starts now, at any time, as `gateway trigger` starts it.")
		sp.Check(s.checkTick)
	case "tag":
		sp.Doc = "A contact gets a tag, as if a person gave it. The contact is made if there is none."
		schema.Expr(sp, &s.contact, "contact", contact, schema.Required(), anyContact)
		schema.Expr(sp, &s.tag, "tag", "The tag; by default the one that starts the flow.")
	case "link":
		sp.Doc = "A contact follows the link. The contact is made if there is none."
		schema.Expr(sp, &s.contact, "contact", contact, schema.Required(), anyContact)
		s.click = &request{method: http.MethodGet, remoteAddress: defaultAddress}
		s.click.describeClick(sp)
	case "call":
		sp.Doc = "Another flow calls the flow."
		schema.Expr(sp, &s.input, "input", "The input of the call, an object.")
	case "failure":
		s.failure.describe(sp)
	}
}

func (s *starter) checkTick(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics {
	if s.manual && s.at != "" {
		return hcl.Diagnostics{d.Problem("at", "Two times", `With manual = true the flow starts now. Write "advance" in place of "at", or remove "manual".`)}
	}
	return nil
}

// tick lets time pass until a tick of the schedule, or starts the flow by hand.
func (p *play) tick(ctx context.Context, s *stimulus, sc *scene) (err error) {
	if s.fields.manual {
		sc.run, err = p.lab.gateway.StartManually(ctx, p.test.flowName, services.ManualStart{})
		return err
	}
	next := p.test.target.Parts.Clock.Next
	now := p.lab.clock.Now()
	at := next(now)
	if s.fields.at != "" {
		var err error
		if at, err = time.Parse(time.RFC3339, s.fields.at); err != nil {
			return errors.New(`"at" is a time such as "2026-03-02T07:00:00Z"`)
		}
		if !at.After(now) {
			return fmt.Errorf("the time %s is over: it is %s", s.fields.at, now.UTC().Format(time.RFC3339))
		}
		if !next(at.Add(-time.Second)).Equal(at) {
			return fmt.Errorf("the schedule does not tick at %s; its next tick is %s", s.fields.at, next(at).UTC().Format(time.RFC3339))
		}
	}
	if at.IsZero() {
		return errors.New("the schedule never ticks again")
	}
	if failed := p.pass(at.Sub(now)); failed != nil {
		return errors.New(failed.Summary)
	}
	return nil
}

// tag gives a contact a tag.
func (p *play) tag(ctx context.Context, s *stimulus) error {
	change, err := p.contactOf(ctx, s)
	if err != nil {
		return err
	}
	tag, err := s.fields.tag.EvalOr(ctx, p.env(), p.test.target.Parts.Tag.Tag)
	if err != nil {
		return err
	}
	change.Add = []string{tag}
	_, err = p.lab.gateway.ChangeContact(ctx, change)
	settle()
	return err
}

// contactOf evaluates the contact of a block.
func (p *play) contactOf(ctx context.Context, s *stimulus) (flow.ContactChange, error) {
	change := flow.ContactChange{Source: flow.TagManual}
	v, err := s.fields.contact.Eval(ctx, p.env())
	if err != nil {
		return change, err
	}
	if change.Email, err = expr.Convert[string](v); err == nil {
		return change, nil
	}
	members, err := expr.Convert[map[string]any](v)
	if err != nil {
		return change, errors.New("contact is an e-mail address, or an object with email and fields")
	}
	for name := range members {
		if name != "email" && name != "fields" {
			return change, fmt.Errorf("a contact has email and fields, and no %q", name)
		}
	}
	if change.Email, err = expr.Convert[string](members["email"]); err != nil {
		return change, fmt.Errorf("email of the contact: %w", err)
	}
	if members["fields"] != nil {
		if change.Fields, err = expr.Convert[map[string]any](members["fields"]); err != nil {
			return change, fmt.Errorf("fields of the contact: %w", err)
		}
	}
	return change, nil
}

// click makes the contact follow its link.
func (p *play) click(ctx context.Context, s *stimulus, sc *scene) error {
	change, err := p.contactOf(ctx, s)
	if err != nil {
		return err
	}
	if _, err := p.lab.gateway.ChangeContact(ctx, change); err != nil {
		return err
	}
	snapshot := p.lab.gateway.Acquire()
	if snapshot == nil {
		return errors.New("the gateway is closed")
	}
	defer snapshot.Release()
	link, err := snapshot.MakeLink(p.test.flowName, change.Email)
	if err != nil {
		return err
	}
	u, err := url.Parse(link)
	if err != nil {
		return err
	}
	endpoint := snapshot.Endpoints[p.test.flowName]
	target, err := s.fields.click.buildTarget(ctx, p.env(), u.RequestURI())
	if err != nil {
		return err
	}
	r, _, err := s.fields.click.buildHead(ctx, p.env(), s.fields.click.method, target, nil, "")
	if err != nil {
		return err
	}
	p.exchange(r, s, sc, endpoint)
	return nil
}

// call calls the flow.
func (p *play) call(ctx context.Context, s *stimulus, sc *scene) error {
	input, err := s.fields.input.EvalOr(ctx, p.env(), nil)
	if err != nil {
		return err
	}
	sc.run, err = p.lab.gateway.StartCalled(ctx, p.test.flowName, input)
	return err
}

// findNewRun returns the newest run of the flow that no earlier scene started.
func (p *play) findNewRun(ctx context.Context) (string, error) {
	settle()
	page, err := p.lab.store.List(ctx, store.ListQuery{Filter: store.Filter{Flows: []string{p.test.flowName}}, Limit: store.MaxPage})
	if err != nil {
		return "", err
	}
	found := ""
	for _, r := range page.Runs {
		if !p.seen[r.ID] && found == "" {
			found = r.ID
		}
		p.seen[r.ID] = true
	}
	return found, nil
}
