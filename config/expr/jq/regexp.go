package jq

import (
	"container/list"
	"fmt"
	"io"
	"regexp"
	"regexp/syntax"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/itchyny/gojq"
)

const (
	maxPatternSize = 10_000  // instructions of a compiled pattern
	maxCached      = 64      // patterns that callers gave to a program
	maxCachedSize  = 40_000  // instructions and bytes of these patterns
	smallSearch    = 1 << 20 // work up to which a search is not interrupted
)

// pattern is a compiled pattern.
type pattern struct {
	first *regexp.Regexp
	// next matches one character, then any text, then the pattern as its group 1.
	// It finds the next match behind a character, so that assertions like ^ and
	// \b see what stands before.
	next  *regexp.Regexp
	names []string
	size  int
}

// patternKey is the text of a pattern and its flags.
type patternKey struct{ text, flags string }

// patterns holds the constant patterns of a program.
type patterns map[patternKey]*pattern

// collectPattern compiles a pattern that is a constant of the program, given to
// one of the functions that take a pattern.
func (r *rewriter) collectPattern(f *gojq.Func) {
	switch f.Name {
	case "match", "test", "capture", "scan", "splits", "sub", "gsub":
	case "split":
		if len(f.Args) < 2 {
			return
		}
	default:
		return
	}
	first := f.Args[0].Term
	if first == nil || first.Str == nil || first.Str.Queries != nil || first.Type != gojq.TermTypeString {
		return
	}
	flags := ""
	if last := f.Args[len(f.Args)-1].Term; len(f.Args) > 1 && last != nil && last.Type == gojq.TermTypeString && f.Name != "sub" && f.Name != "gsub" || len(f.Args) == 3 {
		if last == nil || last.Str == nil {
			return
		}
		flags = last.Str.Str
	}
	k := patternKey{first.Str.Str, strings.ReplaceAll(flags, "g", "")}
	if p, err := compilePattern(k.text, k.flags); err == nil {
		r.patterns[k] = p
	}
}

// compilePattern compiles a pattern with gojq's flags and messages.
func compilePattern(text, flags string) (*pattern, error) {
	if strings.Trim(flags, "gim") != "" {
		return nil, fmt.Errorf("unsupported regular expression flag: %q", flags)
	}
	if strings.Contains(flags, "i") {
		text = "(?i)" + text
	}
	if strings.Contains(flags, "m") {
		text = "(?s)" + text
	}
	tree, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		return nil, fmt.Errorf("invalid regular expression %q: %w", text, err)
	}
	size := patternSize(tree)
	if size > maxPatternSize {
		return nil, fmt.Errorf("the regular expression is too large: it would have about %d parts, and at most %d are allowed", size, maxPatternSize)
	}
	p := &pattern{size: size}
	if p.first, err = regexp.Compile(text); err != nil {
		return nil, fmt.Errorf("invalid regular expression %q: %w", text, err)
	}
	p.names = p.first.SubexpNames()
	if p.next, err = regexp.Compile(`\A(?s:.)(?s:.*?)(` + tree.String() + `)`); err != nil {
		return nil, fmt.Errorf("invalid regular expression %q: %w", text, err)
	}
	return p, nil
}

// patternSize estimates the number of instructions of a pattern, before
// repetitions are written out.
func patternSize(t *syntax.Regexp) int {
	size := 1 + len(t.Rune)
	for _, sub := range t.Sub {
		size += patternSize(sub)
	}
	if t.Op == syntax.OpRepeat {
		size *= max(t.Min, t.Max, 1)
	}
	return min(size, 1<<30)
}

// patternCache holds the patterns that callers gave to a program, the latest
// first.
type patternCache struct {
	mu    sync.Mutex
	byKey map[patternKey]*list.Element
	order *list.List // of cachedPattern
	size  int
}

type cachedPattern struct {
	key     patternKey
	pattern *pattern
}

func newPatternCache() *patternCache {
	return &patternCache{byKey: map[patternKey]*list.Element{}, order: list.New()}
}

func (c *patternCache) get(k patternKey) (*pattern, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.byKey[k]
	if !ok {
		return nil, false
	}
	c.order.MoveToFront(e)
	return e.Value.(cachedPattern).pattern, true
}

func (c *patternCache) put(k patternKey, p *pattern) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.byKey[k]; ok {
		return
	}
	c.byKey[k] = c.order.PushFront(cachedPattern{k, p})
	c.size += p.size + len(k.text)
	for c.order.Len() > maxCached || c.size > maxCachedSize && c.order.Len() > 1 {
		oldest := c.order.Remove(c.order.Back()).(cachedPattern)
		delete(c.byKey, oldest.key)
		c.size -= oldest.pattern.size + len(oldest.key.text)
	}
}

