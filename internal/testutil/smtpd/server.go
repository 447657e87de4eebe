// Package smtpd is a mail server on loopback for tests. It keeps the messages
// that it accepts, and can refuse them at each step of a session.
package smtpd

import (
	"crypto/tls"
	"encoding/base64"
	"io"
	"net"
	"sync"
	"testing"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"github.com/webhook-gateway/gateway/internal/testutil/certtest"
)

// Password is the password of each user.
const Password = "pa55word"

// Server is a mail server on loopback that keeps the messages it accepts.
type Server struct {
	*smtp.Server
	Port        int
	Certificate certtest.Pair

	FullTLS     bool     // TLS from the first byte
	Mechanisms  []string // of login
	OnSession   func(c *smtp.Conn) error
	OnSender    func(c *smtp.Conn, from string) error
	OnRecipient func(to string) error
	OnMessage   func(c *smtp.Conn, nth int) error // after the message came

	mu          sync.Mutex
	connections int
	tried       int // messages that came, taken or not
	Logins      []string
	taken       []Message
}

// noLog drops the server's lines about lost connections.
type noLog struct{}

// Printf drops a line.
func (noLog) Printf(string, ...any) {}

// Println drops a line.
func (noLog) Println(...any) {}

// Start starts a server that set has changed. Without anything it offers
// STARTTLS and no login.
func Start(t *testing.T, set func(*Server)) *Server {
	t.Helper()
	s := &Server{Certificate: certtest.New(t, "localhost")}
	s.Server = smtp.NewServer(s)
	s.Domain, s.EnableSMTPUTF8, s.ErrorLog = "mail.example.com", true, noLog{}
	pair, err := tls.X509KeyPair([]byte(s.Certificate.Cert), []byte(s.Certificate.Key))
	if err != nil {
		t.Fatal(err)
	}
	s.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{pair}}
	if set != nil {
		set(s)
	}
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.Port = l.Addr().(*net.TCPAddr).Port
	if s.FullTLS {
		l = tls.NewListener(l, s.TLSConfig)
		s.TLSConfig = nil
	}
	go func() { _ = s.Serve(l) }()
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// NewSession begins a connection.
func (s *Server) NewSession(c *smtp.Conn) (smtp.Session, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.OnSession != nil {
		if err := s.OnSession(c); err != nil {
			return nil, err
		}
	}
	return &session{server: s, conn: c}, nil
}

// Messages returns the messages that the server took.
func (s *Server) Messages() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Message(nil), s.taken...)
}

// OnlyMessage returns the only message that was taken.
func (s *Server) OnlyMessage(t *testing.T) Message {
	t.Helper()
	all := s.Messages()
	if len(all) != 1 {
		t.Fatalf("%d messages were taken, want 1", len(all))
	}
	return all[0]
}

// Counts returns how many connections sent something, and how many messages
// came.
func (s *Server) Counts() (connections, tried int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.connections, s.tried
}

type session struct {
	server *Server
	conn   *smtp.Conn
	known  bool // it was counted
	now    Message
}

// Reset forgets a message that was begun.
func (s *session) Reset() { s.now = Message{} }

// Logout ends the session.
func (s *session) Logout() error { return nil }

// Mail begins a message.
func (s *session) Mail(from string, o *smtp.MailOptions) error {
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	if !s.known {
		s.server.connections++
		s.known = true
	}
	s.now = Message{From: from, UTF8: o.UTF8}
	if s.server.OnSender != nil {
		return s.server.OnSender(s.conn, from)
	}
	return nil
}

// Rcpt adds a recipient.
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	if s.server.OnRecipient != nil {
		if err := s.server.OnRecipient(to); err != nil {
			return err
		}
	}
	s.now.To = append(s.now.To, to)
	return nil
}

// Data takes the message.
func (s *session) Data(r io.Reader) error {
	data, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	s.server.tried++
	s.now.Data = string(data)
	if s.server.OnMessage != nil {
		if err := s.server.OnMessage(s.conn, s.server.tried); err != nil {
			return err
		}
	}
	s.server.taken = append(s.server.taken, s.now)
	return nil
}

// AuthMechanisms lists the ways to log in.
func (s *session) AuthMechanisms() []string { return s.server.Mechanisms }

// Auth begins a login.
func (s *session) Auth(mech string) (sasl.Server, error) {
	check := func(username, password string) error {
		s.server.mu.Lock()
		defer s.server.mu.Unlock()
		if username == "busy" {
			return &smtp.SMTPError{Code: 454, EnhancedCode: smtp.EnhancedCode{4, 7, 0}, Message: "try later"}
		}
		if username != "shop" || password != Password {
			// Some servers repeat the credentials.
			return &smtp.SMTPError{Code: 535, EnhancedCode: smtp.EnhancedCode{5, 7, 8}, Message: "no: " + password + " " + base64.StdEncoding.EncodeToString([]byte(password))}
		}
		s.server.Logins = append(s.server.Logins, mech)
		return nil
	}
	return newLogin(mech, check)
}
