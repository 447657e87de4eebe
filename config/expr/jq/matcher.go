package jq

import (
	"io"
	"regexp"
	"strings"
	"unicode/utf8"
)

// smallSearch is the work up to which a search is not interrupted.
const smallSearch = 1 << 20

// matcher finds the matches of a pattern in a text, one after another. It counts
// characters as it goes, so that the work is in proportion to the text.
type matcher struct {
	r       *run
	p       *pattern
	text    string
	global  bool
	started bool
	done    bool
	last    []int // bytes
	bytes   int   // place up to which characters are counted
	runes   int
}

// newMatcher returns a matcher for the arguments of a function of jq.
func (r *run) newMatcher(name string, v, re, flags any) (*matcher, error) {
	flagText, ok := flags.(string)
	s, isText := v.(string)
	pattern, isPattern := re.(string)
	if flags != nil && !ok || !isText || !isPattern {
		return nil, &typeError{callText(name, re, flags), v}
	}
	p, err := r.pattern(pattern, flagText)
	if err != nil {
		return nil, err
	}
	return &matcher{r: r, p: p, text: s, global: strings.Contains(flagText, "g")}, nil
}

// next returns the places of the next match and of its groups in bytes, nil if
// there is none. An empty match may stand right behind a match, as in gojq.
func (m *matcher) next() []int {
	if m.done || m.started && !m.global {
		return nil
	}
	m.last = m.search()
	m.started, m.done = true, m.last == nil
	return m.last
}

// search finds the next match behind the last: from its end, or from the next
// character if the last is empty.
func (m *matcher) search() []int {
	if !m.started {
		return m.find(m.p.first, 0, 0)
	}
	from := m.last[1]
	if m.last[0] < from {
		_, width := utf8.DecodeLastRuneInString(m.text[:from])
		return m.find(m.p.next, from-width, 1)
	}
	if from == len(m.text) {
		return nil
	}
	return m.find(m.p.next, from, 1)
}

// find searches from a place and drops the first groups of the result. A large
// search reads the text through a reader that looks at the context.
func (m *matcher) find(re *regexp.Regexp, from, drop int) []int {
	var found []int
	rest := m.text[from:]
	if len(rest)*m.p.size <= smallSearch && (!m.global || len(rest) <= 4096) {
		found = re.FindStringSubmatchIndex(rest)
	} else {
		found = re.FindReaderSubmatchIndex(&runeReader{r: m.r, text: rest, cost: uint(m.p.size)})
	}
	if found == nil {
		m.r.checkWork(1 + len(rest)>>10)
		return nil
	}
	m.r.checkWork(1 + found[1]>>10)
	found = found[2*drop:]
	for i := range found {
		if found[i] >= 0 {
			found[i] += from
		}
	}
	return found
}

// runeReader reads a text for the regexp package and looks at the context.
type runeReader struct {
	r    *run
	text string
	at   int
	cost uint
	seen uint
}

var _ io.RuneReader = (*runeReader)(nil)

// ReadRune returns the next character.
func (t *runeReader) ReadRune() (rune, int, error) {
	if t.seen += t.cost; t.seen >= 1<<16 {
		t.r.checkWork(int(t.seen >> 4))
		t.seen = 0
	}
	if t.at >= len(t.text) {
		return 0, 0, io.EOF
	}
	c, width := utf8.DecodeRuneInString(t.text[t.at:])
	t.at += width
	return c, width, nil
}

// offset returns the number of characters before a place. Places mostly grow.
func (m *matcher) offset(place int) int {
	if place < m.bytes {
		m.runes -= utf8.RuneCountInString(m.text[place:m.bytes])
	} else {
		m.runes += utf8.RuneCountInString(m.text[m.bytes:place])
	}
	m.bytes = place
	return m.runes
}

// group returns the text of a group, "" and false if it matched nothing.
func (m *matcher) group(at []int, i int) (string, bool) {
	if at[2*i] < 0 {
		return "", false
	}
	return m.text[at[2*i]:at[2*i+1]], true
}

// named returns the texts of the named groups of a match, as capture does.
func (m *matcher) named(at []int) map[string]any {
	m.r.charge(objectLiteralSize(m.p.named))
	groups := map[string]any{}
	for i, name := range m.p.names {
		if name == "" {
			continue
		}
		groups[name] = nil
		if text, ok := m.group(at, i); ok {
			groups[name] = text
		}
	}
	return groups
}

// scanned returns what scan yields for a match: its text, or the texts of its
// groups if it has groups.
func (m *matcher) scanned(at []int) any {
	if len(at) == 2 {
		m.r.charge(textHead)
		return m.text[at[0]:at[1]]
	}
	groups := make([]any, len(at)/2-1)
	m.r.charge(literalSize(len(groups)))
	for i := range groups {
		if text, ok := m.group(at, i+1); ok {
			groups[i] = text
		}
	}
	return groups
}

// object returns a match as jq's object.
func (m *matcher) object(at []int) map[string]any {
	m.r.charge(matchSize(len(at)/2 - 1))
	groups := make([]any, 0, len(at)/2-1)
	for i := 1; i < len(at)/2; i++ {
		group := map[string]any{"name": nil, "offset": -1, "length": 0, "string": nil}
		if name := m.p.names[i]; name != "" {
			group["name"] = name
		}
		if start, end := at[2*i], at[2*i+1]; start >= 0 {
			offset := m.offset(start)
			group["offset"], group["length"], group["string"] = offset, m.offset(end)-offset, m.text[start:end]
		}
		groups = append(groups, group)
	}
	offset := m.offset(at[0])
	return map[string]any{"offset": offset, "length": m.offset(at[1]) - offset, "string": m.text[at[0]:at[1]], "captures": groups}
}
