package mail_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"

	"github.com/emersion/go-smtp"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/testutil/actiontest"
	"github.com/webhook-gateway/gateway/internal/testutil/certtest"
	"github.com/webhook-gateway/gateway/internal/testutil/smtpd"
)

// again lets an action try five times without a wait.
const again = "retry {\n  attempts = 5\n  initial  = \"0s\"\n}\n"

func smtpError(code int, text string) error {
	return &smtp.SMTPError{Code: code, EnhancedCode: smtp.EnhancedCode{code / 100, 1, 1}, Message: text}
}

func TestEmailEncryption(t *testing.T) {
	t.Parallel()
	other := certtest.New(t, "other.example.com").Cert
	cases := []struct {
		name  string
		set   func(*smtpd.Server)
		more  []string
		class flow.Class // "": the message arrives
		says  string
	}{
		{"starttls", nil, nil, "", ""},
		{"tls", func(s *smtpd.Server) { s.FullTLS = true }, []string{`tls = "tls"`}, "", ""},
		{"none", func(s *smtpd.Server) { s.TLSConfig = nil }, []string{`tls = "none"`}, "", ""},
		{"starttls that is not offered", func(s *smtpd.Server) { s.TLSConfig = nil }, nil, flow.Permanent, "does not offer STARTTLS"},
		{"tls where it is starttls", nil, []string{`tls = "tls"`}, flow.Permanent, "does not speak TLS on this port"},
		{"starttls with an unknown authority", nil, []string{`certificates { server_name = "localhost" }`}, flow.Permanent, "name its authority as ca"},
		{"tls with an unknown authority", func(s *smtpd.Server) { s.FullTLS = true }, []string{`tls = "tls"`, `certificates { server_name = "localhost" }`}, flow.Permanent, "name its authority as ca"},
		{"wrong authority", nil, []string{`certificates { ca = file("other.pem") }`}, flow.Permanent, "name its authority as ca"},
		{"certificate for another name", nil, []string{"certificates {\n  ca = file(\"mail-ca.pem\")\n  server_name = \"mail.example.com\"\n}"}, flow.Permanent, "not mail.example.com"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := smtpd.Start(t, c.set)
			b := mailBench(t, s, c.more...)
			b.Files["other.pem"] = other
			if c.class == "" {
				b.MustSucceed("email", toJane, `{}`)
				s.OnlyMessage(t)
				return
			}
			err := b.MustFail("email", toJane, `{}`)
			if err.Class != c.class || !strings.Contains(err.Message, c.says) || !strings.HasPrefix(err.Message, fmt.Sprintf("localhost:%d: ", s.Port)) {
				t.Errorf("class %s, message %q; want %s and %q", err.Class, err.Message, c.class, c.says)
			}
			if connections, _ := s.Counts(); connections != 0 {
				t.Error("the message was begun")
			}
		})
	}
}

