package outbound

// The reasons of an [Error].
const (
	// ReasonTimeout: the context's deadline or a time limit of the client
	// passed. The request may have been carried out.
	ReasonTimeout = "timeout"
	// ReasonConnect: no connection could be made (unknown name, port closed,
	// no route, no answer within [Options].DialTimeout), or it was lost before
	// the whole answer had come.
	ReasonConnect = "connect"
	// ReasonRefused: the policy does not permit the address. Err is a [*Refused].
	ReasonRefused = "refused"
	// ReasonTLS: the TLS handshake failed, most often over a certificate.
	ReasonTLS = "tls"
	// ReasonRedirect: a redirect that is not followed, or one too many.
	ReasonRedirect = "redirect"
	// ReasonTooLarge: the answer's body or header is over its limit.
	ReasonTooLarge = "too_large"
	// ReasonProtocol: the answer is not valid HTTP, or not the gzip it says.
	ReasonProtocol = "protocol"
	// ReasonCanceled: the context was canceled.
	ReasonCanceled = "canceled"
	// ReasonInvalid: the request cannot be sent as it is. Nothing was sent.
	ReasonInvalid = "invalid"
)

// Error is the error of [Client.Do] and [Client.DialContext]. Neither it nor an
// error that it wraps holds a URL's query or user, the path of a URL that is
// called, the value of a header, or text from an answer, so it may be shown and
// stored. One exception is a redirect that would drop the body: its error names
// the path of the new address, which the file should say instead.
type Error struct {
	Reason string // one of the Reason constants
	Target string // "https://example.com:8443" of the hop that failed, or "host:port" of a dial; empty if the URL is unusable
	Err    error  // never nil; the failure
}

// Error returns the target, if known, and the failure.
func (e *Error) Error() string {
	if e.Target == "" {
		return e.Err.Error()
	}
	return e.Target + ": " + e.Err.Error()
}

// Unwrap gives [errors.Is] and [errors.As] the cause, such as
// [context.DeadlineExceeded], [*Refused] or an x509 error.
func (e *Error) Unwrap() error { return e.Err }

// cause is a text that is safe to show over an error that is safe to find.
type cause struct {
	text string
	err  error // nil if the original may hold a secret
}

func (c *cause) Error() string { return c.text }
func (c *cause) Unwrap() error { return c.err }

func newError(reason, text string, err error) *Error {
	return &Error{Reason: reason, Err: &cause{text, err}}
}

// withTarget returns a copy of e with the target.
func (e *Error) withTarget(target string) *Error {
	return &Error{Reason: e.Reason, Target: target, Err: e.Err}
}
