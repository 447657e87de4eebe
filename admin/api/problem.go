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
		return &flow.Problem{Status: http.StatusBadRequest, Title: "Bad request", Detail: detail}
	case ops.NotFound:
		return &flow.Problem{Status: http.StatusNotFound, Title: "Not found", Detail: detail}
	case ops.Conflict:
		return &flow.Problem{Status: http.StatusConflict, Title: "Not in this state", Detail: detail}
	case ops.NoStore:
		return &flow.Problem{Status: http.StatusServiceUnavailable, Title: "No store", Detail: detail}
	case ops.Unavailable:
		return problem.Unavailable(detail, 5)
	case ops.ShuttingDown:
		return problem.ShuttingDown()
	}
	return &flow.Problem{Status: http.StatusInternalServerError, Title: "Internal error", Detail: detail}
}

// toSentence returns a message as a sentence.
func toSentence(message string) string {
	first, size := utf8.DecodeRuneInString(message)
	return string(unicode.ToUpper(first)) + message[size:] + "."
}

func methodNotAllowed(allowed []string) *flow.Problem {
	methods := strings.Join(allowed, ", ")
	return &flow.Problem{
		Status: http.StatusMethodNotAllowed, Title: "Method not allowed", Detail: "This endpoint accepts " + methods + ".",
		Header: http.Header{"Allow": {methods}},
	}
}

func notFound(paths []string) *flow.Problem {
	return &flow.Problem{
		Status: http.StatusNotFound, Title: "Not found",
		Detail: "The admin listener serves " + strings.Join(paths, ", ") + ". Endpoints of flows have a listener of their own.",
	}
}