func TestEmailLogin(t *testing.T) {
	t.Parallel()
	login := []string{`username = "shop"`, `password = secret.shop_password`}
	cases := []struct {
		name       string
		mechanisms []string
		more       []string
		used       string
		class      flow.Class
		says       string
	}{
		{"plain", []string{"PLAIN", "LOGIN"}, login, "PLAIN", "", ""},
		{"login", []string{"LOGIN"}, login, "LOGIN", "", ""},
		{"login by name", []string{"PLAIN", "LOGIN"}, append(login, `auth = "login"`), "LOGIN", "", ""},
		{"scram", []string{"PLAIN", "SCRAM-SHA-256"}, login, "SCRAM-SHA-256", "", ""},
		{"cram", []string{"CRAM-MD5", "NTLM"}, login, "CRAM-MD5", "", ""},
		{"token", []string{"PLAIN", "XOAUTH2"}, append(login, `auth = "xoauth2"`), "XOAUTH2", "", ""},
		{"token that is not asked for", []string{"XOAUTH2"}, login, "", flow.Permanent, "no way to log in that is known here"},
		{"wrong password by scram", []string{"SCRAM-SHA-256"}, []string{`username = "shop"`, `password = secret.shop_token`}, "", flow.Permanent, "refused the user name or the password (535, by scram-sha-256)"},
		{"wrong password by cram", []string{"CRAM-MD5"}, []string{`username = "shop"`, `password = secret.shop_token`}, "", flow.Permanent, "refused the user name or the password (535, by cram-md5)"},
		{"wrong password", []string{"PLAIN"}, []string{`username = "shop"`, `password = secret.shop_token`}, "", flow.Permanent, "refused the user name or the password (535, by plain)"},
		{"wrong password by login", []string{"LOGIN"}, []string{`username = "shop"`, `password = secret.shop_token`}, "", flow.Permanent, "refused the user name or the password (535, by login)"},
		{"not now", []string{"PLAIN"}, []string{`username = "busy"`, `password = secret.shop_token`}, "", flow.Transient, "can't check the login now (454)"},
		{"not offered", []string{"PLAIN"}, append(login, `auth = "cram-md5"`), "", flow.Permanent, "does not offer to log in by cram-md5"},
		{"nothing offered", nil, login, "", flow.Permanent, "offers no login"},
		{"nothing known", []string{"NTLM"}, login, "", flow.Permanent, "no way to log in that is known here"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := smtpd.Start(t, func(s *smtpd.Server) { s.Mechanisms = c.mechanisms })
			b := mailBench(t, s, c.more...)
			if c.class == "" {
				b.MustSucceed("email", toJane, `{}`)
				if !slices.Equal(s.Logins, []string{c.used}) {
					t.Errorf("logins %q, want %s", s.Logins, c.used)
				}
				return
			}
			err := b.MustFail("email", toJane, `{}`)
			if err.Class != c.class || !strings.Contains(err.Message, c.says) {
				t.Errorf("class %s, message %q; want %s and %q", err.Class, err.Message, c.class, c.says)
			}
			for e := error(err); e != nil; e = errors.Unwrap(e) {
				if text := fmt.Sprintf("%v %+v", e, e); strings.Contains(text, actiontest.Secrets()["shop_token"]) || strings.Contains(text, "dDBrZW4") {
					t.Errorf("the error tells the password: %s", text)
				}
			}
		})
	}
}

func TestEmailRefusals(t *testing.T) {
	t.Parallel()
	rcpt := func(errs map[string]error) func(*smtpd.Server) {
		return func(s *smtpd.Server) { s.OnRecipient = func(to string) error { return errs[to] } }
	}
	data := func(err error) func(*smtpd.Server) {
		return func(s *smtpd.Server) { s.OnMessage = func(*smtp.Conn, int) error { return err } }
	}
	cases := []struct {
		name, to      string
		set           func(*smtpd.Server)
		class         flow.Class
		reason        string
		says, hidesIn string
	}{
		{"sender", `"a@example.com"`, func(s *smtpd.Server) {
			s.OnSender = func(*smtp.Conn, string) error { return smtpError(553, "not yours") }
		}, flow.Permanent, "", "the server refused the sender (553): 5.1.1 not yours", "not yours"},
		{"only recipient", `"a@example.com"`, rcpt(map[string]error{"a@example.com": smtpError(550, "no\u0007 such user")}), flow.Permanent, "", "refused 1 of 1 recipients, so the message was not sent: a@example.com (550) 5.1.1 no such user", "such"},
		{"one of two", `["a@example.com", "b@example.com"]`, rcpt(map[string]error{"b@example.com": smtpError(550, "no such user")}), flow.Permanent, "", "refused 1 of 2 recipients, so the message was not sent: b@example.com (550)", "b@example.com"},
		{"one later", `["a@example.com", "b@example.com"]`, rcpt(map[string]error{"a@example.com": smtpError(451, "greylisted")}), flow.Transient, flow.Reason5xx, "refused 1 of 2 recipients", "greylisted"},
		{"one later and one never", `["a@example.com", "b@example.com"]`, rcpt(map[string]error{"a@example.com": smtpError(451, "greylisted"), "b@example.com": smtpError(550, "no such user")}), flow.Permanent, "", "refused 2 of 2 recipients", "greylisted"},
		{"message for good", `"a@example.com"`, data(smtpError(554, "spam")), flow.Permanent, "", "the server refused the message (554): 5.1.1 spam", "spam"},
		{"message for now", `"a@example.com"`, data(smtpError(452, "disk full")), flow.Transient, flow.Reason5xx, "the server refused the message (452)", "disk full"},
		{"closing", `"a@example.com"`, data(smtpError(421, "bye")), flow.Transient, flow.ReasonConnect, "(421)", "bye"},
		{"dropped", `"a@example.com"`, func(s *smtpd.Server) {
			s.OnMessage = func(c *smtp.Conn, _ int) error { _ = c.Conn().Close(); return smtpError(451, "nobody hears it") }
		}, flow.Transient, flow.ReasonConnect, "", ""},
		{"dropped at the greeting", `"a@example.com"`, func(s *smtpd.Server) {
			s.OnSession = func(c *smtp.Conn) error { return c.Conn().Close() }
		}, flow.Transient, flow.ReasonConnect, "", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := smtpd.Start(t, c.set)
			body := "to = " + c.to + "\nsubject = \"s\"\ntext = \"t\"\n"
			err := mailBench(t, s).MustFail("email", body, `{}`)
			if err.Class != c.class || err.Reason != c.reason || !err.Remote || !strings.Contains(err.Message, c.says) || strings.ContainsRune(err.Message, 7) {
				t.Errorf("class %s, reason %q, message %q; want %s, %q and %q", err.Class, err.Reason, err.Message, c.class, c.reason, c.says)
			}
			hidden := mailBench(t, s).MustFail("email", body+"sensitive = true", `{}`)
			if c.hidesIn != "" && strings.Contains(fmt.Sprint(hidden, hidden.Err), c.hidesIn) {
				t.Errorf("a sensitive action says %q", hidden.Message)
			}
			if len(s.Messages()) != 0 {
				t.Error("a message was taken")
			}
		})
	}
}

