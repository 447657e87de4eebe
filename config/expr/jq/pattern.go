package jq

import (
	"container/list"
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"
	"sync"

	"github.com/itchyny/gojq"
)

const (
	maxPatternSize = 10_000 // instructions of a compiled pattern
	maxCached      = 64     // patterns that callers gave to a program
	maxCachedSize  = 40_000 // instructions and bytes of these patterns
)

// pattern is a compiled pattern.
type pattern struct {
	first *regexp.Regexp
	// next matches one character, then any text, then the pattern as its group 1.
	// It finds the next match behind a character, so that assertions like ^ and
	// \b see what stands before.
	next  *regexp.Regexp
	names []string
	named int // groups that have a name
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
	for _, name := range p.names {
		if name != "" {
			p.named++
		}
	}
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
	order list.List // of cachedPattern
	size  int
}

type cachedPattern struct {
	key     patternKey
	pattern *pattern
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
	if c.byKey == nil {
		c.byKey = map[patternKey]*list.Element{}
	}
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
	r.charge(patternByte * len(text))
	p, err := compilePattern(text, flags)
	if err != nil {
		return nil, err
	}
	r.charge(patternBytes * p.size)
	r.program.cache.put(k, p)
	return p, nil
}
