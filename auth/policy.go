package auth

import (
	"context"
	"slices"
	"strings"
)

// Policy is the checks of one trigger. Any one of them lets a request in; a
// policy without checks lets everybody in.
type Policy struct {
	Checks []Check
}

// NeedsBody tells whether a check reads the body, so that it has to be read
// before Verify.
func (p Policy) NeedsBody() bool {
	return slices.ContainsFunc(p.Checks, Check.NeedsBody)
}

// Verify returns nil where a check lets the request in. Otherwise the error
// holds what each check said, in their order, for the log.
func (p Policy) Verify(ctx context.Context, r *Request) error {
	if len(p.Checks) == 0 {
		return nil
	}
	var why refusals
	for _, c := range p.Checks {
		err := c.Verify(ctx, r)
		if err == nil {
			return nil
		}
		why = append(why, err)
	}
	return why
}

// Challenges lists the values for WWW-Authenticate, one field each, without
// repetitions. It may be empty: not every way to let a caller in has a scheme
// of HTTP.
func (p Policy) Challenges() []string {
	var out []string
	for _, c := range p.Checks {
		if text := c.Challenge(); text != "" {
			out = append(out, text)
		}
	}
	return unique(out)
}

// Headers lists the header fields that carry credentials, by their canonical
// names, sorted and without repetitions.
func (p Policy) Headers() []string {
	var out []string
	for _, c := range p.Checks {
		out = append(out, c.Headers()...)
	}
	return unique(out)
}

// Query lists the query parameters that carry credentials, sorted and without
// repetitions.
func (p Policy) Query() []string {
	var out []string
	for _, c := range p.Checks {
		out = append(out, c.Query()...)
	}
	return unique(out)
}

func unique(list []string) []string {
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

// Unwrap gives the reasons to package errors.
func (r refusals) Unwrap() []error { return r }
