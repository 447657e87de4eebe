package mail_test

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/testutil/actiontest"
	"github.com/webhook-gateway/gateway/internal/testutil/smtpd"
	"github.com/webhook-gateway/gateway/internal/testutil/valuetest"
)

// toJane holds the attributes that an action needs in addition to those under
// test.
const toJane = "to = \"jane@example.com\"\nsubject = \"s\"\ntext = \"t\"\n"

// mailBench has a connection to the server, with further attributes.
func mailBench(t *testing.T, s *smtpd.Server, attributes ...string) *actiontest.Bench {
	t.Helper()
	b := actiontest.New(t)
	b.AddMailServer(s, attributes...)
	return b
}

func TestEmailKeepsValuesAsTheyAre(t *testing.T) {
	t.Parallel()
	values := []string{
		"R&D = 1 < 2 > 0", "Grüße, Müller", "😀 👨‍👩‍👧", `"quoted" 'twice' \`, "__x__ %s ${a} {{b}}", "=?utf-8?q?no_word?=",
		"  two  spaces  ", strings.Repeat("long ", 60) + "end", strings.Repeat("ä", 200), strings.Repeat("x", 300), "a\tb", "", ".", "..dots", "From me",
	}
	for _, v := range values {
		t.Run(v[:min(len(v), 12)], func(t *testing.T) {
			t.Parallel()
			s := smtpd.Start(t, nil)
			mailBench(t, s).MustSucceed("email", strings.Join([]string{
				`to = { name = webhook.body.v, address = "jane@example.com" }`, `subject = webhook.body.v`,
				`text = "${webhook.body.v}\n.\n..${webhook.body.v}"`, `html = "<p title=\"${webhook.body.v}\">&amp;${webhook.body.v}</p>"`,
				`headers = { X-Value = "v${webhook.body.v}v" }`,
				"attachment \"v.bin\" {\n  content = webhook.body.v\n}",
			}, "\n"), valuetest.EncodeJSON(t, map[string]any{"v": v}))
			header, parts := s.OnlyMessage(t).Parse(t)
			to, err := header.AddressList("To")
			if err != nil || len(to) != 1 || to[0].Name != v || to[0].Address != "jane@example.com" {
				t.Errorf("to %v, error %v", to, err)
			}
			escaped := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "'", "&#39;").Replace(v)
			got := []string{smtpd.DecodeHeader(t, header.Get("Subject")), smtpd.DecodeHeader(t, header.Get("X-Value")), parts[0].Body, parts[1].Body, parts[2].Body}
			want := []string{v, "v" + v + "v", v + "\r\n.\r\n.." + v, `<p title="` + escaped + `">&amp;` + escaped + "</p>", v}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestEmailLineBreaksArrive(t *testing.T) {
	t.Parallel()
	s := smtpd.Start(t, nil)
	mailBench(t, s).MustSucceed("email", "to = \"jane@example.com\"\nsubject = \"s\"\ntext = webhook.body.v\nattachment \"x\" {\n  content = webhook.body.v\n}", `{"v": "a\nb\r\nc\n\n.\n"}`)
	_, parts := s.OnlyMessage(t).Parse(t)
	if parts[0].Body != "a\r\nb\r\nc\r\n\r\n.\r\n" || parts[1].Body != "a\nb\r\nc\n\n.\n" {
		t.Errorf("text %q, attachment %q", parts[0].Body, parts[1].Body)
	}
}

func TestEmailRecipients(t *testing.T) {
	t.Parallel()
	s := smtpd.Start(t, nil)
	out := mailBench(t, s).MustSucceed("email", `
from     = "Boss <boss@example.com>"
to       = ["Jane <jane@example.com>", webhook.body.second, null]
cc       = "cc@example.com"
bcc      = ["secret@example.com", "jane@example.com"]
reply_to = ["answers@example.com", { address = "more@example.com", name = "Mo, \"Re\"" }]
subject  = "s"
text     = "t"`, `{"second": "two@example.com"}`)
	d := s.OnlyMessage(t)
	if want := []string{"jane@example.com", "two@example.com", "cc@example.com", "secret@example.com"}; !slices.Equal(d.To, want) || d.From != "boss@example.com" || d.UTF8 {
		t.Errorf("from %s to %q (utf8 %v), want %q", d.From, d.To, d.UTF8, want)
	}
	header, _ := d.Parse(t)
	if strings.Contains(d.Data, "secret@example.com") || header.Get("Bcc") != "" {
		t.Error("the message tells who gets a blind copy")
	}
	if header.Get("To") != `"Jane" <jane@example.com>, <two@example.com>` || header.Get("Cc") != "<cc@example.com>" || header.Get("From") != `"Boss" <boss@example.com>` {
		t.Errorf("header %v", header)
	}
	if list, err := header.AddressList("Reply-To"); err != nil || len(list) != 2 || list[1].Name != `Mo, "Re"` {
		t.Errorf("reply to %v, %v", list, err)
	}
	if header.Get("Message-Id") != out["message_id"] || header.Get("Date") == "" || header.Get("Mime-Version") != "1.0" {
		t.Errorf("outputs %v, header %v", out, header)
	}
}

func TestEmailOfOtherScripts(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, to, want string
		utf8           bool
	}{
		{"domain", "Jürgen <jürgen-x@büro.example>", "jürgen-x@xn--bro-hoa.example", true},
		{"domain alone", "jane@Bücher.example", "jane@xn--bcher-kva.example", false},
		{"local part", "用户@example.com", "用户@example.com", true},
		{"other dots", "a@例え。テスト", "a@xn--r8jz45g.xn--zckzah", false},
		{"decomposed", "ju\u0308rgen@bu\u0308ro.example", "jürgen@xn--bro-hoa.example", true},
		{"A-label", "jane@xn--bro-hoa.example", "jane@xn--bro-hoa.example", false},
		{"quoted", `"jane doe"@example.com`, `jane doe@example.com`, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := smtpd.Start(t, nil)
			mailBench(t, s).MustSucceed("email", "to = webhook.body.to\nsubject = \"s\"\ntext = \"t\"", valuetest.EncodeJSON(t, map[string]any{"to": c.to}))
			if d := s.OnlyMessage(t); strings.ReplaceAll(d.To[0], `"`, "") != c.want || d.UTF8 != c.utf8 {
				t.Errorf("to %q, utf8 %v; want %q, %v", d.To, d.UTF8, c.want, c.utf8)
			}
		})
	}
}

