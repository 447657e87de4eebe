package mail

import (
	"bytes"
	"mime"
	"net/mail"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// FuzzMailAddress: an accepted address is one line with one recipient, and
// net/mail reads the same address.
func FuzzMailAddress(f *testing.F) {
	for _, text := range []string{
		"jane@example.com", "Jane <jane@example.com>", `"Jane, \"J\"" <jane@example.com>`, `"a b"@example.com`, "用户@büro.example", "a@[192.0.2.1]",
		"a@b, c@d", "a@b\r\nc", "=?utf-8?q?J=C3=BC?= <j@example.com>", "a@b (comment)", "group: a@b;", "a@b>c", `"\"@example.com`, "a@xn--.example",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		a, err := parseMailbox(text)
		if err != nil {
			return
		}
		if !strings.HasPrefix(a.toPath(), "<") || !strings.HasSuffix(a.toPath(), ">") || strings.ContainsAny(a.toPath(), "\r\n\x00") {
			t.Errorf("path %q", a.toPath())
		}
		if !isASCII(a.domain()) || a.needsUTF8 != !isASCII(a.address) {
			t.Errorf("address %q", a.address)
		}
		read, err := mail.ParseAddress(a.toHeader("To"))
		if err != nil || read.Address != a.address {
			t.Errorf("%q is read as %v, %v", a.toHeader("To"), read, err)
		}
	})
}

// FuzzMailHeader: a subject is read again as it was given, and never begins a
// line of the header.
func FuzzMailHeader(f *testing.F) {
	for _, text := range []string{"", "Your order", " a  b ", "Grüße 😀", "=?utf-8?q?x?=", strings.Repeat("long ", 50), strings.Repeat("ä", 99), "a\tb", "Bcc: x"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if checkSubject(text) != nil || !utf8.ValidString(text) {
			return
		}
		jane := mailbox{name: strings.TrimSpace(text), address: "jane@example.com"}
		m, err := (&draft{from: jane, to: []mailbox{jane}, subject: text, text: "body"}).compose("key", time.Unix(0, 0))
		if err != nil {
			t.Fatal(err)
		}
		read, err := mail.ReadMessage(bytes.NewReader(m.data))
		if err != nil {
			t.Fatal(err)
		}
		subject, err := new(mime.WordDecoder).DecodeHeader(read.Header.Get("Subject"))
		if err != nil || subject != text {
			t.Errorf("the subject %q is read as %q, %v", text, subject, err)
		}
		if len(read.Header) != 8 {
			t.Errorf("%d fields in %v", len(read.Header), read.Header)
		}
		if to, err := read.Header.AddressList("To"); err != nil || len(to) != 1 || to[0].Address != "jane@example.com" {
			t.Errorf("to %v, %v", to, err)
		}
	})
}

// FuzzPlainText: HTML of any kind becomes a text without tags that were closed.
func FuzzPlainText(f *testing.F) {
	for _, text := range []string{"<p>a</p>", "<a href='x:y'>b</a>", "<!-- a", "<style>p{}</style>b", "<", "<a <b>", "</script", "<IMG alt=\"x\">", "&lt;&#0;&bogus;"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		out := plainText(text)
		if utf8.ValidString(text) && !utf8.ValidString(out) {
			t.Errorf("%q gives %q", text, out)
		}
		if strings.Contains(out, "\n\n\n") {
			t.Errorf("%q gives empty lines: %q", text, out)
		}
	})
}
