package command_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/http"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-smtp"

	"github.com/webhook-gateway/gateway/internal/testutil/jirad"
	"github.com/webhook-gateway/gateway/internal/testutil/signaltest"
	"github.com/webhook-gateway/gateway/internal/testutil/slackd"
)

// mailbox is a mail server that refuses some messages and keeps the others.
type mailbox struct {
	mu    sync.Mutex
	fails int
	mails []string
}

func newMailbox(t *testing.T) (*mailbox, int) {
	t.Helper()
	m := &mailbox{}
	s := smtp.NewServer(m)
	s.Domain, s.EnableSMTPUTF8 = "mail.example.com", true
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = s.Serve(l) }()
	t.Cleanup(func() { _ = s.Close() })
	return m, l.Addr().(*net.TCPAddr).Port
}

// NewSession begins a connection.
func (m *mailbox) NewSession(*smtp.Conn) (smtp.Session, error) { return &mailSession{m: m}, nil }

func (m *mailbox) all() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]string(nil), m.mails...)
}

type mailSession struct{ m *mailbox }

func (*mailSession) Mail(string, *smtp.MailOptions) error { return nil }
func (*mailSession) Rcpt(string, *smtp.RcptOptions) error { return nil }
func (*mailSession) Reset()                               {}
func (*mailSession) Logout() error                        { return nil }

func (s *mailSession) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.m.mu.Lock()
	defer s.m.mu.Unlock()
	if s.m.fails > 0 {
		s.m.fails--
		return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "try again later"}
	}
	s.m.mails = append(s.m.mails, string(text))
	return nil
}

// shop is the example of a shop's orders, with the services that it calls.
type shop struct {
	*process
	changed *signaltest.Signal // sent after each line of the log
	mail    *mailbox
	slack   *slackd.Server
	jira    *jirad.Server
}

