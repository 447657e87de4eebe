package triggers

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/webhook-gateway/gateway/auth"
	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/value"
	"github.com/webhook-gateway/gateway/triggers/input"
)

func forbiddenProblem() *flow.Problem {
	return &flow.Problem{
		Status: http.StatusForbidden, Outcome: "forbidden",
		Detail: "Requests from this address are not allowed.",
	}
}

// unauthorizedProblem asks for credentials. It hides which check failed and why;
// the log has the reason.
func unauthorizedProblem(challenges []string, reason error) *flow.Problem {
	p := &flow.Problem{
		Status: http.StatusUnauthorized, Outcome: "unauthorized", Cause: reason,
		Detail: flow.RefusedCaller,
	}
	if len(challenges) > 0 {
		p.Header = http.Header{"Www-Authenticate": challenges}
	}
	return p
}

// authUnavailableProblem asks a caller to try again, because a check lacks something
// from outside. The outcome tells callers that ask for too many unknown keys, which
// count as failed sign-ins, from a sender whose keys are away.
func authUnavailableProblem(reason error, u *auth.Unavailable) *flow.Problem {
	outcome := "auth_unavailable"
	if u.TooMany {
		outcome = "too_many_keys"
	}
	return &flow.Problem{
		Status: http.StatusServiceUnavailable, Outcome: outcome, Cause: reason,
		Detail: "The credentials can't be checked now. Try again later.",
		Header: http.Header{"Retry-After": {strconv.Itoa(int(u.RetryAfter.Seconds()))}},
	}
}

func tooLargeProblem(limit int64) *flow.Problem {
	return &flow.Problem{
		Status: http.StatusRequestEntityTooLarge, Outcome: "too_large",
		Detail: fmt.Sprintf("The body may have at most %d bytes.", limit),
	}
}

// tooSlowProblem also closes the connection, as RFC 9110, section 15.5.9, asks
// for.
func tooSlowProblem() *flow.Problem {
	return &flow.Problem{
		Status: http.StatusRequestTimeout, Outcome: "too_slow",
		Detail: "The body did not arrive in time.", Header: http.Header{"Connection": {"close"}},
	}
}

// incompleteProblem is the problem of a body that ends too early. In most cases
// the caller has disconnected.
func incompleteProblem() *flow.Problem {
	return &flow.Problem{
		Status: http.StatusBadRequest, Outcome: "disconnected",
		Detail: "The body ended before it was complete.",
	}
}

// unsupportedProblem refuses a type or encoding of the body. field is the header
// that names the accepted ones (RFC 9110, section 15.5.16).
func unsupportedProblem(detail, field, accepted string) *flow.Problem {
	return &flow.Problem{
		Status: http.StatusUnsupportedMediaType, Outcome: "unsupported_type",
		Detail: detail, Header: http.Header{field: {accepted}},
	}
}

// unknownCharsetProblem has no header: none names the accepted charsets.
func unknownCharsetProblem() *flow.Problem {
	return &flow.Problem{
		Status: http.StatusUnsupportedMediaType, Outcome: "unsupported_type",
		Detail: "The charset of the Content-Type is not known. Accepted are the names that browsers know, such as utf-8, iso-8859-1 and windows-1252.",
	}
}

// malformedProblem refuses a body or query with a syntax error.
func malformedProblem(what, in string, err *value.SyntaxError) *flow.Problem {
	return &flow.Problem{
		Status: http.StatusBadRequest, Outcome: "malformed",
		Detail: what + ": " + err.Error() + ".",
		Faults: []flow.Fault{{Pointer: err.Pointer, In: in, Detail: diag.Capitalize(err.Reason) + "."}},
	}
}

// malformedProblem refuses a body or query with a syntax error. If that part of
// requests holds sensitive values, the record has neither the place nor the reason,
// which may be names or text of it.
func (w *webhook) malformedProblem(what, in string, err *value.SyntaxError) *flow.Problem {
	p := malformedProblem(what, in, err)
	if w.hidesPart(in) {
		p.Recorded = what + ". Details are hidden because it holds a sensitive variable."
		return p
	}
	p.RecordedFaults = p.Faults
	return p
}

func invalidProblem(found input.Faults) *flow.Problem {
	return &flow.Problem{
		Status: http.StatusUnprocessableEntity, Outcome: "invalid",
		Detail: found.Summary(), Faults: found.List, RecordedFaults: found.Recorded, Cause: found,
	}
}