// TestEmailIsTriedAgain: a temporary refusal is tried again with the same id,
// a final one is not.
func TestEmailIsTriedAgain(t *testing.T) {
	t.Parallel()
	var ids []string
	s := smtpd.Start(t, func(s *smtpd.Server) {
		s.OnMessage = func(_ *smtp.Conn, nth int) error {
			if nth < 3 {
				return smtpError(451, "later")
			}
			return nil
		}
	})
	b := mailBench(t, s)
	res := b.Run(t.Context(), b.MustCompile(actiontest.Action("email", toJane+again)), `{}`)
	if res.Err != nil || res.Attempts("example") != 3 {
		t.Fatalf("%d attempts, error %v", res.Attempts("example"), res.Err)
	}
	header, _ := s.OnlyMessage(t).Parse(t)
	ids = append(ids, header.Get("Message-Id"))
	b.MustSucceed("email", toJane, `{}`) // the same run and action, as after a crash
	header, _ = s.Messages()[1].Parse(t)
	if ids = append(ids, header.Get("Message-Id")); ids[0] != ids[1] || !strings.HasSuffix(ids[0], "@example.com>") {
		t.Errorf("ids %q", ids)
	}
	for name, on := range map[string]string{"for good": "", "not on this": `on = ["timeout"]`} {
		code := 550
		if on != "" {
			code = 451
		}
		s := smtpd.Start(t, func(s *smtpd.Server) { s.OnMessage = func(*smtp.Conn, int) error { return smtpError(code, "no") } })
		b := mailBench(t, s)
		res := b.Run(t.Context(), b.MustCompile(actiontest.Action("email", toJane+"retry {\n  attempts = 5\n  initial  = \"0s\"\n"+on+"\n}")), `{}`)
		if res.Err == nil || res.Attempts("example") != 1 {
			t.Errorf("%s: %d attempts, error %v", name, res.Attempts("example"), res.Err)
		}
	}
}

func TestEmailKeepsConnections(t *testing.T) {
	t.Parallel()
	three := func(more string) string {
		var out string
		for _, name := range []string{"a", "b", "c"} {
			out += fmt.Sprintf("action \"email\" %q {\n%s%s\n}\n", name, toJane, more)
		}
		return out
	}
	cases := []struct {
		name        string
		set         func(*smtpd.Server)
		more        []string
		connections int
	}{
		{"one for all", nil, nil, 1},
		{"none kept", nil, []string{`idle = "0s"`}, 3},
		{"ended before the second message", func(s *smtpd.Server) {
			seen := map[*smtp.Conn]bool{}
			s.OnSender = func(c *smtp.Conn, _ string) error {
				if seen[c] {
					return smtpError(421, "enough of you")
				}
				seen[c] = true
				return nil
			}
		}, nil, 3},
		{"refused in between", func(s *smtpd.Server) {
			first := true
			s.OnRecipient = func(string) error {
				if first {
					first = false
					return smtpError(451, "greylisted")
				}
				return nil
			}
		}, nil, 1},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := smtpd.Start(t, c.set)
			b := mailBench(t, s, c.more...)
			res := b.Run(t.Context(), b.MustCompile(three(again)), `{}`)
			if res.Err != nil {
				t.Fatal(res.Err)
			}
			if connections, _ := s.Counts(); connections != c.connections || len(s.Messages()) != 3 {
				t.Errorf("%d messages over %d connections, want 3 over %d", len(s.Messages()), connections, c.connections)
			}
		})
	}
}

