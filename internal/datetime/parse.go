// Package datetime reads and writes times as text. Every part of the program
// that takes a time from a caller or from a flow file uses it.
//
// [Parse] reads RFC 3339 and the forms of ISO 8601 that senders write instead.
// A [Layout] describes any other form.
package datetime

import (
	"errors"
	"fmt"
	"time"
	"unicode/utf8"
)

// Accepted describes the texts that Parse reads, for messages.
const Accepted = "a date and time such as 2026-01-31T12:00:00Z or 2026-01-31T12:00:00.5+0100"

// Parse reads a date and time as in RFC 3339, section 5.6. Beyond RFC 3339 it
// accepts a space instead of T, a comma before the fraction, and an offset
// without colon or minutes (+0100, +01). A fraction may have any number of
// digits; those after the ninth are dropped. A leap second is read as the second
// after it.
func Parse(text string) (time.Time, error) {
	s := scanner{rest: text}
	var f fields
	err := s.dateTime(&f)
	if err == nil && s.rest != "" {
		err = errors.New("more text follows the offset")
	}
	var at time.Time
	if err == nil {
		at, err = f.time(time.UTC)
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("%s is not %s: %w", quote(text), Accepted, err)
	}
	return at, nil
}

// Format writes a time as in RFC 3339, with as many digits of a fraction as it
// has. A time of an offset with seconds, which RFC 3339 can't write, is given in
// UTC. The year must have four digits.
func Format(at time.Time) string {
	if _, offset := at.Zone(); offset%60 != 0 {
		at = at.UTC()
	}
	return at.Format(time.RFC3339Nano)
}

var (
	errDate = errors.New("the date is written YYYY-MM-DD")
	errTime = errors.New("the time of day is written hh:mm:ss after the date and a T")
)

func (s *scanner) dateTime(f *fields) error {
	err := s.inOrder(
		s.number(&f.year, 4, errDate), s.literal("-", errDate),
		s.number(&f.month, 2, errDate), s.literal("-", errDate),
		s.number(&f.day, 2, errDate), s.separator,
		s.number(&f.hour, 2, errTime), s.literal(":", errTime),
		s.number(&f.minute, 2, errTime), s.literal(":", errTime),
		s.number(&f.second, 2, errTime),
	)
	if err != nil {
		return err
	}
	if s.rest != "" && (s.rest[0] == '.' || s.rest[0] == ',') {
		s.rest = s.rest[1:]
		if err := s.fraction(f); err != nil {
			return err
		}
	}
	return s.offset(f)
}

// separator reads the character between date and time of day.
func (s *scanner) separator() error {
	if s.rest == "" {
		return errors.New("the time of day is missing")
	}
	switch s.rest[0] {
	case 'T', 't', ' ':
		s.rest = s.rest[1:]
		return nil
	}
	return errTime
}

// quote returns the text in quotes, cut if it is long.
func quote(text string) string {
	const most = 60
	if utf8.RuneCountInString(text) > most {
		return fmt.Sprintf("%.*q…", most, text)
	}
	return fmt.Sprintf("%q", text)
}
