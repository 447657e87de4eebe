package funcs

import "strings"

// verb is one % sequence of a format, as far as size depends on it.
type verb struct {
	arg       int // index among the values, from 0
	width     int
	precision int // -1: not given
	mode      byte
}

// takesNumber says whether the verb writes nothing but numbers.
func (v verb) takesNumber() bool {
	return strings.IndexByte("bdoxXeEfgG", v.mode) >= 0
}

// readFormat returns the verbs of a format and the number of bytes that are
// copied as they stand. It stops at a malformed sequence, which is left to the
// function itself to complain about.
func readFormat(format string) (verbs []verb, literal int) {
	s := scanner{text: format}
	literal = len(format)
	for next := 0; s.skipTo('%'); {
		start := s.at
		s.at++
		if s.accept("%") {
			literal--
			continue
		}
		v, ok := s.verb(next)
		if !ok {
			break
		}
		literal -= s.at - start
		next = v.arg + 1
		verbs = append(verbs, v)
	}
	return verbs, literal
}

type scanner struct {
	text string
	at   int
}

// verb reads what follows a percent sign: flags, width, precision, index, mode.
func (s *scanner) verb(next int) (verb, bool) {
	v := verb{arg: next, precision: -1}
	for s.accept("0#+- ") {
		continue
	}
	v.width = s.number()
	if s.accept(".") {
		v.precision = s.number()
	}
	if s.accept("[") {
		v.arg = s.number() - 1
		s.accept("]")
	}
	if s.at >= len(s.text) || v.arg < 0 {
		return v, false
	}
	v.mode = s.text[s.at]
	s.at++
	return v, true
}

func (s *scanner) skipTo(c byte) bool {
	for s.at < len(s.text) && s.text[s.at] != c {
		s.at++
	}
	return s.at < len(s.text)
}

// accept passes over the next byte if it is one of those given.
func (s *scanner) accept(oneOf string) bool {
	if s.at >= len(s.text) {
		return false
	}
	for i := range len(oneOf) {
		if s.text[s.at] == oneOf[i] {
			s.at++
			return true
		}
	}
	return false
}

// number reads digits, of which there may be none. It stops growing at a value
// that no limit allows.
func (s *scanner) number() int {
	n := 0
	for ; s.at < len(s.text) && s.text[s.at] >= '0' && s.text[s.at] <= '9'; s.at++ {
		n = min(n*10+int(s.text[s.at]-'0'), 1<<30)
	}
	return n
}