// TestEmailWithoutUTF8 checks messages to a server that takes addresses in ASCII
// only. Domains of other scripts reach it.
func TestEmailWithoutUTF8(t *testing.T) {
	t.Parallel()
	s := smtpd.Start(t, func(s *smtpd.Server) { s.EnableSMTPUTF8 = false })
	for _, field := range []string{"to", "cc", "bcc", "reply_to", "from"} {
		hcl := field + " = \"用户@example.com\"\nsubject = \"s\"\ntext = \"t\""
		if field != "to" {
			hcl += "\nto = \"jane@example.com\""
		}
		err := mailBench(t, s).MustFail("email", hcl, `{}`)
		if err.Class != flow.Permanent || !strings.Contains(err.Message, "RFC 6531") {
			t.Errorf("%s: class %s, message %q", field, err.Class, err.Message)
		}
	}
	mailBench(t, s).MustSucceed("email", `
from     = "shop@büro.example"
to       = { name = "Jürgen", address = "\"j doe\"@büro.example" }
cc       = ["jane@bu\u0308ro.example", "jane@xn--bro-hoa.example"]
reply_to = "a@例え.テスト"
subject  = "s"
text     = "t"`, `{}`)
	d := s.OnlyMessage(t)
	if want := []string{`j doe@xn--bro-hoa.example`, "jane@xn--bro-hoa.example"}; !slices.Equal(d.To, want) || d.From != "shop@xn--bro-hoa.example" {
		t.Errorf("from %q to %q, want %q", d.From, d.To, want)
	}
	if header, _ := d.Parse(t); header.Get("Reply-To") != "<a@xn--r8jz45g.xn--zckzah>" {
		t.Errorf("the header is %v", header)
	}
}

