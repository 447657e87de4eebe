package mail

import (
	"strings"

	"golang.org/x/net/html"
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
			tag := z.Token()
			switch {
			case hidden != "":
				if kind == html.EndTagToken && tag.Data == hidden {
					hidden = ""
				}
			case kind == html.StartTagToken && hasHiddenText(tag.Data):
				hidden = tag.Data
			default:
				w.writeTag(tag, kind == html.EndTagToken)
			}
		}
	}
}

func hasHiddenText(element string) bool {
	return element == "style" || element == "script" || element == "title" || element == "template"
}

// textWriter collects the text of HTML. Runs of white space become one space,
// block elements begin a line.
type textWriter struct {
	b      strings.Builder
	space  bool   // a space is due before the next word
	breaks int    // line breaks that are due before the next word
	links  []link // the open links
}

type link struct {
	target string
	start  int // offset of the link's text in the output
}

func (w *textWriter) writeTag(tag html.Token, closing bool) {
	switch tag.Data {
	case "br":
		w.breaks++
	case "p", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol", "blockquote", "pre":
		w.breaks = max(w.breaks, 2)
	case "div", "tr", "section", "header", "footer", "dt", "dd", "body":
		w.breaks = max(w.breaks, 1)
	case "li":
		w.breaks = max(w.breaks, 1)
		if !closing {
			w.writeWord("- ")
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
		if closing {
			w.closeLink()
		} else {
			w.links = append(w.links, link{attributeOf(tag, "href"), w.b.Len()})
		}
	}
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
	if strings.Contains(l.target, ":") && !strings.Contains(w.b.String()[l.start:], target) {
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
	case w.space && !strings.HasSuffix(w.b.String(), "- "):
		w.b.WriteByte(' ')
	}
	w.space, w.breaks = false, 0
	w.b.WriteString(word)
}

// finish returns the text, which ends with a line break unless it is empty.
func (w *textWriter) finish() string {
	if w.b.Len() == 0 {
		return ""
	}
	return w.b.String() + "\n"
}
