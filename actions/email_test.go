package actions

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/webhook-gateway/gateway/flow"
)

// toJane is what an action needs beside the attributes under test.
const toJane = "to = \"jane@example.com\"\nsubject = \"s\"\ntext = \"t\"\n"

func TestEmailKeepsValuesAsTheyAre(t *testing.T) {
	t.Parallel()
	values := []string{
		"R&D = 1 < 2 > 0", "Grüße, Müller", "😀 👨‍👩‍👧", `"quoted" 'twice' \`, "__x__ %s ${a} {{b}}", "=?utf-8?q?no_word?=",
		"  two  spaces  ", strings.Repeat("long ", 60) + "end", strings.Repeat("ä", 200), strings.Repeat("x", 300), "a\tb", "", ".", "..dots", "From me",
	}
	for _, v := range values {
		t.Run(v[:min(len(v), 12)], func(t *testing.T) {
			t.Parallel()
			s := serveMail(t, nil)
			s.bench(t).do("email", strings.Join([]string{
				`to = { name = webhook.body.v, address = "jane@example.com" }`, `subject = webhook.body.v`,
				`text = "${webhook.body.v}\n.\n..${webhook.body.v}"`, `html = "<p title=\"${webhook.body.v}\">&amp;${webhook.body.v}</p>"`,
				`headers = { X-Value = "v${webhook.body.v}v" }`,
				"attachment \"v.bin\" {\n  content = webhook.body.v\n}",
			}, "\n"), encode(t, map[string]any{"v": v}))
			header, parts := s.one(t).parse(t)
			to, err := header.AddressList("To")
			if err != nil || len(to) != 1 || to[0].Name != v || to[0].Address != "jane@example.com" {
				t.Errorf("to %v, error %v", to, err)
			}
			escaped := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "'", "&#39;").Replace(v)
			got := []string{decoded(t, header.Get("Subject")), decoded(t, header.Get("X-Value")), parts[0].body, parts[1].body, parts[2].body}
			want := []string{v, "v" + v + "v", v + "\r\n.\r\n.." + v, `<p title="` + escaped + `">&amp;` + escaped + "</p>", v}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestEmailLineBreaksArrive(t *testing.T) {
	t.Parallel()
	s := serveMail(t, nil)
	s.bench(t).do("email", "to = \"jane@example.com\"\nsubject = \"s\"\ntext = webhook.body.v\nattachment \"x\" {\n  content = webhook.body.v\n}", `{"v": "a\nb\r\nc\n\n.\n"}`)
	_, parts := s.one(t).parse(t)
	if parts[0].body != "a\r\nb\r\nc\r\n\r\n.\r\n" || parts[1].body != "a\nb\r\nc\n\n.\n" {
		t.Errorf("text %q, attachment %q", parts[0].body, parts[1].body)
	}
}

func TestEmailRecipients(t *testing.T) {
	t.Parallel()
	s := serveMail(t, nil)
	out := s.bench(t).do("email", `
from     = "Boss <boss@example.com>"
to       = ["Jane <jane@example.com>", webhook.body.second, null]
cc       = "cc@example.com"
bcc      = ["secret@example.com", "jane@example.com"]
reply_to = ["answers@example.com", { address = "more@example.com", name = "Mo, \"Re\"" }]
subject  = "s"
text     = "t"`, `{"second": "two@example.com"}`)
	d := s.one(t)
	if want := []string{"jane@example.com", "two@example.com", "cc@example.com", "secret@example.com"}; !slices.Equal(d.to, want) || d.from != "boss@example.com" || d.utf8 {
		t.Errorf("from %s to %q (utf8 %v), want %q", d.from, d.to, d.utf8, want)
	}
	header, _ := d.parse(t)
	if strings.Contains(d.data, "secret@example.com") || header.Get("Bcc") != "" {
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
		{"quoted", `"jane doe"@example.com`, `jane doe@example.com`, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := serveMail(t, nil)
			s.bench(t).do("email", "to = webhook.body.to\nsubject = \"s\"\ntext = \"t\"", encode(t, map[string]any{"to": c.to}))
			if d := s.one(t); strings.ReplaceAll(d.to[0], `"`, "") != c.want || d.utf8 != c.utf8 {
				t.Errorf("to %q, utf8 %v; want %q, %v", d.to, d.utf8, c.want, c.utf8)
			}
		})
	}
	s := serveMail(t, func(s *mailServer) { s.EnableSMTPUTF8 = false })
	err := s.bench(t).fail("email", "to = \"用户@example.com\"\nsubject = \"s\"\ntext = \"t\"", `{}`)
	if err.Class != flow.Permanent || !strings.Contains(err.Message, "RFC 6531") {
		t.Errorf("class %s, message %q", err.Class, err.Message)
	}
}