// TestEmailRefusesInjection: a value that would begin a header line or add a
// recipient is refused before the gateway connects.
func TestEmailRefusesInjection(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, hcl, value string }{
		{"subject", "to = \"a@example.com\"\nsubject = \"x ${webhook.body.v}\"\ntext = \"t\"", "a\r\nBcc: evil@example.com"},
		{"subject with a lone line feed", "to = \"a@example.com\"\nsubject = webhook.body.v\ntext = \"t\"", "a\nb"},
		{"subject with a lone return", "to = \"a@example.com\"\nsubject = webhook.body.v\ntext = \"t\"", "a\rb"},
		{"address", "to = webhook.body.v\nsubject = \"s\"\ntext = \"t\"", "a@example.com\r\nBcc: evil@example.com"},
		{"second address", "to = webhook.body.v\nsubject = \"s\"\ntext = \"t\"", "a@example.com, evil@example.com"},
		{"second address by a name", "to = \"${webhook.body.v} <a@example.com>\"\nsubject = \"s\"\ntext = \"t\"", "evil@example.com, Jane"},
		{"address by a name", "to = \"${webhook.body.v} <a@example.com>\"\nsubject = \"s\"\ntext = \"t\"", "Jane <evil@example.com>"},
		{"name", "to = { name = webhook.body.v, address = \"a@example.com\" }\nsubject = \"s\"\ntext = \"t\"", "a\r\nBcc: evil@example.com"},
		{"address of an object", "to = { name = \"x\", address = webhook.body.v }\nsubject = \"s\"\ntext = \"t\"", "a@example.com> SIZE=1"},
		{"reply to", toJane + "reply_to = webhook.body.v", "a@example.com\nX: y"},
		{"from", toJane + "from = webhook.body.v", "a@example.com\nX: y"},
		{"from with two", toJane + "from = [webhook.body.v, \"b@example.com\"]", "a@example.com"},
		{"empty", "to = webhook.body.v\nsubject = \"s\"\ntext = \"t\"", " "},
		{"no address", "to = webhook.body.v\nsubject = \"s\"\ntext = \"t\"", "jane"},
		{"space in a domain", "to = webhook.body.v\nsubject = \"s\"\ntext = \"t\"", "jane@exa mple.com"},
		{"header", toJane + "headers = { X-A = webhook.body.v }", "a\r\nBcc: evil@example.com"},
		{"name of a header", toJane + "headers = { (webhook.body.v) = \"a\" }", "X-A: b\r\nBcc"},
		{"header of the gateway", toJane + "headers = { (webhook.body.v) = \"evil@example.com\" }", "bcc"},
		{"long word in a header", toJane + "headers = { X-A = webhook.body.v }", strings.Repeat("x", 1000)},
		{"file name", toJane + "attachment \"x\" {\n  content = \"x\"\n  filename = webhook.body.v\n}", "a\r\nX: y"},
		{"path for a file name", toJane + "attachment \"x\" {\n  content = \"x\"\n  filename = webhook.body.v\n}", "../a"},
		{"type", toJane + "attachment \"x\" {\n  content = \"x\"\n  content_type = webhook.body.v\n}", "text/plain\r\nX: y"},
		{"type of many parts", toJane + "attachment \"x\" {\n  content = \"x\"\n  content_type = webhook.body.v\n}", "multipart/mixed; boundary=x"},
		{"no base64", toJane + "attachment \"x\" {\n  content_base64 = webhook.body.v\n}", "%"},
	}
	s := smtpd.Start(t, nil)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			err := mailBench(t, s).MustFail("email", c.hcl, valuetest.EncodeJSON(t, map[string]any{"v": c.value}))
			if err.Class != flow.Invalid || strings.ContainsAny(err.Message, "\r\n") {
				t.Errorf("class %s, message %q", err.Class, err.Message)
			}
		})
	}
	t.Cleanup(func() {
		if connections, _ := s.Counts(); connections != 0 {
			t.Errorf("%d connections were made", connections)
		}
	})
}

