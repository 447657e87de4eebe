package datetime

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Layout is the form of a time: groups of letters such as YYYY or mm, and text
// between them.
type Layout struct {
	text  string
	parts []part
}

// part is a group of letters, or literal text if its letters are empty.
type part struct {
	letters string
	literal string
	group   group
}

// ParseLayout reads a layout. Letters outside of single quotes are groups; two
// single quotes are one.
func ParseLayout(text string) (*Layout, error) {
	l := &Layout{text: text}
	for rest := text; rest != ""; {
		p, n, err := cutPart(rest)
		if err != nil {
			return nil, err
		}
		l.parts = append(l.parts, p)
		rest = rest[n:]
	}
	return l, nil
}

// cutPart reads the part at the beginning of a layout, and returns its length.
func cutPart(text string) (part, int, error) {
	switch {
	case text[0] == '\'':
		return cutQuoted(text)
	case isLetter(text[0]):
		n := 1
		for n < len(text) && text[n] == text[0] {
			n++
		}
		g, err := findGroup(text[:n])
		return part{letters: text[:n], group: g}, n, err
	}
	n := strings.IndexFunc(text, func(r rune) bool { return r == '\'' || r < 0x80 && isLetter(byte(r)) })
	if n < 0 {
		n = len(text)
	}
	return part{literal: text[:n]}, n, nil
}

func cutQuoted(text string) (part, int, error) {
	if strings.HasPrefix(text, "''") {
		return part{literal: "'"}, 2, nil
	}
	for i := 1; i < len(text); i++ {
		if text[i] != '\'' {
			continue
		}
		if i+1 == len(text) || text[i+1] != '\'' {
			return part{literal: strings.ReplaceAll(text[1:i], "''", "'")}, i + 1, nil
		}
		i++
	}
	return part{}, 0, errors.New("a single quote is not closed")
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

// Format writes a time in the layout.
func (l *Layout) Format(at time.Time) string {
	var out []byte
	for _, p := range l.parts {
		if p.letters == "" {
			out = append(out, p.literal...)
		} else {
			out = p.group.write(out, at)
		}
	}
	return string(out)
}

// CheckReading returns an error if times can't be read in the layout, because it
// lacks the year, or the half of the day of an hour from 1 to 12.
func (l *Layout) CheckReading() error {
	switch {
	case !l.has('Y'):
		return errors.New("the year is missing: YYYY, or YY for two digits")
	case l.has('H') && !l.has('A') && !l.has('a'):
		return errors.New("HH is an hour from 1 to 12 and needs AA; an hour from 0 to 23 is hh")
	}
	return nil
}

func (l *Layout) has(letter byte) bool {
	for _, p := range l.parts {
		if p.letters != "" && p.letters[0] == letter {
			return true
		}
	}
	return false
}

// Parse reads a time in the layout. zone counts if the text has no offset. Parts
// that the layout lacks are the first: 1 January, 00:00:00.
func (l *Layout) Parse(text string, zone *time.Location) (time.Time, error) {
	if err := l.CheckReading(); err != nil {
		return time.Time{}, err
	}
	s := scanner{rest: text}
	f := readFields{fields: fields{month: 1, day: 1}}
	err := l.read(&s, &f)
	var at time.Time
	if err == nil {
		at, err = f.time(zone)
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("%s does not have the form %s: %w", quote(text), quote(l.text), err)
	}
	return at, nil
}

func (l *Layout) read(s *scanner, f *readFields) error {
	for _, p := range l.parts {
		if p.letters != "" {
			if err := p.group.read(s, f); err != nil {
				return fmt.Errorf("%w at %s", err, quote(s.rest))
			}
			continue
		}
		if err := s.literal(p.literal, fmt.Errorf("%s is expected at %s", quote(p.literal), quote(s.rest)))(); err != nil {
			return err
		}
	}
	if s.rest != "" {
		return fmt.Errorf("it ends before %s", quote(s.rest))
	}
	return f.finishHour()
}

// readFields are the fields that a layout reads.
type readFields struct {
	fields
	isHalfDay bool // hour is from 1 to 12
	half      int  // 1 after noon
}

// finishHour computes the hour of the day from an hour of half a day.
func (f *readFields) finishHour() error {
	if !f.isHalfDay {
		return nil
	}
	if f.hour < 1 || f.hour > 12 {
		return errors.New("the hour is 01 to 12 where HH or H is written")
	}
	f.hour = f.hour%12 + f.half*12
	return nil
}