// TestEmailRefusesInjection: what would begin a line of its own in the header,
// or a second recipient, is refused before the server is asked.
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
	s := serveMail(t, nil)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			err := s.bench(t).fail("email", c.hcl, encode(t, map[string]any{"v": c.value}))
			if err.Class != flow.Invalid || strings.ContainsAny(err.Message, "\r\n") {
				t.Errorf("class %s, message %q", err.Class, err.Message)
			}
		})
	}
	t.Cleanup(func() {
		if connections, _ := s.counts(); connections != 0 {
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
	s := serveMail(t, nil)
	b := s.bench(t)
	b.files["logo.png"] = "PNG"
	b.do("email", toJane+`
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
}`, encode(t, map[string]any{"name": `Rechnung "ä" €.pdf`, "data": base64.StdEncoding.EncodeToString(all), "nothing": nil}))
	_, parts := s.one(t).parse(t)
	var got []string
	for _, p := range parts {
		disposition, _, _ := strings.Cut(strings.Join(p.header["Content-Disposition"], ""), ";")
		got = append(got, fmt.Sprintf("%s %s %q %s %d", disposition, p.mediaType, p.filename, strings.Join(p.header["Content-Id"], ""), len(p.body)))
	}
	want := []string{
		` text/plain ""  1`, ` text/html ""  24`, `inline image/png "logo.png" <logo.png> 3`,
		`attachment application/pdf "Rechnung \"ä\" €.pdf"  256`, `attachment text/csv "table.CSV"  4`, `attachment application/x-odd "odd"  2`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if parts[3].body != string(all) || parts[4].params["charset"] != "utf-8" || parts[5].params["v"] != "1" {
		t.Errorf("attachments %v", parts[3:])
	}
}

func TestEmailBounds(t *testing.T) {
	t.Parallel()
	s := serveMail(t, func(s *mailServer) { s.MaxMessageBytes = 1 << 20 })
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
	input := encode(t, map[string]any{"list": anyOf(list), "nobody": []any{nil}, "long": strings.Repeat("x ", 1001), "large": strings.Repeat("x", 1<<20)})
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if err := s.bench(t).fail("email", c.hcl, input); err.Class != c.class || !strings.Contains(err.Message, c.says) {
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

// TestEmailHTML: text is made of HTML where there is none, values are escaped,
// and what is meant to be HTML is not.
func TestEmailHTML(t *testing.T) {
	t.Parallel()
	s := serveMail(t, nil)
	s.bench(t).do("email", "to = \"jane@example.com\"\nsubject = \"s\"\nhtml = <<-E\n  <h1>Hi ${webhook.body.name}</h1>${unescaped(webhook.body.html)}<a href=\"https://example.com/?a=1&amp;b=2\">more</a>\nE\n", `{"name": "<script>alert(1)</script> & Co", "html": "<b>bold</b>"}`)
	_, parts := s.one(t).parse(t)
	if want := "<h1>Hi &lt;script&gt;alert(1)&lt;/script&gt; &amp; Co</h1><b>bold</b><a href=\"https://example.com/?a=1&amp;b=2\">more</a>\r\n"; parts[1].body != want || parts[1].mediaType != "text/html" {
		t.Errorf("HTML %q, want %q", parts[1].body, want)
	}
	if want := "Hi <script>alert(1)</script> & Co\r\n\r\nboldmore (https://example.com/?a=1&b=2)\r\n"; parts[0].body != want || parts[0].mediaType != "text/plain" {
		t.Errorf("text %q, want %q", parts[0].body, want)
	}
}

func TestPlainText(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, html, want string }{
		{"words", " a <b>b</b>\n\tc&nbsp;d &lt;e&gt;<i>f</i>", "a b c\u00a0d <e>f\n"},
		{"paragraphs", "<p>a</p><p>b<br>c<br/><br>d</p>", "a\n\nb\nc\n\nd\n"},
		{"list", "<ul><li>a</li><li> b </li></ul>x", "- a\n- b\n\nx\n"},
		{"table", "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc\n"},
		{"silent", "<head><title>t</title><style>p { a > b }</style></head><script>if (a < b) {}</script>x<!-- <p>c --> y", "x y\n"},
		{"links", `<a href="https://a.example">A</a> <a href='mailto:b@example.com'>b@example.com</a> <a href="#x">c</a>`, "A (https://a.example) b@example.com c\n"},
		{"picture", `<img src="cid:x" alt="Logo &amp; Co">`, "Logo & Co\n"},
		{"rule", "a<hr>b", "a\n---\nb\n"},
		{"quotes in tags", `<p title="a > b">x</p>`, "x\n"},
		{"broken", "a <b", "a\n"},
		{"closing alone", "</a></li>x", "x\n"},
		{"nothing", "<p> </p>", ""},
	}
	for _, c := range cases {
		if got := plainText(c.html); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// TestAsciiDomain: domains with other letters, and what is none.
func TestAsciiDomain(t *testing.T) {
	t.Parallel()
	for domain, want := range map[string]string{
		"example.com": "example.com", "Bücher.example": "xn--bcher-kva.example", "münchen。例え.jp": "xn--mnchen-3ya.xn--r8jz45g.jp",
		"straße.de": "xn--strae-oqa.de", "-bücher.de": "", "bü cher.de": "", "\u0301a.de": "",
	} {
		got, err := asciiDomain(domain)
		if got != want || (err != nil) != (want == "") {
			t.Errorf("%s: %q (%v), want %q", domain, got, err, want)
		}
	}
}
