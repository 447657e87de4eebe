package outbound

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"

	"github.com/webhook-gateway/gateway/internal/termtext"
)

// classifyError turns an error of the transport or of reading a body into an
// [*Error] without a target. It passes on the text of errors whose words are
// known to hold no part of a URL or an answer, and replaces all others.
func classifyError(ctx context.Context, err error) *Error {
	var own *Error
	known := errors.As(err, &own)
	if known && own.Reason == ReasonRefused {
		return own
	}
	if ended := contextError(ctx); ended != nil {
		return ended
	}
	if known {
		return own
	}
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		return newError(ReasonTimeout, "the server did not answer in time", nil)
	}
	if text, is := tlsText(err); is {
		return newError(ReasonTLS, text, err)
	}
	if text, is := lostText(err); is {
		return newError(ReasonConnect, text, nil)
	}
	return protocolError(err)
}

// contextError describes a context that has ended; nil for one that has not. It
// leaves out the context's cause, whose text the caller chooses.
func contextError(ctx context.Context) *Error {
	switch ctx.Err() {
	case nil:
		return nil
	case context.DeadlineExceeded:
		return newError(ReasonTimeout, "no complete answer within the time limit", context.DeadlineExceeded)
	default:
		return newError(ReasonCanceled, "the request was canceled", context.Canceled)
	}
}

func tlsText(err error) (string, bool) {
	var (
		certificate *tls.CertificateVerificationError
		record      tls.RecordHeaderError
		alert       *net.OpError
		authority   x509.UnknownAuthorityError
	)
	switch {
	case errors.Is(err, http.ErrSchemeMismatch), errors.As(err, &record):
		return "the server does not speak TLS on this port; check the port, or write http:// if it is meant to be open", true
	case errors.As(err, &certificate) && errors.As(err, &authority):
		return termtext.Line(certificate.Error(), maxShown) + "; name its authority as the connection's CA", true
	case errors.As(err, &certificate):
		return termtext.Line(certificate.Error(), maxShown), true
	case errors.As(err, &alert) && alert.Op == "remote error":
		// The alert's own type is not exported; its words are a fixed list.
		return "the server ended the TLS handshake: " + termtext.Line(alert.Err.Error(), maxShown), true
	case strings.HasPrefix(err.Error(), "tls: "):
		return termtext.Line(err.Error(), maxShown), true
	}
	return "", false
}

// lostConnection is the message of a request that was written, at least in part,
// and has no complete answer.
const lostConnection = "the server closed the connection before its answer was complete; the request may have arrived"

// lostText recognises a connection that broke. Errors that net/http keeps to
// itself are told by their words.
func lostText(err error) (string, bool) {
	var errno syscall.Errno
	if errors.As(err, &errno) {
		return "the connection was lost: " + errno.Error() + "; the request may have arrived", true
	}
	for _, end := range []error{io.EOF, io.ErrUnexpectedEOF, io.ErrClosedPipe, net.ErrClosed} {
		if errors.Is(err, end) {
			return lostConnection, true
		}
	}
	for _, words := range []string{
		"server closed idle connection", "client connection lost", "client conn not usable",
		"client conn is closed", "client connection force closed", "GOAWAY",
		// An HTTP/2 server ends one stream so where it would close an HTTP/1.1 connection.
		"NO_ERROR; received from peer", "INTERNAL_ERROR; received from peer", "CANCEL; received from peer",
		"REFUSED_STREAM; received from peer", "ENHANCE_YOUR_CALM; received from peer",
	} {
		if strings.Contains(err.Error(), words) {
			return lostConnection, true
		}
	}
	return "", false
}

// protocolError says which of the known faults err is. Only the words of the
// list are repeated: the rest of err's text may be the server's.
func protocolError(err error) *Error {
	text := err.Error()
	if strings.Contains(text, "response headers exceeded") || strings.Contains(text, "response header list larger") {
		return newError(ReasonTooLarge, "the response header is larger than "+sizeText(maxHeaderBytes), nil)
	}
	for _, fault := range []string{
		"malformed HTTP response", "malformed HTTP status code", "malformed HTTP version",
		"malformed MIME header", "bad Content-Length", "unsupported transfer encoding",
		"malformed chunked encoding", "invalid byte in chunk length", "header line too long",
		"too many 1xx informational responses", "PROTOCOL_ERROR", "FLOW_CONTROL_ERROR",
		"COMPRESSION_ERROR", "FRAME_SIZE_ERROR", "HTTP_1_1_REQUIRED",
	} {
		if strings.Contains(text, fault) {
			return newError(ReasonProtocol, "the server's answer is not valid HTTP: "+fault, nil)
		}
	}
	return newError(ReasonProtocol, "the server's answer is not valid HTTP", nil)
}

// maxShown bounds the bytes of a server's text in a message.
const maxShown = 400
