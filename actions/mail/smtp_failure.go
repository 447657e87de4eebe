package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"strings"
	"syscall"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/termtext"
	"github.com/webhook-gateway/gateway/outbound"
)

// smtpError explains why a message was not sent. text holds nothing of the
// message and no password; reply may.
type smtpError struct {
	class         flow.Class
	reason        string
	text          string
	reply         string // the server's words or the refused recipients; may repeat parts of the message
	lost          bool   // the connection is unusable
	beforeMessage bool   // and the message had not begun
	busy          bool   // the server asks to come back later, most often because it has too many connections
}

func (e *smtpError) Error() string {
	if e.reply == "" {
		return e.text
	}
	return e.text + ": " + e.reply
}

// replyError makes the error of a server's refusal. Codes 4xx are temporary,
// codes 5xx are final (RFC 5321, section 4.2.1), and 421 ends the connection.
func replyError(what string, err error) *smtpError {
	var reply *textproto.Error
	if !errors.As(err, &reply) {
		if lost := connectionError(err); lost != nil {
			return lost
		}
		return &smtpError{class: flow.Permanent, text: "the server's answer is not SMTP", lost: true}
	}
	e := &smtpError{class: flow.Permanent, text: fmt.Sprintf("%s (%d)", what, reply.Code), reply: termtext.Line(reply.Msg, maxReplyText), lost: reply.Code == 421}
	switch {
	case reply.Code == 421:
		e.class, e.reason, e.busy = flow.Transient, flow.ReasonConnect, true
	case reply.Code/100 == 4:
		e.class, e.reason = flow.Transient, flow.Reason5xx
	}
	return e
}

// connectionError classifies errors of a connection. It returns nil for an
// error that has another cause.
func connectionError(err error) *smtpError {
	var (
		own         *smtpError
		dial        *outbound.Error
		certificate *tls.CertificateVerificationError
		authority   x509.UnknownAuthorityError
		record      tls.RecordHeaderError
		alert       *net.OpError
		timeout     net.Error
		errno       syscall.Errno
	)
	lost := &smtpError{class: flow.Transient, reason: flow.ReasonConnect, lost: true}
	broken := &smtpError{class: flow.Permanent, lost: true}
	switch {
	case errors.As(err, &own):
		return own
	case errors.As(err, &dial):
		return dialError(dial)
	case errors.As(err, &record):
		broken.text = `the server does not speak TLS on this port; "tls" is for port 465, "starttls" for 587`
		return broken
	case errors.As(err, &certificate):
		broken.text = termtext.Line(certificate.Error(), maxReplyText)
		if errors.As(err, &authority) {
			broken.text += "; name its authority as ca of the connection's certificates"
		}
		return broken
	case errors.As(err, &alert) && alert.Op == "remote error":
		broken.text = "the server ended the TLS handshake: " + termtext.Line(alert.Err.Error(), maxReplyText)
		return broken
	case strings.HasPrefix(err.Error(), "tls: "):
		broken.text = termtext.Line(err.Error(), maxReplyText)
		return broken
	case errors.As(err, &timeout) && timeout.Timeout():
		lost.text = "the server did not answer in time"
		return lost
	case errors.As(err, &errno):
		lost.text = "the connection was lost: " + errno.Error()
		return lost
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed):
		lost.text = "the server closed the connection"
		return lost
	}
	return nil
}

func dialError(err *outbound.Error) *smtpError {
	e := &smtpError{class: flow.Permanent, text: err.Err.Error(), lost: true}
	switch err.Reason {
	case outbound.ReasonTimeout:
		e.class, e.reason = flow.Transient, flow.ReasonTimeout
	case outbound.ReasonConnect:
		e.class, e.reason = flow.Transient, flow.ReasonConnect
	case outbound.ReasonRefused:
		e.class = flow.Denied
	case outbound.ReasonInvalid:
		e.class = flow.Invalid
	}
	return e
}

// sendError makes the error of the action.
func (m *Email) sendError(ctx context.Context, c *flow.Call, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	e := connectionError(err)
	if e == nil {
		return err
	}
	out := &flow.Error{Class: e.class, Reason: e.reason, Remote: e.class != flow.Denied && e.class != flow.Invalid, Message: m.connection.serverAddress() + ": " + e.Error()}
	if m.mayRevealSecret(c) {
		out.Message = m.connection.serverAddress() + ": " + e.text
	}
	return out
}

// maxReplyText bounds the bytes of a server's text in a message.
const maxReplyText = 300
