package api

import (
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/webhook-gateway/gateway/admin/ops"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/problem"
)

// problemOf returns the problem document for an error of the operator service.
func problemOf(err *ops.Error) *flow.Problem {
	detail := toSentence(err.Message)
	switch err.Kind {
	case ops.Invalid:
		return &flow.Problem{Status: http.StatusBadRequest, Detail: detail}
	case ops.TooLarge:
		return &flow.Problem{Status: http.StatusRequestEntityTooLarge, Detail: detail, Header: http.Header{"Connection": {"close"}}}
	case ops.Forbidden:
		return &flow.Problem{Status: http.StatusForbidden, Detail: detail}
	case ops.NotFound:
		return &flow.Problem{Status: http.StatusNotFound, Detail: detail}
	case ops.Conflict:
		return &flow.Problem{Status: http.StatusConflict, Detail: detail}
	case ops.NoStore:
		return &flow.Problem{Status: http.StatusServiceUnavailable, Detail: detail}
	case ops.Unavailable, ops.Busy:
		return problem.Unavailable(detail, 5)
	case ops.ShuttingDown:
		return problem.ShuttingDown()
	}
	return &flow.Problem{Status: http.StatusInternalServerError, Detail: detail}
}

// toSentence returns a message as a sentence.
func toSentence(message string) string {
	first, size := utf8.DecodeRuneInString(message)
	return string(unicode.ToUpper(first)) + message[size:] + "."
}

func methodNotAllowed(allowed []string) *flow.Problem {
	methods := strings.Join(allowed, ", ")
	return &flow.Problem{
		Status: http.StatusMethodNotAllowed, Detail: "This endpoint accepts " + methods + ".",
		Header: http.Header{"Allow": {methods}},
	}
}

func notFound(paths []string) *flow.Problem {
	return &flow.Problem{
		Status: http.StatusNotFound,
		Detail: "The admin listener serves " + strings.Join(paths, ", ") + ". Endpoints of flows have a listener of their own.",
	}
}
