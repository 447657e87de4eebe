package datetime

import (
	"errors"
	"strings"
	"time"
)

// scanner reads the parts of a time from the beginning of a text.
type scanner struct{ rest string }

func (s *scanner) inOrder(parts ...func() error) error {
	for _, read := range parts {
		if err := read(); err != nil {
			return err
		}
	}
	return nil
}

// number returns a function that reads a number of exactly n digits.
func (s *scanner) number(dst *int, n int, otherwise error) func() error {
	return func() error {
		digits := s.digits(n)
		if len(digits) != n {
			return otherwise
		}
		*dst = toInt(digits)
		return nil
	}
}

// literal returns a function that reads a fixed text.
func (s *scanner) literal(text string, otherwise error) func() error {
	return func() error {
		rest, ok := strings.CutPrefix(s.rest, text)
		if !ok {
			return otherwise
		}
		s.rest = rest
		return nil
	}
}

// digits reads the digits at the beginning, at most n.
func (s *scanner) digits(n int) string {
	i := 0
	for i < len(s.rest) && i < n && isDigit(s.rest[i]) {
		i++
	}
	digits := s.rest[:i]
	s.rest = s.rest[i:]
	return digits
}

// fraction reads the digits of a fraction of a second.
func (s *scanner) fraction(f *fields) error {
	digits := s.digits(len(s.rest))
	if digits == "" {
		return errors.New("digits of the fraction of a second are missing")
	}
	f.nanosecond = toInt((digits + "00000000")[:9])
	return nil
}

// offset reads an offset from UTC: Z, +01:00, +0100 or +01.
func (s *scanner) offset(f *fields) error {
	if s.rest == "" {
		return errors.New("the offset from UTC is missing, such as Z or +01:00")
	}
	sign := s.rest[0]
	s.rest = s.rest[1:]
	switch sign {
	case 'Z', 'z':
		f.zone = time.UTC
		return nil
	case '+', '-':
	default:
		return errors.New("the offset from UTC is written Z, +01:00, +0100 or +01")
	}
	hours, minutes := s.digits(2), "00"
	if rest, ok := strings.CutPrefix(s.rest, ":"); ok {
		s.rest = rest
		minutes = s.digits(2)
	} else if s.rest != "" && isDigit(s.rest[0]) {
		minutes = s.digits(2)
	}
	if len(hours) != 2 || len(minutes) != 2 || hours > "23" || minutes > "59" {
		return errors.New("the offset from UTC is at most 23:59 and written as +01:00, +0100 or +01")
	}
	seconds := (toInt(hours)*60 + toInt(minutes)) * 60
	if sign == '-' {
		seconds = -seconds
	}
	f.zone = time.FixedZone("", seconds)
	return nil
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func toInt(digits string) int {
	n := 0
	for i := range len(digits) {
		n = 10*n + int(digits[i]-'0')
	}
	return n
}
