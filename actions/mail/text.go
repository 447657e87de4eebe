package mail

import (
	"html"
	"strings"
)

// plainText makes a text of HTML, for programs and people that read no HTML.
// It knows the elements that letters are made of and leaves out all others.
func plainText(source string) string {
	w := &textWriter{}
	for source != "" {
		text, rest, found := strings.Cut(source, "<")
		w.text(html.UnescapeString(text))
		if !found {
			break
		}
		source = w.markup(rest)
	}
	return w.string()
}

// afterElement returns what stands behind the end of an element whose text is
// no text, and may hold whatever it likes before that.
func afterElement(source, name string) string {
	i := strings.Index(strings.Map(asciiLower, source), "</"+name)
	if i < 0 {
		return ""
	}
	_, rest, _ := strings.Cut(source[i:], ">")
	return rest
}

// asciiLower leaves the places of all characters as they are.
func asciiLower(r rune) rune {
	if r >= 'A' && r <= 'Z' {
		return r + 'a' - 'A'
	}
	return r
}

// textWriter collects the text of HTML: white space counts as one space, and
// elements begin lines.
type textWriter struct {
	b      strings.Builder
	space  bool   // a space is due before the next word
	breaks int    // line breaks that are due before the next word
	links  []link // that are open
}

type link struct {
	target string
	at     int // where its text begins
}

// markup reads what follows a "<" and returns what is left.
func (w *textWriter) markup(source string) string {
	if comment, ok := strings.CutPrefix(source, "!--"); ok {
		_, rest, _ := strings.Cut(comment, "-->")
		return rest
	}
	end := tagEnd(source)
	if end < 0 {
		return ""
	}
	tag, rest := source[:end], source[end+1:]
	name := strings.ToLower(tag)
	if i := strings.IndexAny(name, " \t\r\n"); i >= 0 {
		name = name[:i]
	}
	name = strings.TrimSuffix(name, "/")
	closing := strings.HasPrefix(name, "/")
	name = strings.TrimPrefix(name, "/")
	if !closing && isSilent(name) {
		return afterElement(rest, name)
	}
	w.element(name, closing, tag)
	return rest
}

// tagEnd finds the ">" of a tag, which may hold others in quotes.
func tagEnd(source string) int {
	quote := byte(0)
	for i := range len(source) {
		switch c := source[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '>':
			return i
		}
	}
	return -1
}

func isSilent(name string) bool {
	return name == "style" || name == "script" || name == "title" || name == "template"
}

func (w *textWriter) element(name string, closing bool, tag string) {
	switch name {
	case "br":
		w.breaks++
	case "p", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol", "blockquote", "pre":
		w.breaks = max(w.breaks, 2)
	case "div", "tr", "section", "header", "footer", "dt", "dd", "body":
		w.breaks = max(w.breaks, 1)
	case "li":
		w.breaks = max(w.breaks, 1)
		if !closing {
			w.word("- ")
		}
	case "hr":
		w.breaks = max(w.breaks, 1)
		w.word("---")
		w.breaks = 1
	case "td", "th":
		w.space = true
	case "img":
		if alt := attributeOf(tag, "alt"); !closing && alt != "" {
			w.text(alt)
		}
	case "a":
		w.link(closing, tag)
	}
}

// link writes where a link leads behind its text, unless the text says it.
func (w *textWriter) link(closing bool, tag string) {
	if !closing {
		w.links = append(w.links, link{attributeOf(tag, "href"), w.b.Len()})
		return
	}
	if len(w.links) == 0 {
		return
	}
	l := w.links[len(w.links)-1]
	w.links = w.links[:len(w.links)-1]
	target := strings.TrimPrefix(l.target, "mailto:")
	if strings.Contains(l.target, ":") && !strings.Contains(w.b.String()[l.at:], target) {
		w.text(" (" + target + ")")
	}
}

// attributeOf returns the value of an attribute that is written in quotes.
func attributeOf(tag, name string) string {
	lower := strings.ToLower(tag)
	for _, quote := range []string{`"`, `'`} {
		for _, before := range []string{" ", "\t", "\n"} {
			if i := strings.Index(lower, before+name+"="+quote); i >= 0 && len(lower) == len(tag) {
				value, _, _ := strings.Cut(tag[i+len(before+name+"="+quote):], quote)
				return html.UnescapeString(value)
			}
		}
	}
	return ""
}

func (w *textWriter) text(text string) {
	const spaces = " \t\r\n\f"
	if text == "" {
		return
	}
	w.space = w.space || strings.ContainsRune(spaces, rune(text[0]))
	for i, word := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(spaces, r) }) {
		w.space = w.space || i > 0
		w.word(word)
	}
	w.space = w.space || strings.ContainsRune(spaces, rune(text[len(text)-1]))
}

// word writes a word behind the breaks or the space that are due.
func (w *textWriter) word(word string) {
	switch {
	case w.b.Len() == 0:
	case w.breaks > 0:
		w.b.WriteString(strings.Repeat("\n", min(w.breaks, 2)))
	case w.space && !strings.HasSuffix(w.b.String(), "- "):
		w.b.WriteByte(' ')
	}
	w.space, w.breaks = false, 0
	w.b.WriteString(word)
}

func (w *textWriter) string() string {
	if w.b.Len() == 0 {
		return ""
	}
	return w.b.String() + "\n"
}
