package triggers

import (
	"fmt"
	"net/http"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/value"
	"github.com/webhook-gateway/gateway/triggers/input"
)

func forbidden() *flow.Problem {
	return &flow.Problem{
		Status: http.StatusForbidden, Outcome: "forbidden", Title: "Address not allowed",
		Detail: "Requests from this address are not let in.",
	}
}

// unauthorized asks for credentials. It does not tell which check failed or
// why: that is for the log.
func unauthorized(challenges []string, why error) *flow.Problem {
	p := &flow.Problem{
		Status: http.StatusUnauthorized, Outcome: "unauthorized", Title: "Not authorized", Cause: why,
		Detail: "Credentials or a signature are missing or wrong.",
	}
	if len(challenges) > 0 {
		p.Header = http.Header{"Www-Authenticate": challenges}
	}
	return p
}

func tooLarge(limit int64) *flow.Problem {
	return &flow.Problem{
		Status: http.StatusRequestEntityTooLarge, Outcome: "too_large", Title: "Body too large",
		Detail: fmt.Sprintf("The body may have at most %d bytes.", limit),
	}
}

// tooSlow also ends the connection, as RFC 9110, section 15.5.9, says.
func tooSlow() *flow.Problem {
	return &flow.Problem{
		Status: http.StatusRequestTimeout, Outcome: "too_slow", Title: "Body too slow",
		Detail: "The body did not come in time.", Header: http.Header{"Connection": {"close"}},
	}
}

// incomplete is for bodies that end too soon, mostly because the caller is gone
// and nobody reads the answer.
func incomplete() *flow.Problem {
	return &flow.Problem{
		Status: http.StatusBadRequest, Outcome: "disconnected", Title: "Incomplete body",
		Detail: "The body ended before it was complete.",
	}
}

// unsupported refuses a type or coding of the body. field is the header that
// tells what is accepted (RFC 9110, section 15.5.16).
func unsupported(detail, field, accepted string) *flow.Problem {
	return &flow.Problem{
		Status: http.StatusUnsupportedMediaType, Outcome: "unsupported_type", Title: "Body type not accepted",
		Detail: detail, Header: http.Header{field: {accepted}},
	}
}

// malformed refuses a body or query that is not what it should be.
func malformed(title, in string, err *value.SyntaxError) *flow.Problem {
	return &flow.Problem{
		Status: http.StatusBadRequest, Outcome: "malformed", Title: title,
		Detail: diag.Sentence(err),
		Faults: []flow.Fault{{Pointer: err.Pointer, In: in, Detail: diag.Capitalize(err.Reason) + "."}},
	}
}

func invalid(found input.Faults) *flow.Problem {
	return &flow.Problem{
		Status: http.StatusUnprocessableEntity, Outcome: "invalid", Title: "Values missing or wrong",
		Detail: found.Summary(), Faults: found.List, Cause: found,
	}
}
