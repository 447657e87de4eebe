package input

// isDateTime follows RFC 3339, date-time. It takes a leap second where there
// can be one, which package time does not, and refuses what package time
// takes besides, such as a comma before the fraction.
func isDateTime(s string) bool {
	const clock = len("T12:00:00")
	if len(s) < 10+clock+1 || !isDate(s[:10]) || s[10]|0x20 != 't' {
		return false
	}
	hour, ok1 := twoDigits(s[11:], 23)
	minute, ok2 := twoDigits(s[14:], 59)
	second, ok3 := twoDigits(s[17:], 60)
	if !ok1 || !ok2 || !ok3 || s[13] != ':' || s[16] != ':' {
		return false
	}
	zone, ok := cutFraction(s[10+clock:])
	if !ok {
		return false
	}
	offset, ok := zoneMinutes(zone)
	if !ok {
		return false
	}
	const day = 24 * 60
	utc := (hour*60 + minute - offset + day) % day
	return second < 60 || utc == day-1
}

// cutFraction cuts the fraction of a second off what follows it.
func cutFraction(s string) (rest string, ok bool) {
	if s[0] != '.' {
		return s, true
	}
	n := 1
	for n < len(s) && isDigit(s[n]) {
		n++
	}
	return s[n:], n > 1
}

// zoneMinutes reads an offset from UTC.
func zoneMinutes(s string) (minutes int, ok bool) {
	if s == "Z" || s == "z" {
		return 0, true
	}
	if len(s) != len("+01:00") || (s[0] != '+' && s[0] != '-') || s[3] != ':' {
		return 0, false
	}
	h, ok1 := twoDigits(s[1:], 23)
	m, ok2 := twoDigits(s[4:], 59)
	minutes = h*60 + m
	if s[0] == '-' {
		minutes = -minutes
	}
	return minutes, ok1 && ok2
}

// twoDigits reads the first two characters of s as a number up to most.
func twoDigits(s string, most int) (int, bool) {
	if len(s) < 2 || !isDigit(s[0]) || !isDigit(s[1]) {
		return 0, false
	}
	n := int(s[0]-'0')*10 + int(s[1]-'0')
	return n, n <= most
}
