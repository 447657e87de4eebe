package mail_test

import (
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/testutil/smtpd"
	"github.com/webhook-gateway/gateway/internal/testutil/valuetest"
)

// TestAttachedMessage: a message is attached as it is. One that would need an
// encoding is refused.
func TestAttachedMessage(t *testing.T) {
	t.Parallel()
	const attach = toJane + "attachment \"a.eml\" {\n  content = webhook.body\n%s}"
	cases := []struct{ name, message, words string }{
		{"ASCII", "Subject: a\n\nb\n", ""},
		{"8 bits", "Subject: a\r\n\r\nü\r\n", ""},
		{"zero byte", "Subject: a\n\n\x00", "no zero bytes"},
		{"long line", "Subject: a\n\n" + strings.Repeat("x", 999), "a line of the message has 999 bytes"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := smtpd.Start(t, nil)
			b, action := mailBench(t, s), strings.Replace(attach, "%s", "", 1)
			if c.words != "" {
				if err := b.MustFail("email", action, valuetest.EncodeJSON(t, c.message)); err.Class != flow.Invalid || !strings.Contains(err.Message, c.words) {
					t.Errorf("%s: %q", err.Class, err.Message)
				}
				return
			}
			b.MustSucceed("email", action, valuetest.EncodeJSON(t, c.message))
			want := strings.ReplaceAll(strings.ReplaceAll(c.message, "\r\n", "\n"), "\n", "\r\n")
			if data := s.OnlyMessage(t).Data; !strings.Contains(data, "\r\n\r\n"+want) {
				t.Errorf("the message is not in %q", data)
			}
		})
	}
}
