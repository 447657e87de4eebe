package diag

import (
	"bytes"
	"sort"
	"unicode/utf8"

	"github.com/apparentlymart/go-textseg/v15/textseg"
	"github.com/hashicorp/hcl/v2"
)

const byteOrderMark = "\ufeff"

// source is a file split into lines.
type source struct {
	bytes  []byte
	starts []int // byte offset of each line's first byte
}

func newSource(b []byte) *source {
	s := &source{bytes: b, starts: []int{0}}
	for i, c := range b {
		if c == '\n' {
			s.starts = append(s.starts, i+1)
		}
	}
	return s
}

// span is a part of a source as byte offsets, the end exclusive.
type span struct{ start, end int }

// lineOf returns the one-based number of the line that holds the offset.
func (s *source) lineOf(offset int) int {
	return sort.SearchInts(s.starts, offset+1)
}

// line returns the span of the one-based line without its line end.
func (s *source) line(number int) span {
	content := span{s.starts[number-1], len(s.bytes)}
	if number < len(s.starts) {
		content.end = s.starts[number] - 1
	}
	if content.end > content.start && s.bytes[content.end-1] == '\r' {
		content.end--
	}
	if number == 1 && bytes.HasPrefix(s.bytes, []byte(byteOrderMark)) {
		content.start = len(byteOrderMark)
	}
	return content
}

func (s *source) text(sp span) []byte { return s.bytes[sp.start:sp.end] }

// locateRange finds the range in the source. It returns false if the range begins
// after the last line: then the range was made from another source. A range that
// ends after a line end is cut before that line end, because it covers nothing of
// the next line. A range that begins or ends inside a character is extended to
// the whole character.
func (s *source) locateRange(r hcl.Range) (span, bool) {
	if r.Start.Line > len(s.starts) {
		return span{}, false
	}
	if r.End == (hcl.Pos{}) {
		r.End = r.Start
	}
	found := span{s.offsetOf(r.Start), s.offsetOf(r.End)}
	found.end = max(found.end, found.start)
	if last := s.lineOf(found.end); found.end > found.start && found.end == s.starts[last-1] {
		found.end = max(found.start, s.line(last-1).end)
	}
	for found.start > 0 && s.insideRune(found.start) {
		found.start--
	}
	for s.insideRune(found.end) {
		found.end++
	}
	return found, true
}

// insideRune reports whether the offset splits a well-formed character.
func (s *source) insideRune(offset int) bool {
	for back := 1; back < utf8.UTFMax && back <= offset; back++ {
		if utf8.RuneStart(s.bytes[offset-back]) {
			r, size := utf8.DecodeRune(s.bytes[offset-back:])
			return r != utf8.RuneError && size > back
		}
	}
	return false
}

// offsetOf returns the byte offset of the position: its own if that agrees with
// its line and column, otherwise an offset computed from line and column.
func (s *source) offsetOf(p hcl.Pos) int {
	if p.Byte >= 0 && p.Byte <= len(s.bytes) {
		line := s.lineOf(p.Byte)
		// A column is one or more bytes, so it cannot be ahead of them.
		if p.Line < 1 || line == p.Line && p.Column-1 <= p.Byte-s.starts[line-1] {
			return p.Byte
		}
	}
	if p.Line < 1 || p.Line > len(s.starts) {
		return len(s.bytes)
	}
	content := s.line(p.Line)
	return content.start + skipColumns(s.text(content), p.Column-1)
}

// skipColumns returns the length in bytes of the first n columns of the line. As
// in HCL, a column is a grapheme cluster.
func skipColumns(line []byte, n int) int {
	at := 0
	for ; n > 0 && at < len(line); n-- {
		at += clusterLength(line[at:])
	}
	return at
}

// clusterLength returns the length in bytes of the first grapheme cluster.
// Bytes that are not UTF-8 form no clusters; there it returns the length of the
// first character.
func clusterLength(b []byte) int {
	n, cluster, err := textseg.ScanGraphemeClusters(b, true)
	if err != nil || n <= 0 || !utf8.Valid(cluster) {
		_, n = utf8.DecodeRune(b)
	}
	return n
}
