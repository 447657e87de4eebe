package richtext

import (
	"slices"
	"strconv"
	"strings"
)

// Wiki turns Markdown into the wiki markup of Jira Server and Data Center.
func Wiki(markdown string) string {
	return strings.TrimSuffix(wikiBlocks(parse(markdown)), "\n")
}

// PlainWiki turns text without any markup into wiki markup that shows it as it
// is. Line breaks stay.
func PlainWiki(text string) string {
	return wikiInline(lines(span{text: Guard(Unguard(text))}), "\n")
}

func wikiBlocks(blocks []block) string {
	var parts []string
	for _, b := range blocks {
		parts = append(parts, wikiBlock(b))
	}
	return strings.Join(parts, "\n")
}

// wikiBlock ends with a line's end.
func wikiBlock(b block) string {
	switch b.kind {
	case heading:
		return "h" + strconv.Itoa(b.level) + ". " + wikiInline(b.spans, " ") + "\n"
	case code:
		return wikiCode(b)
	case list:
		return wikiList(b, "")
	case quote:
		return "{quote}\n" + wikiBlocks(simple(b.inner)) + "{quote}\n"
	case rule:
		return "----\n"
	case table:
		return wikiTable(b)
	}
	return wikiInline(b.spans, "\n") + "\n"
}

// wikiLanguages are those that the macro knows: it shows an error for others.
func wikiLanguages() []string {
	return []string{
		"actionscript", "ada", "applescript", "bash", "c", "c#", "c++", "cpp", "css", "erlang", "go", "groovy", "haskell",
		"html", "java", "javascript", "js", "json", "lua", "objc", "perl", "php", "python", "r", "ruby", "scala", "sh",
		"sql", "swift", "visualbasic", "xml", "yaml",
	}
}

// wikiCode writes a macro whose end the text does not hold. Nothing within it
// can be escaped, so where the text holds both ends a space of no width parts
// them.
func wikiCode(b block) string {
	text, macro, opening := b.text, "{code}", "{code}"
	if language := strings.ToLower(b.language); slices.Contains(wikiLanguages(), language) {
		opening = "{code:" + language + "}"
	}
	if strings.Contains(text, "{code") {
		macro, opening = "{noformat}", "{noformat}"
		text = strings.ReplaceAll(text, "{noformat", "{\u200bnoformat")
	}
	return opening + "\n" + text + "\n" + macro + "\n"
}

func wikiList(b block, outer string) string {
	mark := outer + "*"
	if b.ordered {
		mark = outer + "#"
	}
	var out strings.Builder
	for _, item := range b.items {
		out.WriteString(mark + " " + wikiItem(simple(item), mark))
	}
	return out.String()
}

// wikiItem writes what stands in an item, which has one line and the lists
// below it. It ends with a line's end.
func wikiItem(blocks []block, mark string) string {
	var out strings.Builder
	for i, in := range blocks {
		switch {
		case in.kind == list:
			out.WriteString("\n" + strings.TrimSuffix(wikiList(in, mark), "\n"))
		case in.kind == code:
			out.WriteString("\n" + strings.TrimSuffix(wikiCode(in), "\n"))
		case i > 0:
			out.WriteString(`\\ ` + wikiInline(in.spans, `\\ `))
		default:
			out.WriteString(wikiInline(in.spans, `\\ `))
		}
	}
	return out.String() + "\n"
}

func wikiTable(b block) string {
	var out strings.Builder
	for i, cells := range b.rows {
		bar := "|"
		if i == 0 {
			bar = "||"
		}
		for _, cell := range cells {
			text := wikiInline(cell, `\\ `)
			if text == "" {
				text = " "
			}
			out.WriteString(bar + text)
		}
		out.WriteString(bar + "\n")
	}
	return out.String()
}

// wikiInline writes spans; lineBreak is how a line ends where they stand.
func wikiInline(spans []span, lineBreak string) string {
	var out strings.Builder
	for i := 0; i < len(spans); {
		if spans[i].isBreak {
			out.WriteString(lineBreak)
			i++
			continue
		}
		end := i
		for end < len(spans) && !spans[end].isBreak && spans[end].style.link == spans[i].style.link {
			end++
		}
		styled := wikiStyled(spans[i:end], out.String())
		if link := spans[i].style.link; link != "" {
			styled = "[" + styled + "|" + wikiURL(link) + "]"
		}
		out.WriteString(styled)
		i = end
	}
	return out.String()
}

// wikiURL encodes what would end an address within a link.
func wikiURL(link string) string {
	return strings.NewReplacer("|", "%7C", "[", "%5B", "]", "%5D", "{", "%7B", "}", "%7D", "\\", "%5C", "^", "%5E", "~", "%7E").Replace(link)
}

// wikiStyled writes spans of one link. before is what stands in front of them.
func wikiStyled(spans []span, before string) string {
	var out strings.Builder
	var open []string
	for i := range spans {
		want := spans[i].style.wikiMarks()
		keep := 0
		for keep < len(open) && keep < len(want) && open[keep] == want[keep] {
			keep++
		}
		closeMarks(&out, open[keep:])
		for _, m := range want[keep:] {
			out.WriteString(opening(m))
		}
		open = want
		out.WriteString(wikiText(spans[i].text, before+out.String()))
	}
	closeMarks(&out, open)
	return out.String()
}

func closeMarks(out *strings.Builder, marks []string) {
	for _, m := range slices.Backward(marks) {
		out.WriteString(closing(m))
	}
}

// opening and closing write marks in braces, which work within words too.
func opening(mark string) string {
	if mark == "{{" {
		return "{{"
	}
	return "{" + mark + "}"
}

func closing(mark string) string {
	if mark == "{{" {
		return "}}"
	}
	return "{" + mark + "}"
}

func (s style) wikiMarks() []string {
	var out []string
	for _, m := range []struct {
		mark string
		on   bool
	}{{"*", s.strong}, {"_", s.em}, {"-", s.strike}, {"{{", s.code}} {
		if m.on {
			out = append(out, m.mark)
		}
	}
	return out
}
