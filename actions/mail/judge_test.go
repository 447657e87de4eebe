package mail

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// judgedMessage holds the parts of a message as a mail program reads them.
type judgedMessage struct {
	Name    string      `json:"name"`
	Subject string      `json:"subject"`
	Value   *string     `json:"value"`
	Text    *string     `json:"text"`
	HTML    *string     `json:"html"`
	To      [][2]string `json:"to"`
	CC      [][2]string `json:"cc"`
	Files   [][3]string `json:"files"` // name, type, content
}

// judgedTexts are the texts that stand in each place of a message.
func judgedTexts() map[string]string {
	return map[string]string{
		"word": "Order", "umlauts": "Grüße, Müller & Söhne", "emoji": "😀 👨‍👩‍👧 done", "quotes": `"quoted" 'twice' \ end`,
		"like an encoded word": "=?utf-8?q?no_word?=", "two spaces": "a  b   c", "long": strings.Repeat("long words ", 30) + "end",
		"long umlauts": strings.Repeat("ä", 200), "long word": strings.Repeat("x", 300), "words of 64": strings.TrimSpace(strings.Repeat(strings.Repeat("y", 64)+" ", 4)),
		"dots": "..dots", "from": "From me", "percent": "100 % __x__ {{b}}", "brackets": "a < b > c <d@example.com>", "Japanese": strings.Repeat("請求書", 30),
		"right to left": "שלום עולם", "combining": "e\u0301a\u0308", "comma": "Doe, Jane (sales); x@y", "equals": "a=3D=20b=", "symbols": "€ ¼ ™ — …",
	}
}

// judgedShapes build messages around a text.
func judgedShapes() map[string]func(d *draft, want *judgedMessage, text string) {
	text := func(d *draft, want *judgedMessage, text string) {
		d.text, want.Text = text+"\n.\n"+text, new(text+"\n.\n"+text)
	}
	attach := func(d *draft, want *judgedMessage, name, kind, content string) {
		d.parts = append(d.parts, &attachedPart{name: name, contentType: kind, data: []byte(content)})
		want.Files = append(want.Files, [3]string{name, strings.Split(kind, ";")[0], content})
	}
	return map[string]func(d *draft, want *judgedMessage, text string){
		"text": text,
		"text and HTML": func(d *draft, want *judgedMessage, s string) {
			text(d, want, s)
			d.html, want.HTML = "<p>"+s+"</p>", new("<p>"+s+"</p>")
		},
		"HTML with a number": func(d *draft, want *judgedMessage, s string) {
			d.html, want.HTML = "<ol><li>x</li></ol>", new("<ol><li>x</li></ol>")
			want.Text = new("1. x")
		},
		"custom header": func(d *draft, want *judgedMessage, s string) {
			text(d, want, "t")
			d.headers, want.Value = map[string]string{"X-Value": "v" + strings.Join(strings.Fields(s), " ")}, new("v"+strings.Join(strings.Fields(s), " "))
		},
		"attachment": func(d *draft, want *judgedMessage, s string) {
			text(d, want, "t")
			attach(d, want, "Rechnung ü.txt", "text/plain; charset=utf-8", s)
		},
		"attached message": func(d *draft, want *judgedMessage, s string) {
			text(d, want, "t")
			attach(d, want, "a.eml", "message/rfc822", "Subject: inner\nFrom: a@example.com\n\nbody\n.\n"+strings.ToValidUTF8(asciiOf(s), ""))
		},
		"attached message of 8 bits": func(d *draft, want *judgedMessage, s string) {
			text(d, want, "t")
			attach(d, want, "a.eml", "message/rfc822", "Subject: inner\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\nü "+s)
		},
		"blind copy": func(d *draft, want *judgedMessage, s string) {
			text(d, want, s)
			d.bcc, d.to, want.To = d.to, nil, [][2]string{}
		},
		"copy": func(d *draft, want *judgedMessage, s string) {
			text(d, want, "t")
			d.cc = []mailbox{{name: strings.TrimSpace(s), address: "c@example.com"}}
			want.CC = [][2]string{{strings.TrimSpace(s), "c@example.com"}}
		},
	}
}

func asciiOf(text string) string {
	return strings.Map(func(r rune) rune {
		if r > '~' {
			return '?'
		}
		return r
	}, text)
}

// writeJudged composes a message for each text and shape into a folder, and returns
// how many there are.
func writeJudged(t *testing.T, folder string) int {
	t.Helper()
	n := 0
	for shape, build := range judgedShapes() {
		for name, text := range judgedTexts() {
			d := &draft{from: mailbox{address: "shop@example.com"}, to: []mailbox{{name: "Jane Doe", address: "jane@example.com"}}, subject: text}
			want := &judgedMessage{Name: shape + " " + name, Subject: text, To: [][2]string{{"Jane Doe", "jane@example.com"}}, CC: [][2]string{}, Files: [][3]string{}}
			build(d, want, text)
			for _, p := range d.parts {
				if isMessageType(p.contentType) {
					if err := p.prepareMessage(false); err != nil {
						t.Fatal(err)
					}
				}
			}
			m, err := d.compose(want.Name, time.Unix(1_700_000_000, 0))
			if err != nil {
				t.Fatalf("%s: %v", want.Name, err)
			}
			expected, err := json.Marshal(want)
			if err != nil {
				t.Fatal(err)
			}
			for end, data := range map[string][]byte{"eml": m.data, "json": expected} {
				if err := os.WriteFile(filepath.Join(folder, fmt.Sprintf("%03d.%s", n, end)), data, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			n++
		}
	}
	return n
}

// judge runs a program that compares the messages of a folder with their
// expectations.
func judge(t *testing.T, n int, command ...string) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), command[0], command[1:]...).CombinedOutput()
	if err != nil || string(out) != fmt.Sprintf("judged %d\n", n) {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestMailByPython: Python's email package reads each message as it was meant, and
// finds no fault in it.
func TestMailByPython(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	n := writeJudged(t, folder)
	if n < 150 {
		t.Errorf("%d messages, want at least 150", n)
	}
	judge(t, n, "python3", "testdata/judge/judge.py", folder)
}

// TestMailByMailparser does the same with npm's mailparser. make judge-mail installs
// it and names its folder.
func TestMailByMailparser(t *testing.T) {
	t.Parallel()
	parser := os.Getenv("MAILPARSER")
	if parser == "" {
		t.Skip("make judge-mail runs this test")
	}
	folder := t.TempDir()
	judge(t, writeJudged(t, folder), "node", "testdata/judge/judge.cjs", folder, parser)
}