func openShop(t *testing.T) *shop {
	t.Helper()
	s := &shop{slack: slackd.Start(t), jira: jirad.Start(t, jirad.Cloud)}
	var port int
	s.mail, port = newMailbox(t)
	at := newSite(t, "gateway {\n  egress { allow = [\"127.0.0.1\"] }\n}\n")
	example := "../../../examples/flows/shop-order"
	text, err := os.ReadFile(filepath.Join(example, "shop_order.hcl"))
	if err != nil {
		t.Fatal(err)
	}
	text = bytes.ReplaceAll(text, []byte(`"5s"`), []byte(`"20ms"`)) // the wait before a retry
	password, err := os.ReadFile(filepath.Join(example, "demo-password.txt"))
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{
		"shop_order.hcl": text, "demo-password.txt": password, "demo-jira-token.txt": []byte(jirad.Token),
	} {
		if err := os.WriteFile(filepath.Join(at.flows, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	at.env = []string{
		"SMTP_HOST=127.0.0.1", fmt.Sprintf("SMTP_PORT=%d", port), "SLACK_WEBHOOK_URL=" + s.slack.WebhookURL(),
		"JIRA_URL=" + s.jira.URL, "JIRA_EMAIL=" + jirad.Email,
	}
	s.process, s.changed = at.start(t), at.changed
	return s
}

// order sends the example's sample, which must be accepted.
func (s *shop) order() {
	s.t.Helper()
	sample, err := os.ReadFile("../../../examples/flows/shop-order/samples/order.json")
	if err != nil {
		s.t.Fatal(err)
	}
	req, err := http.NewRequest(http.MethodPost, s.base+"/shop/eu/orders", bytes.NewReader(sample))
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.SetBasicAuth("shop", "demo-shop-password")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	if body, _ := io.ReadAll(res.Body); res.StatusCode != http.StatusAccepted {
		s.t.Fatalf("%s: %s", res.Status, body)
	}
}

// await waits until the run has succeeded.
func (s *shop) await() {
	s.t.Helper()
	s.changed.Await(s.t, "the order came through", func() bool {
		res, err := http.Get("http://" + s.admin + "/api/v1/runs?flow=shop_order")
		if err != nil {
			s.t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		if err := errors.Join(err, res.Body.Close()); err != nil {
			s.t.Fatal(err)
		}
		return bytes.Contains(body, []byte(`"state": "succeeded"`))
	})
}

// check compares the messages that arrived with the order: one of each.
func (s *shop) check() {
	s.t.Helper()
	mails, messages, issues := s.mail.all(), s.slack.Messages(), s.jira.Issues()
	if len(mails) != 1 || len(messages) != 1 || len(issues) != 1 {
		s.t.Fatalf("%d mails, %d messages and %d issues", len(mails), len(messages), len(issues))
	}
	header, html := readMail(s.t, mails[0])
	if header.Get("To") != "<jane@example.com>" || header.Get("Subject") != "Your order A-1001 at Lampenladen" {
		s.t.Errorf("a mail to %s: %s", header.Get("To"), header.Get("Subject"))
	}
	for _, want := range []string{"Dear Jane Doe,", "2 × Desk lamp &#34;Lumi&#34;", "3 × Bulb, warm &amp; dim", "129.90 EUR"} {
		if !strings.Contains(html, want) {
			s.t.Errorf("the mail lacks %q:\n%s", want, html)
		}
	}
	if want := "Order *A-1001* from eu: 5 items, 129.90 EUR"; messages[0].Text != want {
		s.t.Errorf("Slack got %q", messages[0].Text)
	}
	fields := issues[0].Fields
	if fields["summary"] != "Fulfil A-1001" || !strings.Contains(fmt.Sprint(fields["description"]), `3 × Bulb, warm & dim`) {
		s.t.Errorf("Jira got %v", fields)
	}
	if description := fmt.Sprint(fields["description"]); !strings.Contains(description, "bulletList") || strings.Contains(description, "codeBlock") {
		s.t.Errorf("the description is not a list: %s", description)
	}
}

// readMail returns the header and the HTML of a message.
func readMail(t *testing.T, text string) (mail.Header, string) {
	t.Helper()
	msg, err := mail.ReadMessage(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	kind, params, err := mime.ParseMediaType(msg.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("a mail of type %q: %v", kind, err)
	}
	for parts := multipart.NewReader(msg.Body, params["boundary"]); ; {
		part, err := parts.NextRawPart()
		if err != nil {
			t.Fatalf("the mail has no HTML: %v", err)
		}
		if !strings.HasPrefix(part.Header.Get("Content-Type"), "text/html") {
			continue
		}
		var body io.Reader = part
		if part.Header.Get("Content-Transfer-Encoding") == "quoted-printable" {
			body = quotedprintable.NewReader(part)
		}
		html, err := io.ReadAll(body)
		if err != nil {
			t.Fatal(err)
		}
		return msg.Header, string(html)
	}
}

func TestShopOrder(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	s.order()
	s.await()
	s.order() // the shop did not hear the answer
	s.check()
}

// TestShopOrderOneIsDown: the order waits for a service that is down, and each
// of the other services is called once.
func TestShopOrderOneIsDown(t *testing.T) {
	t.Parallel()
	for name, down := range map[string]func(*shop){
		"mail":  func(s *shop) { s.mail.fails = 3 },
		"slack": func(s *shop) { s.slack.Fail(slackd.Failure{Status: 503}, slackd.Failure{Status: 503}) },
		"jira": func(s *shop) {
			s.jira.Fail(jirad.Failure{Status: 503}, jirad.Failure{Status: 503}, jirad.Failure{Status: 429, RetryAfter: "0"})
		},
		"jira, after it opened the issue": func(s *shop) {
			s.jira.Fail(jirad.Failure{Status: 503}, jirad.Failure{Status: 503, Late: true}, jirad.Failure{Status: 503, Late: true})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := openShop(t)
			down(s)
			s.order()
			s.await()
			s.check()
		})
	}
}
