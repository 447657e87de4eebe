package mail

import "testing"

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

// TestAsciiDomain: domains in other scripts, and texts that are not domains.
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
