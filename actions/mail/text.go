package mail

import (
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// plainText converts HTML to text for mail programs that do not show HTML.
// Elements that are not named in writeTag leave only their text.
func plainText(source string) string {
	w := &textWriter{}
	z := html.NewTokenizer(strings.NewReader(source))
	hidden := "" // the element whose text is skipped
	for {
		switch kind := z.Next(); kind {
		case html.ErrorToken: // the end of the source
			return w.finish()
		case html.TextToken:
			if hidden == "" {
				w.writeText(string(z.Text()))
			}
		case html.StartTagToken, html.SelfClosingTagToken, html.EndTagToken:
			raw := string(z.Raw()) // Token changes it
			tag := z.Token()
			switch {
			case hidden != "":
				if kind == html.EndTagToken && tag.Data == hidden {
					hidden = ""
				}
			case kind == html.StartTagToken && hasHiddenText(tag.Data):
				hidden = tag.Data
			case kind != html.EndTagToken && !isElement(tag.Data):
				w.writeText(raw)
			default:
				w.writeTag(tag, kind == html.EndTagToken)
			}
		}
	}
}

func hasHiddenText(element string) bool {
	return element == "style" || element == "script" || element == "title" || element == "template" || element == "svg" || element == "math"
}

// isElement reports whether a name is that of an element: one of HTML, a custom one
// with a hyphen, or one of the namespaces that office programs use, such as o:p.
// Other text between angle brackets, such as <jane@example.com>, is shown.
func isElement(name string) bool {
	prefix, local, namespaced := strings.Cut(name, ":")
	return atom.Lookup([]byte(name)) != 0 || strings.Contains(name, "-") && !strings.ContainsAny(name, "@:/") ||
		namespaced && len(prefix) <= 3 && local != "" && !strings.ContainsAny(local, "@/")
}

// textWriter collects the text of HTML. Runs of white space become one space,
// block elements begin a line.
type textWriter struct {
	b           strings.Builder
	space       bool   // a space is due before the next word
	breaks      int    // line breaks that are due before the next word
	links       []link // the open links
	lists       []list // the open lists, the innermost last
	afterMarker bool   // the last word is the beginning of an item
	pre         int    // how many elements are open that keep white space
	preBegins   bool   // nothing was written since the last <pre>
}

type list struct {
	ordered bool
	next    int // number of the next item
}

type link struct {
	target string
	start  int // offset of the link's text in the output
}

func (w *textWriter) writeTag(tag html.Token, closing bool) {
	switch tag.Data {
	case "br":
		w.breaks++
	case "p", "h1", "h2", "h3", "h4", "h5", "h6", "table", "blockquote":
		w.breaks = max(w.breaks, 2)
	case "ul", "ol":
		w.writeList(tag, closing)
	case "pre":
		w.breaks = max(w.breaks, 2)
		w.pre, w.preBegins = max(0, w.pre+map[bool]int{false: 1, true: -1}[closing]), !closing
	case "div", "tr", "section", "header", "footer", "dt", "dd", "body":
		w.breaks = max(w.breaks, 1)
	case "li":
		w.breaks = max(w.breaks, 1)
		if !closing {
			w.writeWord(w.marker(tag))
			w.afterMarker = true
		}
	case "hr":
		w.breaks = max(w.breaks, 1)
		w.writeWord("---")
		w.breaks = 1
	case "td", "th":
		w.space = true
	case "img":
		if !closing {
			w.writeText(attributeOf(tag, "alt"))
		}
	case "a":
		w.closeLink() // a link ends where the next one begins
		if !closing {
			w.links = append(w.links, link{strings.TrimSpace(attributeOf(tag, "href")), w.b.Len()})
		}
	}
}

// writeList begins or ends a list. A list within another one follows its item
// without an empty line.
func (w *textWriter) writeList(tag html.Token, closing bool) {
	if closing && len(w.lists) > 0 {
		w.lists = w.lists[:len(w.lists)-1]
	}
	w.breaks = max(w.breaks, 1)
	if len(w.lists) == 0 {
		w.breaks = 2
	}
	if !closing {
		first, err := strconv.Atoi(attributeOf(tag, "start"))
		if err != nil {
			first = 1
		}
		w.lists = append(w.lists, list{tag.Data == "ol", first})
	}
}

// marker returns the beginning of an item: its number, or a hyphen, after two
// spaces for each list around its own.
func (w *textWriter) marker(tag html.Token) string {
	if len(w.lists) == 0 {
		return "- "
	}
	l := &w.lists[len(w.lists)-1]
	indent := strings.Repeat("  ", len(w.lists)-1)
	if !l.ordered {
		return indent + "- "
	}
	if n, err := strconv.Atoi(attributeOf(tag, "value")); err == nil {
		l.next = n
	}
	l.next++
	return indent + strconv.Itoa(l.next-1) + ". "
}

// closeLink writes the target of the innermost link after its text, unless the
// text already contains it.
func (w *textWriter) closeLink() {
	if len(w.links) == 0 {
		return
	}
	l := w.links[len(w.links)-1]
	w.links = w.links[:len(w.links)-1]
	target := strings.TrimPrefix(l.target, "mailto:")
	if (strings.Contains(l.target, ":") || strings.HasPrefix(l.target, "//")) && !strings.Contains(w.b.String()[l.start:], target) {
		w.writeText(" (" + target + ")")
	}
}

func attributeOf(tag html.Token, name string) string {
	for _, a := range tag.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func (w *textWriter) writeText(text string) {
	const spaces = " \t\r\n\f"
	if text == "" {
		return
	}
	if w.pre > 0 {
		w.writeLines(text)
		return
	}
	w.space = w.space || strings.ContainsRune(spaces, rune(text[0]))
	for i, word := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(spaces, r) }) {
		w.space = w.space || i > 0
		w.writeWord(word)
	}
	w.space = w.space || strings.ContainsRune(spaces, rune(text[len(text)-1]))
}

// writeWord writes a word after the line breaks or the space that are due.
func (w *textWriter) writeWord(word string) {
	switch {
	case w.b.Len() == 0:
	case w.breaks > 0:
		w.b.WriteString(strings.Repeat("\n", min(w.breaks, 2)))
	case w.space && !w.afterMarker:
		w.b.WriteByte(' ')
	}
	w.space, w.breaks, w.afterMarker = false, 0, false
	w.b.WriteString(word)
}

// writeLines writes text whose white space counts.
func (w *textWriter) writeLines(text string) {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	if w.preBegins { // the first line break after <pre> does not count
		text = strings.TrimPrefix(text, "\n")
	}
	w.preBegins = false
	lines := strings.TrimRight(text, "\n")
	if lines != "" {
		w.writeWord(lines)
	}
	w.breaks += len(text) - len(lines)
}

// finish returns the text, which ends with a line break unless it is empty.
func (w *textWriter) finish() string {
	w.closeLink()
	text := strings.TrimRight(w.b.String(), "\n")
	if text == "" {
		return ""
	}
	return text + "\n"
}
