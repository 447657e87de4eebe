package actions

import (
	"bytes"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// mailServer is a mail server on loopback that keeps what it takes.
type mailServer struct {
	*smtp.Server
	port int
	cert keyPair

	full       bool     // TLS from the first byte
	mechanisms []string // of login
	onSession  func(c *smtp.Conn) error
	onMail     func(c *smtp.Conn, from string) error
	onRcpt     func(to string) error
	onData     func(c *smtp.Conn, nth int) error // after the message came

	mu          sync.Mutex
	connections int
	tried       int // messages that came, taken or not
	logins      []string
	taken       []delivered
}

// noLog drops what the server says of connections that were dropped.
type noLog struct{}

// Printf drops a line.
func (noLog) Printf(string, ...any) {}

// Println drops a line.
func (noLog) Println(...any) {}

// delivered is a message as it came.
type delivered struct {
	from string
	to   []string
	utf8 bool
	data string
}

// serveMail starts a server that set has changed. Without anything it offers
// STARTTLS and no login.
func serveMail(t *testing.T, set func(*mailServer)) *mailServer {
	t.Helper()
	s := &mailServer{cert: certificate(t, "localhost")}
	s.Server = smtp.NewServer(s)
	s.Domain, s.EnableSMTPUTF8, s.ErrorLog = "mail.example.com", true, noLog{}
	pair, err := tls.X509KeyPair([]byte(s.cert.cert), []byte(s.cert.key))
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
	s.port = l.Addr().(*net.TCPAddr).Port
	if s.full {
		l = tls.NewListener(l, s.TLSConfig)
		s.TLSConfig = nil
	}
	go func() { _ = s.Serve(l) }()
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// bench has a connection to the server, with further attributes.
func (s *mailServer) bench(t *testing.T, more ...string) *bench {
	t.Helper()
	b := newBench(t)
	s.join(b, more...)
	return b
}

func (s *mailServer) join(b *bench, more ...string) {
	b.files["mail-ca.pem"] = s.cert.cert
	lines := append([]string{`host = "localhost"`, fmt.Sprintf("port = %d", s.port), `from = "Shop <shop@example.com>"`}, more...)
	if !strings.Contains(strings.Join(lines, "\n"), `"none"`) && !strings.Contains(strings.Join(lines, "\n"), "certificates") {
		lines = append(lines, `certificates { ca = file("mail-ca.pem") }`)
	}
	b.connections["smtp.mail"] = strings.Join(lines, "\n")
}

// NewSession begins a connection.
func (s *mailServer) NewSession(c *smtp.Conn) (smtp.Session, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.onSession != nil {
		if err := s.onSession(c); err != nil {
			return nil, err
		}
	}
	return &mailSession{server: s, conn: c}, nil
}

func (s *mailServer) all() []delivered {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]delivered(nil), s.taken...)
}

// one returns the only message that was taken.
func (s *mailServer) one(t *testing.T) delivered {
	t.Helper()
	all := s.all()
	if len(all) != 1 {
		t.Fatalf("%d messages were taken, want 1", len(all))
	}
	return all[0]
}

// counts returns how many connections sent something, and how many messages
// came.
func (s *mailServer) counts() (connections, tried int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.connections, s.tried
}

type mailSession struct {
	server *mailServer
	conn   *smtp.Conn
	known  bool // it was counted
	now    delivered
}

// Reset forgets a message that was begun.
func (s *mailSession) Reset() { s.now = delivered{} }

// Logout ends the session.
func (s *mailSession) Logout() error { return nil }

// Mail begins a message.
func (s *mailSession) Mail(from string, o *smtp.MailOptions) error {
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	if !s.known {
		s.server.connections++
		s.known = true
	}
	s.now = delivered{from: from, utf8: o.UTF8}
	if s.server.onMail != nil {
		return s.server.onMail(s.conn, from)
	}
	return nil
}

