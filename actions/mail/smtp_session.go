package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/wneessen/go-mail/smtp"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/netname"
	"github.com/webhook-gateway/gateway/internal/termtext"
	"github.com/webhook-gateway/gateway/outbound"
)

// session is one connection to a mail server, ready to take messages.
type session struct {
	conn   net.Conn // below TLS; deadlines are set here
	client *smtp.Client
	clock  clock.Clock
	sent   int
	broken bool // it can't be used again
}

// openSession connects to the server, encrypts and logs in.
func (n *Connection) openSession(ctx context.Context, out *outbound.Client, clk clock.Clock) (*session, error) {
	limited, cancel := clock.WithTimeout(ctx, clk, n.timeout)
	defer cancel()
	conn, err := out.DialContext(limited, "tcp", n.serverAddress())
	if err != nil {
		return nil, n.timeoutError(ctx, limited, err)
	}
	s := &session{conn: conn, clock: clk}
	if err := s.runWithContext(limited, func() error { return n.prepareSession(limited, s) }); err != nil {
		_ = conn.Close()
		return nil, n.timeoutError(ctx, limited, err)
	}
	return s, nil
}

// timeoutError replaces err if the connection's own timeout caused it.
func (n *Connection) timeoutError(ctx, limited context.Context, err error) error {
	if ctx.Err() == nil && limited.Err() != nil {
		return &smtpError{class: flow.Transient, reason: flow.ReasonConnect, text: fmt.Sprintf("the connection was not ready within %s", n.timeout)}
	}
	return err
}

// prepareSession greets the server, encrypts and logs in.
func (n *Connection) prepareSession(ctx context.Context, s *session) error {
	conn := s.conn
	if n.tls == tlsFull {
		secure := tls.Client(conn, n.tlsConfig())
		if err := secure.HandshakeContext(ctx); err != nil {
			return tlsFailure(err)
		}
		conn = secure
	}
	var err error
	if s.client, err = smtp.NewClient(conn, n.host); err != nil {
		e := replyError("the server takes no connections", err)
		e.busy = e.class == flow.Transient && !errors.Is(err, io.EOF)
		return e
	}
	if err := s.client.Hello(n.heloName()); err != nil {
		return replyError("the server refused the greeting", err)
	}
	if n.tls == tlsStart {
		if offered, _ := s.client.Extension("STARTTLS"); !offered {
			return &smtpError{class: flow.Permanent, text: `the server does not offer STARTTLS, and nothing is sent without encryption; use tls = "tls" with port 465, or "none" for a server in a network of your own`}
		}
		if err := s.client.StartTLS(n.tlsConfig()); err != nil {
			return tlsFailure(err)
		}
	}
	return n.logIn(s.client)
}

// tlsFailure makes the error of a TLS handshake.
func tlsFailure(err error) error {
	if known := connectionError(err); known != nil {
		return known
	}
	return replyError("the server refused to encrypt", err)
}

// heloName returns the name in the gateway's greeting.
func (n *Connection) heloName() string {
	if n.helo != "" {
		return n.helo
	}
	if host, err := os.Hostname(); err == nil && netname.IsHostname(host) {
		return host
	}
	return "localhost"
}

// runWithContext runs do and interrupts the connection when the context ends.
// It sets no deadline on the connection, so that only the context decides when
// time is over.
func (s *session) runWithContext(ctx context.Context, do func() error) error {
	if err := s.conn.SetDeadline(time.Time{}); err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { _ = s.conn.SetDeadline(time.Unix(1, 0)) })
	err := do()
	if !stop() {
		s.broken = true
	}
	return err
}

// isAlive reports whether an idle session still answers. It also resets a
// message that was begun.
func (s *session) isAlive(ctx context.Context) bool {
	limited, cancel := clock.WithTimeout(ctx, s.clock, 5*time.Second)
	defer cancel()
	return s.runWithContext(limited, s.client.Reset) == nil && !s.broken
}

// sendMessage sends a message to all recipients or to none.
func (s *session) sendMessage(ctx context.Context, m *message) error {
	err := s.runWithContext(ctx, func() error { return s.transferMessage(m) })
	var known *smtpError
	if err != nil && (!errors.As(err, &known) || known.lost) {
		s.broken = true
	}
	s.sent++
	return err
}

func (s *session) transferMessage(m *message) error {
	if err := s.checkExtensions(m); err != nil {
		return err
	}
	s.client.SkipSMTPUTF8(!m.needsUTF8)
	if err := s.client.Mail(m.from); err != nil {
		e := replyError("the server refused the sender", err)
		e.beforeMessage = true
		return s.resetAfter(e)
	}
	if err := s.addRecipients(m); err != nil {
		return s.resetAfter(err)
	}
	w, err := s.client.Data()
	if err != nil {
		return s.resetAfter(replyError("the server refused the message", err))
	}
	if _, err := w.Write(m.data); err != nil {
		return replyError("the message was not taken", err)
	}
	if err := w.Close(); err != nil {
		return replyError("the server refused the message", err)
	}
	return nil
}

// checkExtensions compares the message with the extensions that the server
// offers.
func (s *session) checkExtensions(m *message) error {
	if known, _ := s.client.Extension("SMTPUTF8"); m.needsUTF8 && !known {
		return &smtpError{class: flow.Permanent, text: "an address has letters before the @ that are not ASCII, and the server does not take these: it does not offer SMTPUTF8 (RFC 6531)"}
	}
	if known, _ := s.client.Extension("8BITMIME"); m.needs8Bit && !known {
		return &smtpError{class: flow.Permanent, text: "the server takes only ASCII (it lacks 8BITMIME, RFC 6152), and an attached message is not ASCII"}
	}
	_, text := s.client.Extension("SIZE")
	if most, err := strconv.ParseUint(text, 10, 63); err == nil && most > 0 && uint64(len(m.data)) > most {
		return &smtpError{class: flow.Permanent, text: fmt.Sprintf("the message has %d bytes, and the server takes %d", len(m.data), most)}
	}
	return nil
}

// addRecipients sends the recipients. A final refusal outweighs temporary
// ones: trying again would not help.
func (s *session) addRecipients(m *message) error {
	var refused []string
	var worst *smtpError
	for _, to := range m.to {
		err := s.client.Rcpt(to)
		if err == nil {
			continue
		}
		e := replyError("", err)
		if e.lost {
			return replyError("the server ended the connection", err)
		}
		refused = append(refused, strings.Trim(to, "<>")+strings.TrimSuffix(e.text+" "+e.reply, " "))
		if worst == nil || e.class == flow.Permanent {
			worst = e
		}
	}
	if worst == nil {
		return nil
	}
	worst.text = fmt.Sprintf("the server refused %d of %d recipients, so the message was not sent", len(refused), len(m.to))
	worst.reply = termtext.Line(strings.Join(refused, ", "), maxReplyText)
	return worst
}

// resetAfter resets the message that was begun and returns err.
func (s *session) resetAfter(err error) error {
	if e := connectionError(err); e != nil && !e.lost && s.client.Reset() != nil {
		s.broken = true
	}
	return err
}

// close says goodbye and does not wait for the reply.
func (s *session) close() {
	_ = s.conn.SetDeadline(s.clock.Now().Add(time.Second))
	if !s.broken {
		_, _ = s.client.Text.Cmd("QUIT")
	}
	_ = s.client.Close()
}