// TestEmailEndsWithItsContext: a silent server does not block a run.
func TestEmailEndsWithItsContext(t *testing.T) {
	t.Parallel()
	for _, at := range []string{"greeting", "message"} {
		t.Run(at, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancel(t.Context())
			hold := func(*smtp.Conn) error { cancel(); <-t.Context().Done(); return nil }
			s := smtpd.Start(t, func(s *smtpd.Server) {
				if at == "greeting" {
					s.OnSession = hold
				} else {
					s.OnMessage = func(c *smtp.Conn, _ int) error { return hold(c) }
				}
			})
			b := mailBench(t, s)
			if res := b.Run(ctx, b.MustCompile(actiontest.Action("email", toJane)), `{}`); res.Err == nil || res.Err.Class != flow.Transient {
				t.Errorf("error %v", res.Err)
			}
		})
	}
	silent, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = silent.Close() })
	port := silent.Addr().(*net.TCPAddr).Port
	for body, want := range map[string]struct{ more, reason, says string }{
		"the action's time":     {"", flow.ReasonTimeout, "too long"},
		"the connection's time": {`timeout = "50ms"`, flow.ReasonConnect, "not ready within 50ms"},
	} {
		b := actiontest.New(t)
		b.Connections["smtp.mail"] = fmt.Sprintf("host = \"127.0.0.1\"\nport = %d\nfrom = \"a@example.com\"\n%s", port, want.more)
		limit := ""
		if want.more == "" {
			limit = `timeout = "50ms"`
		}
		if err := b.MustFail("email", toJane+limit, `{}`); err.Reason != want.reason || err.Class != flow.Transient || !strings.Contains(err.Message, want.says) {
			t.Errorf("%s: reason %q, message %q", body, err.Reason, err.Message)
		}
	}
}

// TestEmailReachesOnlyWhatItMay: the guard of outgoing connections covers
// mail.
func TestEmailReachesOnlyWhatItMay(t *testing.T) {
	t.Parallel()
	s := smtpd.Start(t, nil)
	for host, egress := range map[string][]string{"localhost": nil, "127.0.0.1": {"10.0.0.0/8"}} {
		b := mailBench(t, s)
		b.Egress = egress
		b.Connections["smtp.mail"] = strings.Replace(b.Connections["smtp.mail"], `"localhost"`, fmt.Sprintf("%q", host), 1)
		if err := b.MustFail("email", toJane+again, `{}`); err.Class != flow.Denied || err.Remote || !strings.Contains(err.Message, "egress") {
			t.Errorf("%s: class %s, message %q", host, err.Class, err.Message)
		}
	}
	if connections, _ := s.Counts(); connections != 0 {
		t.Errorf("%d connections", connections)
	}
	b := actiontest.New(t)
	b.Connections["smtp.mail"] = "host = \"127.0.0.1\"\nport = 1\nfrom = \"a@example.com\""
	if err := b.MustFail("email", toJane, `{}`); err.Reason != flow.ReasonConnect || !strings.Contains(err.Message, "refused") {
		t.Errorf("reason %q, message %q", err.Reason, err.Message)
	}
}

// TestEmailKeepsSecretsOutOfErrors: neither the gateway nor a quoted reply of
// the server repeats a secret.
func TestEmailKeepsSecretsOutOfErrors(t *testing.T) {
	t.Parallel()
	s := smtpd.Start(t, func(s *smtpd.Server) {
		s.OnRecipient = func(to string) error { return smtpError(550, "no such user: "+to) }
	})
	for _, body := range []string{
		"to = \"${secret.shop_token}@example.com\"\nsubject = \"s\"\ntext = \"t\"",
		"to = \"${secret.shop_token}${webhook.body.x}\"\nsubject = \"s\"\ntext = \"t\"",
		toJane + "headers = { (webhook.body.x) = secret.shop_token }",
		"to = \"jane@example.com\"\nsubject = \"${secret.shop_token}${webhook.body.x}\"\ntext = \"t\"",
	} {
		err := mailBench(t, s).MustFail("email", body, `{"x": "\n"}`)
		if text := fmt.Sprint(err, err.Err); strings.Contains(text, actiontest.Secrets()["shop_token"]) {
			t.Errorf("%s: %s", body, text)
		}
	}
}