// Rcpt adds a recipient.
func (s *mailSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	if s.server.onRcpt != nil {
		if err := s.server.onRcpt(to); err != nil {
			return err
		}
	}
	s.now.to = append(s.now.to, to)
	return nil
}

// Data takes the message.
func (s *mailSession) Data(r io.Reader) error {
	data, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	s.server.tried++
	s.now.data = string(data)
	if s.server.onData != nil {
		if err := s.server.onData(s.conn, s.server.tried); err != nil {
			return err
		}
	}
	s.server.taken = append(s.server.taken, s.now)
	return nil
}

// AuthMechanisms lists the ways to log in.
func (s *mailSession) AuthMechanisms() []string { return s.server.mechanisms }

// Auth begins a login.
func (s *mailSession) Auth(mech string) (sasl.Server, error) {
	check := func(username, password string) error {
		s.server.mu.Lock()
		defer s.server.mu.Unlock()
		if username == "busy" {
			return &smtp.SMTPError{Code: 454, EnhancedCode: smtp.EnhancedCode{4, 7, 0}, Message: "try later"}
		}
		if username != "shop" || password != secrets()["shop_password"] {
			// Servers are known to repeat what they were sent.
			return &smtp.SMTPError{Code: 535, EnhancedCode: smtp.EnhancedCode{5, 7, 8}, Message: "no: " + password + " " + base64.StdEncoding.EncodeToString([]byte(password))}
		}
		s.server.logins = append(s.server.logins, mech)
		return nil
	}
	return newLoginServer(mech, check)
}

// mailPart is a part of a message without parts inside.
type mailPart struct {
	mediaType string
	params    map[string]string
	header    map[string][]string
	filename  string
	body      string
}

// parse reads a message as programs do that show it.
func (d delivered) parse(t *testing.T) (mail.Header, []mailPart) {
	t.Helper()
	m, err := mail.ReadMessage(strings.NewReader(d.data))
	if err != nil {
		t.Fatalf("%v in\n%s", err, d.data)
	}
	for _, line := range strings.Split(d.data, "\r\n") {
		if len(line) > 998 || strings.ContainsAny(line, "\r\n") {
			t.Errorf("a line of %d bytes: %q", len(line), line)
		}
	}
	body, err := io.ReadAll(m.Body)
	if err != nil {
		t.Fatal(err)
	}
	return m.Header, mailParts(t, m.Header, body)
}

func mailParts(t *testing.T, header map[string][]string, body []byte) []mailPart {
	t.Helper()
	get := mail.Header(header).Get
	media, params, err := mime.ParseMediaType(get("Content-Type"))
	if err != nil {
		t.Fatalf("%q: %v", get("Content-Type"), err)
	}
	if strings.HasPrefix(media, "multipart/") {
		return multiParts(t, params["boundary"], body)
	}
	var in io.Reader = bytes.NewReader(body)
	switch strings.ToLower(get("Content-Transfer-Encoding")) {
	case "quoted-printable":
		in = quotedprintable.NewReader(in)
	case "base64":
		in = base64.NewDecoder(base64.StdEncoding, in)
	}
	text, err := io.ReadAll(in)
	if err != nil {
		t.Fatal(err)
	}
	_, disposition, _ := mime.ParseMediaType(get("Content-Disposition"))
	return []mailPart{{mediaType: media, params: params, header: header, filename: disposition["filename"], body: string(text)}}
}

func multiParts(t *testing.T, boundary string, body []byte) []mailPart {
	t.Helper()
	var out []mailPart
	r := multipart.NewReader(bytes.NewReader(body), boundary)
	for {
		p, err := r.NextRawPart()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		inner, err := io.ReadAll(p)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, mailParts(t, p.Header, inner)...)
	}
}

// decoded reads encoded words.
func decoded(t *testing.T, text string) string {
	t.Helper()
	out, err := new(mime.WordDecoder).DecodeHeader(text)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// timeOfTests is when messages of tests are written.
func timeOfTests() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) }
