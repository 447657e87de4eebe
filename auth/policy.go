package auth

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/webhook-gateway/gateway/flow"
)

// Policy holds the checks of one trigger. A request needs to pass one of them.
// A policy without checks accepts each request.
type Policy struct {
	Checks []Check
}

// SplitByBody returns the checks that need no body and the checks that read it.
func (p Policy) SplitByBody() (early, late Policy) {
	for _, c := range p.Checks {
		if c.NeedsBody() {
			late.Checks = append(late.Checks, c)
		} else {
			early.Checks = append(early.Checks, c)
		}
	}
	return early, late
}

// Accepted is the check that accepted a request, and its caller. Its zero value says
// that no check did.
type Accepted struct {
	Check Check
	Caller
}

// Verify returns the check that accepts the request, none if there are no checks.
// Otherwise the error holds the reasons of all checks in their order, for the log.
func (p Policy) Verify(ctx context.Context, r *Request) (Accepted, error) {
	if len(p.Checks) == 0 {
		return Accepted{}, nil
	}
	var reasons refusals
	for _, c := range p.Checks {
		caller, err := verifyCaller(ctx, c, r)
		if err == nil {
			return Accepted{Check: c, Caller: caller}, nil
		}
		reasons = append(reasons, explainMismatch(c, err))
	}
	return Accepted{}, reasons
}

// explainMismatch adds to a wrong signature over the URL that the gateway may know
// another URL than the sender.
func explainMismatch(c Check, err error) error {
	if !SignsURL(c) || !errors.Is(err, errMismatch) {
		return err
	}
	return fmt.Errorf("%w; it covers the URL, so public_url must be the beginning of the URL that the sender knows", err)
}

// verifyCaller is Verify of a check, and returns what it learns about the caller.
func verifyCaller(ctx context.Context, c Check, r *Request) (Caller, error) {
	if reader, ok := c.(interface {
		verifyCaller(context.Context, *Request) (Caller, error)
	}); ok {
		return reader.verifyCaller(ctx, r)
	}
	return Caller{Name: UserName(c)}, c.Verify(ctx, r)
}

// VerifyEarly returns the checks that may accept the request when its body is read,
// and the reasons of the others. It reads no body.
func (p Policy) VerifyEarly(ctx context.Context, r *Request) (left Policy, reason error) {
	var reasons refusals
	for _, c := range p.Checks {
		if err := verifyEarly(ctx, c, r); err != nil {
			reasons = append(reasons, err)
			continue
		}
		left.Checks = append(left.Checks, c)
	}
	if reasons == nil {
		return left, nil
	}
	return left, reasons
}

// Open opens what the checks need from outside.
func (p Policy) Open(r *flow.Resources) error {
	for _, c := range p.Checks {
		if o, ok := c.(Opener); ok {
			if err := o.Open(r); err != nil {
				return err
			}
		}
	}
	return nil
}

// verifyEarly returns the reason of a check that refuses a request without its body.
func verifyEarly(ctx context.Context, c Check, r *Request) error {
	if early, ok := c.(interface {
		verifyEarly(context.Context, *Request) error
	}); ok {
		return early.verifyEarly(ctx, r)
	}
	if c.NeedsBody() {
		return nil
	}
	return c.Verify(ctx, r)
}

// Challenges lists the values for WWW-Authenticate, one field each, without
// repetitions.
func (p Policy) Challenges() []string {
	var out []string
	for _, c := range p.Checks {
		if text := c.Challenge(); text != "" {
			out = append(out, text)
		}
	}
	return sortUnique(out)
}

// Headers lists the header fields that carry credentials, by their canonical
// names, sorted and without repetitions.
func (p Policy) Headers() []string {
	var out []string
	for _, c := range p.Checks {
		out = append(out, c.Headers()...)
	}
	return sortUnique(out)
}

// Query lists the query parameters that carry credentials, sorted and without
// repetitions.
func (p Policy) Query() []string {
	var out []string
	for _, c := range p.Checks {
		out = append(out, c.Query()...)
	}
	return sortUnique(out)
}

func sortUnique(list []string) []string {
	slices.Sort(list)
	return slices.Compact(list)
}

// refusals are the reasons of all checks of a policy.
type refusals []error

// Error joins the reasons on one line.
func (r refusals) Error() string {
	texts := make([]string, len(r))
	for i, err := range r {
		texts[i] = err.Error()
	}
	return strings.Join(texts, "; ")
}

// Unwrap returns the reasons.
func (r refusals) Unwrap() []error { return r }
