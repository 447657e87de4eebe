package richtext

import (
	"html"
	"net/url"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
)

// spans returns what stands inside of a paragraph, a heading or a cell.
func (r *reader) spans(n ast.Node) []span { return finish(r.inline(n, style{})) }

func (r *reader) inline(parent ast.Node, s style) []span {
	var out []span
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		out = append(out, r.node(n, s)...)
	}
	return out
}

func (r *reader) node(n ast.Node, s style) []span {
	switch n := n.(type) {
	case *ast.Text:
		return r.text(n, s)
	case *ast.String:
		return []span{{text: string(n.Value), style: s}}
	case *ast.CodeSpan:
		return []span{{text: r.codeText(n), style: style{code: true, link: s.link}}}
	case *ast.Emphasis:
		s.em, s.strong = s.em || n.Level == 1, s.strong || n.Level == 2
	case *extast.Strikethrough:
		s.strike = true
	case *ast.Link:
		return r.linked(n, string(n.Destination), s)
	case *ast.Image:
		return r.linked(n, string(n.Destination), s)
	case *ast.AutoLink:
		label := span{text: string(n.Label(r.source)), style: s}
		if label.style.link == "" {
			label.style.link = safeURL(string(n.URL(r.source)))
		}
		return []span{label}
	case *ast.RawHTML:
		return []span{{text: string(n.Segments.Value(r.source)), style: s}}
	}
	return r.inline(n, s)
}

func (r *reader) text(n *ast.Text, s style) []span {
	text := string(n.Segment.Value(r.source))
	if !n.IsRaw() {
		text = unescape(text)
	}
	switch {
	case n.HardLineBreak():
		return []span{{text: text, style: s}, {isBreak: true}}
	case n.SoftLineBreak():
		text += " "
	}
	return []span{{text: text, style: s}}
}

func (r *reader) codeText(n *ast.CodeSpan) string {
	var b strings.Builder
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if t, ok := c.(*ast.Text); ok {
			b.Write(t.Segment.Value(r.source))
		}
	}
	return strings.ReplaceAll(b.String(), "\n", " ")
}

// linked returns a link or, as there is nothing to attach, an image as a link
// to it. A link within a link is none.
func (r *reader) linked(n ast.Node, destination string, s style) []span {
	destination = unescape(destination)
	if s.link != "" {
		return r.inline(n, s)
	}
	target := safeURL(destination)
	s.link = target
	out := r.inline(n, s)
	switch {
	case target == "" && len(out) > 0:
		return append(out, span{text: " (" + destination + ")", style: s})
	case len(out) == 0:
		return []span{{text: destination, style: s}}
	}
	return out
}

// safeURL returns an address that may be followed, "" for any other: a value
// must not bring a script.
func safeURL(guarded string) string {
	text := strings.TrimSpace(Unguard(guarded))
	u, err := url.Parse(text)
	if err != nil || strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return ""
	}
	switch strings.ToLower(u.Scheme) {
	case "http", "https":
		if u.Host == "" {
			return ""
		}
	case "mailto":
	default:
		return ""
	}
	return strings.NewReplacer(" ", "%20", `"`, "%22", "<", "%3C", ">", "%3E").Replace(text)
}

var (
	punctuation = regexp.MustCompile("\\\\([!-/:-@\\[-`{-~])")
	entity      = regexp.MustCompile(`&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]*);`)
)

// unescape gives the meaning of backslashes and entities in a text.
func unescape(text string) string {
	var b strings.Builder
	for {
		at := punctuation.FindStringIndex(text)
		if at == nil {
			b.WriteString(entity.ReplaceAllStringFunc(text, html.UnescapeString))
			return b.String()
		}
		b.WriteString(entity.ReplaceAllStringFunc(text[:at[0]], html.UnescapeString))
		b.WriteString(text[at[0]+1 : at[1]])
		text = text[at[1]:]
	}
}
