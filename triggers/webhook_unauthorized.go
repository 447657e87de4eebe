package triggers

import (
	"errors"
	"net/http"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/auth"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
)

// unauthorized is the answer to callers without valid credentials.
type unauthorized struct {
	status int
}

// Describe declares the block.
func (u *unauthorized) Describe(s *schema.Spec) {
	u.status = http.StatusUnauthorized
	s.Doc = "The answer to callers that no `auth` block accepts, for senders that expect another status than 401."
	schema.Attr(s, &u.status, "status", "The status, from 400 to 499. With another status than 401 the answer has no header `WWW-Authenticate`.")
	s.Check(func(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics {
		if u.status < 400 || u.status > 499 {
			return hcl.Diagnostics{d.Problem("status", "Wrong status", "A caller without valid credentials gets a status from 400 to 499, such as 401, 403 or 404.")}
		}
		return nil
	})
}

// checkUnauthorized warns of an answer that no caller gets.
func (w *webhook) checkUnauthorized(d *schema.Decoded) hcl.Diagnostics {
	if w.unauthorized == nil || len(w.checks) > 0 {
		return nil
	}
	return hcl.Diagnostics{d.Problem("unauthorized", "No auth block", "Without an auth block each caller is accepted, and nobody gets this answer. Add an auth block, or remove unauthorized.")}
}

// unauthorizedProblem asks for credentials, or answers with the status of the file.
// If a check can't tell now whether it accepts the caller, the caller may try again.
func (w *webhook) unauthorizedProblem(reason error) *flow.Problem {
	if u := (*auth.Unavailable)(nil); errors.As(reason, &u) {
		return authUnavailableProblem(reason, u)
	}
	p := unauthorizedProblem(auth.Policy{Checks: w.checks}.Challenges(), reason)
	if status := w.unauthorizedStatus(); status != http.StatusUnauthorized {
		p.Status, p.Header = status, nil
	}
	if w.answersWithoutBody() {
		p.Response = &flow.Response{Status: p.Status, Header: p.Header}
	}
	return p
}

// unauthorizedStatus returns the status of the answer to callers without valid
// credentials.
func (w *webhook) unauthorizedStatus() int {
	if w.unauthorized == nil {
		return http.StatusUnauthorized
	}
	return w.unauthorized.status
}