func (r *run) pattern(text, flags string) (*pattern, error) {
	k := patternKey{text, strings.ReplaceAll(flags, "g", "")}
	if p, ok := r.program.patterns[k]; ok {
		return p, nil
	}
	if p, ok := r.program.cache.get(k); ok {
		return p, nil
	}
	r.charge(64 * len(text))
	p, err := compilePattern(text, flags)
	if err != nil {
		return nil, err
	}
	r.charge(200 * p.size)
	r.program.cache.put(k, p)
	return p, nil
}

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
	m.r.checkWork(1 + len(rest)>>10)
	if len(rest)*m.p.size <= smallSearch && (!m.global || len(rest) <= 4096) {
		found = re.FindStringSubmatchIndex(rest)
	} else {
		found = re.FindReaderSubmatchIndex(&runeReader{r: m.r, text: rest, cost: uint(m.p.size)})
	}
	if found == nil {
		return nil
	}
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

// object returns a match as jq's object.
func (m *matcher) object(at []int) map[string]any {
	m.r.charge(300 * len(at) / 2)
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

// iterator makes an iterator of a function.
type iterator func() (any, bool)

// Next returns the next value.
func (i iterator) Next() (any, bool) { return i() }

func (r *run) test(v, re, flags any) any {
	m, err := r.newMatcher("test", v, re, flags)
	if err != nil {
		return err
	}
	m.global = false
	return m.next() != nil
}

func (r *run) matches(v, re, flags any) (gojq.Iter, error) {
	m, err := r.newMatcher("match", v, re, flags)
	if err != nil {
		return nil, err
	}
	return iterator(func() (any, bool) {
		at := m.next()
		if at == nil {
			return nil, false
		}
		return m.object(at), true
	}), nil
}

// parts yields the texts between the matches.
func (r *run) parts(v, re, flags any) (gojq.Iter, error) {
	m, err := r.newMatcher("match", v, re, flags)
	if err != nil {
		return nil, err
	}
	end, done := 0, false
	return iterator(func() (any, bool) {
		if done {
			return nil, false
		}
		start := end
		at := m.next()
		if at == nil {
			done = true
			return m.text[start:], true
		}
		end = at[1]
		return m.text[start:at[0]], true
	}), nil
}

// substitution is the work of sub: several texts, because the replacement may
// yield several values.
type substitution struct {
	m       *matcher
	at      []int
	end     int // of the match before
	results []*strings.Builder
	output  int // of the replacement
	size    int
}

func (r *run) substitute(v, re, flags any) any {
	m, err := r.newMatcher("match", v, re, flags)
	if err != nil {
		return err
	}
	return &substitution{m: m}
}

// captures yields the named groups of each match.
func (s *substitution) captures() gojq.Iter {
	return iterator(func() (any, bool) {
		if s.at != nil {
			s.end = s.at[1]
		}
		s.output = 0
		if s.at = s.m.next(); s.at == nil {
			return nil, false
		}
		groups := map[string]any{}
		for i := 1; i < len(s.at)/2; i++ {
			if name := s.m.p.names[i]; name != "" {
				groups[name] = nil
				if s.at[2*i] >= 0 {
					groups[name] = s.m.text[s.at[2*i]:s.at[2*i+1]]
				}
			}
		}
		return groups, true
	})
}

// replace puts a replacement in the place of the current match.
func (r *run) replace(s *substitution, by any) any {
	before := s.m.text[s.end:s.at[0]]
	text, ok := by.(string)
	if by != nil && !ok {
		return native("$l + $r", nil, before, by)
	}
	if s.output == len(s.results) {
		r.chargeElements(len(s.results)+1, 64)
		s.results = append(s.results, &strings.Builder{})
	}
	s.size += len(before) + len(text)
	if s.size > maxText {
		r.chargeText(s.size)
	}
	r.charge(len(before) + len(text))
	b := s.results[s.output]
	b.WriteString(before)
	b.WriteString(text)
	s.output++
	return nil
}

// finish yields the replaced texts.
func (s *substitution) finish() (gojq.Iter, error) {
	if len(s.results) == 0 {
		return gojq.NewIter(s.m.text), nil
	}
	i := 0
	return iterator(func() (any, bool) {
		if i == len(s.results) {
			return nil, false
		}
		b := s.results[i]
		i++
		s.m.r.chargeText(b.Len() + len(s.m.text) - s.end)
		b.WriteString(s.m.text[s.end:])
		return b.String(), true
	}), nil
}
