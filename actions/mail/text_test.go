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
		{"numbered list", `<ol><li>a</li><li>b</li></ol><ol start="7"><li>c<li value="9">d<li>e</ol>`, "1. a\n2. b\n\n7. c\n9. d\n10. e\n"},
		{"list in a list", "<ol><li>a<ul><li>b</li></ul></li><li>c</li></ol>x", "1. a\n  - b\n2. c\n\nx\n"},
		{"preformatted", "x<pre>\n  a\n\n    b &lt;c&gt;\n</pre>y", "x\n\n  a\n\n    b <c>\n\ny\n"},
		{"code in preformatted", "<pre><code>if a {\n\treturn\n}</code></pre>", "if a {\n\treturn\n}\n"},
		{"between angle brackets", `Jane <jane@example.com>, see <https://example.com/A?b=1> or <The Name>`, "Jane <jane@example.com>, see <https://example.com/A?b=1> or <The Name>\n"},
		{"other elements", "<o:p>a</o:p> <my-box>b</my-box> <custom></custom><center>c</center><svg><path d='x'/><text>t</text></svg>", "a b <custom>c\n"},
		{"link without an end", `<a href="https://a.example">A`, "A (https://a.example)\n"},
		{"link in a link", `<a href="https://a.example">A<a href="https://b.example">B</a>`, "A (https://a.example)B (https://b.example)\n"},
		{"link of a picture", `<a href=" https://a.example "><img src="cid:x"></a>`, "(https://a.example)\n"},
		{"link to the same scheme", `<a href="//a.example/x">A</a>`, "A (//a.example/x)\n"},
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
