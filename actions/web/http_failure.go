package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/outbound"
)

// statusError makes the error of a failed response. It repeats nothing of the
// body, which may be secret. hideServer leaves out the server's name.
func statusError(r *outbound.Response, hideServer bool, now time.Time) *flow.Error {
	e := &flow.Error{Class: flow.Permanent, Remote: true, Message: fmt.Sprintf("answered %d", r.Status)}
	if words := http.StatusText(r.Status); words != "" {
		e.Message += " " + words
	}
	if !hideServer {
		e.Message = r.Target + ": " + e.Message
	}
	switch {
	case r.Status == http.StatusRequestTimeout:
		e.Reason = flow.ReasonTimeout
	case r.Status == http.StatusTooManyRequests:
		e.Reason = flow.Reason429
	case r.Status >= 500:
		e.Reason = flow.Reason5xx
	default:
		return e
	}
	e.Class = flow.Transient
	e.RetryAfter = RetryAfter(r.Header, now)
	return e
}

// maxRetryAfter bounds Retry-After. The bound of retry itself is lower.
const maxRetryAfter = 365 * 24 * time.Hour

// RetryAfter reads the Retry-After field (RFC 9110, section 10.2.3), 0 if
// there is none. A date is compared with the server's own clock if the
// response has a Date.
func RetryAfter(header http.Header, now time.Time) time.Duration {
	text := strings.TrimSpace(header.Get("Retry-After"))
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		return min(time.Duration(seconds)*time.Second, maxRetryAfter)
	}
	until, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	if sent, err := http.ParseTime(header.Get("Date")); err == nil {
		now = sent
	}
	return max(0, min(until.Sub(now), maxRetryAfter))
}

// TransportFailure makes the error of an attempt without a response.
// hideServer leaves out the server's name.
func TransportFailure(err error, hideServer bool) error {
	var out *outbound.Error
	if !errors.As(err, &out) {
		return err
	}
	e := &flow.Error{Class: flow.Permanent, Remote: true, Message: out.Error(), Err: err}
	switch out.Reason {
	case outbound.ReasonCanceled:
		return context.Canceled
	case outbound.ReasonTimeout:
		e.Class, e.Reason = flow.Transient, flow.ReasonTimeout
	case outbound.ReasonConnect:
		e.Class, e.Reason = flow.Transient, flow.ReasonConnect
	case outbound.ReasonRefused:
		e.Class, e.Remote = flow.Denied, false
	case outbound.ReasonInvalid:
		e.Class, e.Remote = flow.Invalid, false
	}
	if hideServer {
		e.Message, e.Err = describeReason(out.Reason), nil
	}
	return e
}

// describeReason describes a failure without naming the server.
func describeReason(reason string) string {
	words := map[string]string{
		outbound.ReasonTimeout:  "no complete answer within the time limit",
		outbound.ReasonConnect:  "no connection to the server, or it was lost and the request may have arrived",
		outbound.ReasonRefused:  "the address is refused; egress in the gateway block lists the allowed addresses",
		outbound.ReasonTLS:      "the TLS handshake failed",
		outbound.ReasonRedirect: "the server redirects to an address that is not followed",
		outbound.ReasonTooLarge: "the answer is larger than its limit",
		outbound.ReasonProtocol: "the server's answer is not valid HTTP",
		outbound.ReasonInvalid:  "the request can't be sent as it is",
	}[reason]
	return words + "; details are hidden, as the URL is a secret or the action is sensitive"
}