func TestEmailAttachments(t *testing.T) {
	t.Parallel()
	var all []byte
	for i := range 256 {
		all = append(all, byte(i))
	}
	s := smtpd.Start(t, nil)
	b := mailBench(t, s)
	b.Files["logo.png"] = "PNG"
	b.MustSucceed("email", toJane+`
html = "<img src=\"cid:logo.png\">"
attachment "logo.png" {
  content = file("logo.png")
  inline  = true
}
attachment "x" {
  filename       = webhook.body.name
  content_base64 = webhook.body.data
}
attachment "table.CSV" {
  content = "a;ä"
}
attachment "odd" {
  content      = "{}"
  content_type = "application/x-odd; v=1"
}
attachment "left-out" {
  content = webhook.body.nothing
}`, valuetest.EncodeJSON(t, map[string]any{"name": `Rechnung "ä" €.pdf`, "data": base64.StdEncoding.EncodeToString(all), "nothing": nil}))
	_, parts := s.OnlyMessage(t).Parse(t)
	var got []string
	for _, p := range parts {
		disposition, _, _ := strings.Cut(strings.Join(p.Header["Content-Disposition"], ""), ";")
		got = append(got, fmt.Sprintf("%s %s %q %s %d", disposition, p.MediaType, p.Filename, strings.Join(p.Header["Content-Id"], ""), len(p.Body)))
	}
	want := []string{
		` text/plain ""  1`, ` text/html ""  24`, `inline image/png "logo.png" <logo.png> 3`,
		`attachment application/pdf "Rechnung \"ä\" €.pdf"  256`, `attachment text/csv "table.CSV"  4`, `attachment application/x-odd "odd"  2`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if parts[3].Body != string(all) || parts[4].Params["charset"] != "utf-8" || parts[5].Params["v"] != "1" {
		t.Errorf("attachments %v", parts[3:])
	}
}

func TestEmailBounds(t *testing.T) {
	t.Parallel()
	s := smtpd.Start(t, func(s *smtpd.Server) { s.MaxMessageBytes = 1 << 20 })
	list := make([]string, 101)
	for i := range list {
		list[i] = fmt.Sprintf("a%d@example.com", i)
	}
	cases := []struct {
		name, hcl string
		class     flow.Class
		says      string
	}{
		{"attachments", toJane + "max_size = \"5B\"\nattachment \"a\" {\n  content = \"abc\"\n}\nattachment \"b\" {\n  content = \"abc\"\n}", flow.Invalid, "more than 5B in all"},
		{"recipients", "to = webhook.body.list\nsubject = \"s\"\ntext = \"t\"", flow.Invalid, "101 recipients"},
		{"nobody", "to = webhook.body.nobody\nsubject = \"s\"\ntext = \"t\"", flow.Invalid, "no recipient"},
		{"subject", "to = \"a@example.com\"\nsubject = webhook.body.long\ntext = \"t\"", flow.Invalid, "2000 bytes"},
		{"size of the server", toJane + "attachment \"a\" {\n  content = webhook.body.large\n}", flow.Permanent, "the server takes 1048576"},
	}
	input := valuetest.EncodeJSON(t, map[string]any{"list": anyOf(list), "nobody": []any{nil}, "long": strings.Repeat("x ", 1001), "large": strings.Repeat("x", 1<<20)})
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if err := mailBench(t, s).MustFail("email", c.hcl, input); err.Class != c.class || !strings.Contains(err.Message, c.says) {
				t.Errorf("class %s, message %q; want %s and %q", err.Class, err.Message, c.class, c.says)
			}
		})
	}
}

func anyOf(list []string) []any {
	out := make([]any, len(list))
	for i, s := range list {
		out[i] = s
	}
	return out
}

// TestEmailHTML: the text is made of the HTML, and values are escaped unless
// they are marked as HTML.
func TestEmailHTML(t *testing.T) {
	t.Parallel()
	s := smtpd.Start(t, nil)
	mailBench(t, s).MustSucceed("email", "to = \"jane@example.com\"\nsubject = \"s\"\nhtml = <<-E\n  <h1>Hi ${webhook.body.name}</h1>${unescaped(webhook.body.html)}<a href=\"https://example.com/?a=1&amp;b=2\">more</a>\nE\n", `{"name": "<script>alert(1)</script> & Co", "html": "<b>bold</b>"}`)
	_, parts := s.OnlyMessage(t).Parse(t)
	if want := "<h1>Hi &lt;script&gt;alert(1)&lt;/script&gt; &amp; Co</h1><b>bold</b><a href=\"https://example.com/?a=1&amp;b=2\">more</a>\r\n"; parts[1].Body != want || parts[1].MediaType != "text/html" {
		t.Errorf("HTML %q, want %q", parts[1].Body, want)
	}
	if want := "Hi <script>alert(1)</script> & Co\r\n\r\nboldmore (https://example.com/?a=1&b=2)\r\n"; parts[0].Body != want || parts[0].MediaType != "text/plain" {
		t.Errorf("text %q, want %q", parts[0].Body, want)
	}
}
