package richtext

import (
	"regexp"
	"strings"
)

// finish joins what has one style, makes links of addresses that the file
// says, and turns guarded characters back, line breaks of values into breaks.
func finish(spans []span) []span {
	var out []span
	for _, s := range join(spans) {
		for _, linked := range links(s) {
			out = append(out, lines(linked)...)
		}
	}
	for len(out) > 0 && out[len(out)-1].isBreak {
		out = out[:len(out)-1]
	}
	return out
}

func join(spans []span) []span {
	var out []span
	for _, s := range spans {
		last := len(out) - 1
		switch {
		case !s.isBreak && s.text == "":
		case last >= 0 && !s.isBreak && !out[last].isBreak && out[last].style == s.style:
			out[last].text += s.text
		default:
			out = append(out, s)
		}
	}
	return out
}

// address finds addresses in guarded text. What makes it one, the scheme and
// its slashes, is the file's own; a value may be part of the rest, up to its
// first space, quote or angle bracket.
var address = regexp.MustCompile(`\bhttps?://[^\s<>"\x{F0000}-\x{F0020}\x{F0022}\x{F003C}\x{F003E}\x{F007F}]+`)

// links splits a span at the addresses in its text.
func links(s span) []span {
	if s.isBreak || s.style.link != "" || s.style.code {
		return []span{s}
	}
	var out []span
	at := 0
	for _, m := range address.FindAllStringIndex(s.text, -1) {
		end := m[0] + len(strings.TrimRight(s.text[m[0]:m[1]], ".,;:!?)'*_~]"))
		target := safeURL(s.text[m[0]:end])
		if target == "" {
			continue
		}
		if m[0] > at {
			out = append(out, span{text: s.text[at:m[0]], style: s.style})
		}
		linked := span{text: s.text[m[0]:end], style: s.style}
		linked.style.link = target
		out, at = append(out, linked), end
	}
	if at < len(s.text) {
		out = append(out, span{text: s.text[at:], style: s.style})
	}
	return out
}

// lines turns guarded characters back and splits the text at line breaks.
func lines(s span) []span {
	if s.isBreak {
		return []span{s}
	}
	text := strings.ReplaceAll(Unguard(s.text), "\r\n", "\n")
	text = strings.ReplaceAll(text, "\r", "\n")
	var out []span
	for i, line := range strings.Split(text, "\n") {
		if i > 0 {
			out = append(out, span{isBreak: true})
		}
		if line != "" {
			out = append(out, span{text: line, style: s.style})
		}
	}
	return out
}
