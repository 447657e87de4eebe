package datetime

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// group writes and reads one part of a time.
type group struct {
	write func(out []byte, at time.Time) []byte
	read  func(s *scanner, f *readFields) error
}

// groups are the groups by their letters, apart from S, which may be repeated
// up to nine times.
var groups = map[string]group{
	"YYYY": numeric(4, "a year of four digits", time.Time.Year, func(f *readFields, n int) { f.year = n }),
	"YY":   numeric(2, "a year of two digits", func(at time.Time) int { return at.Year() % 100 }, setShortYear),
	"MM":   numeric(2, "a month of two digits", month, setMonth),
	"M":    numeric(1, "a month", month, setMonth),
	"MMMM": named("the name of a month", monthNames(0), month, setMonth),
	"MMM":  named("a month of three letters", monthNames(3), month, setMonth),
	"DD":   numeric(2, "a day of two digits", time.Time.Day, setDay),
	"D":    numeric(1, "a day", time.Time.Day, setDay),
	"EEEE": named("the name of a weekday", dayNames(0), weekday, func(*readFields, int) {}),
	"EEE":  named("a weekday of three letters", dayNames(3), weekday, func(*readFields, int) {}),
	"hh":   numeric(2, "an hour of two digits", time.Time.Hour, setHour),
	"h":    numeric(1, "an hour", time.Time.Hour, setHour),
	"HH":   numeric(2, "an hour of two digits", halfHour, setHalfHour),
	"H":    numeric(1, "an hour", halfHour, setHalfHour),
	"AA":   named("AM or PM", []string{"AM", "PM"}, half, setHalf),
	"aa":   named("am or pm", []string{"am", "pm"}, half, setHalf),
	"mm":   numeric(2, "a minute of two digits", time.Time.Minute, setMinute),
	"m":    numeric(1, "a minute", time.Time.Minute, setMinute),
	"ss":   numeric(2, "a second of two digits", time.Time.Second, setSecond),
	"s":    numeric(1, "a second", time.Time.Second, setSecond),

	"ZZZZZ": {layoutWriter("-07:00"), readZone},
	"ZZZZ":  {layoutWriter("-0700"), readZone},
	"ZZZ":   {writeUTCOr("-0700"), readZone},
	"Z":     {layoutWriter("Z07:00"), readZone},
	"z":     {layoutWriter("MST"), readZone},
}

// choices names the groups that a letter can form, for messages.
var choices = map[byte]string{
	'Y': "YYYY or YY", 'M': "M, MM, MMM or MMMM", 'D': "D or DD", 'E': "EEE or EEEE", 'h': "h or hh", 'H': "H or HH", 'A': "AA", 'a': "aa",
	'm': "m or mm", 's': "s or ss", 'S': "S to SSSSSSSSS", 'Z': "Z, ZZZ, ZZZZ or ZZZZZ", 'z': "z",
}

func findGroup(letters string) (group, error) {
	if g, ok := groups[letters]; ok {
		return g, nil
	}
	if letters[0] == 'S' && len(letters) <= 9 {
		return fraction(len(letters)), nil
	}
	if choice, ok := choices[letters[0]]; ok {
		return group{}, fmt.Errorf("%s is not a part of a time; write %s", quote(letters), choice)
	}
	return group{}, fmt.Errorf("%s is not a part of a time; put other letters in single quotes", quote(letters))
}

// numeric is a group of digits. A group of one digit reads one or two.
func numeric(width int, what string, get func(time.Time) int, set func(*readFields, int)) group {
	return group{
		write: func(out []byte, at time.Time) []byte { return fmt.Appendf(out, "%0*d", width, get(at)) },
		read: func(s *scanner, f *readFields) error {
			digits := s.digits(max(width, 2))
			if len(digits) < width {
				s.rest = digits + s.rest
				return fmt.Errorf("%s is expected", what)
			}
			set(f, toInt(digits))
			return nil
		},
	}
}

// named is a group of words, which are read in any case.
func named(what string, names []string, get func(time.Time) int, set func(*readFields, int)) group {
	return group{
		write: func(out []byte, at time.Time) []byte { return append(out, names[get(at)-first(names)]...) },
		read: func(s *scanner, f *readFields) error {
			for i, name := range names {
				if len(s.rest) >= len(name) && strings.EqualFold(s.rest[:len(name)], name) {
					s.rest = s.rest[len(name):]
					set(f, i+first(names))
					return nil
				}
			}
			return fmt.Errorf("%s is expected", what)
		},
	}
}

// first is the number of the first name: months count from 1.
func first(names []string) int {
	if len(names) == 12 {
		return 1
	}
	return 0
}

func fraction(digits int) group {
	return group{
		write: func(out []byte, at time.Time) []byte {
			return append(out, fmt.Sprintf("%09d", at.Nanosecond())[:digits]...)
		},
		read: func(s *scanner, f *readFields) error { return s.fraction(&f.fields) },
	}
}

func layoutWriter(layout string) func([]byte, time.Time) []byte {
	return func(out []byte, at time.Time) []byte { return at.AppendFormat(out, layout) }
}

func writeUTCOr(layout string) func([]byte, time.Time) []byte {
	return func(out []byte, at time.Time) []byte {
		if _, offset := at.Zone(); offset == 0 {
			return append(out, "UTC"...)
		}
		return at.AppendFormat(out, layout)
	}
}

// zoneHours are the names of zones that RFC 5322, section 4.3, defines, with
// their hours from UTC. Other names have several meanings.
var zoneHours = map[string]int{
	"UTC": 0, "UT": 0, "GMT": 0, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
}

func readZone(s *scanner, f *readFields) error {
	n := 0
	for n < len(s.rest) && isLetter(s.rest[n]) {
		n++
	}
	name := s.rest[:n]
	if n < 2 {
		return s.offset(&f.fields)
	}
	hours, ok := zoneHours[name]
	if !ok {
		return fmt.Errorf("%s has no offset that is the same everywhere; put it in single quotes and name the time zone as the third argument", strconv.Quote(name))
	}
	f.zone = time.FixedZone("", hours*60*60)
	s.rest = s.rest[n:]
	return nil
}

func month(at time.Time) int   { return int(at.Month()) }
func weekday(at time.Time) int { return int(at.Weekday()) }
func half(at time.Time) int    { return at.Hour() / 12 }

// halfHour returns the hour from 1 to 12.
func halfHour(at time.Time) int { return (at.Hour()+11)%12 + 1 }

func setMonth(f *readFields, n int)  { f.month = n }
func setDay(f *readFields, n int)    { f.day = n }
func setHour(f *readFields, n int)   { f.hour = n }
func setMinute(f *readFields, n int) { f.minute = n }
func setSecond(f *readFields, n int) { f.second = n }
func setHalf(f *readFields, n int)   { f.half = n }

func setHalfHour(f *readFields, n int) {
	f.hour, f.isHalfDay = n, true
}

// setShortYear follows POSIX: 69 to 99 are of the twentieth century.
func setShortYear(f *readFields, n int) {
	f.year = 2000 + n
	if n >= 69 {
		f.year = 1900 + n
	}
}

func monthNames(letters int) []string {
	var names []string
	for m := time.January; m <= time.December; m++ {
		names = append(names, cut(m.String(), letters))
	}
	return names
}

func dayNames(letters int) []string {
	var names []string
	for d := time.Sunday; d <= time.Saturday; d++ {
		names = append(names, cut(d.String(), letters))
	}
	return names
}

// cut returns the first letters of a name, all of them for 0.
func cut(name string, letters int) string {
	if letters == 0 {
		return name
	}
	return name[:letters]
}
