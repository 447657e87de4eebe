package sql

import (
	"fmt"
	"regexp"
	"strings"
	"time"
)

// Columns without a zone hold UTC: an instant, that is a time with a zone, is
// written to them in UTC and read from them as UTC. A database on its own would
// drop the zone.

// instantForm matches ISO 8601 and RFC 3339 times with a zone.
var instantForm = regexp.MustCompile(`^(\d{4})-?(\d\d)-?(\d\d)[Tt ](\d\d):?(\d\d)(?::?(\d\d)(?:[.,](\d{1,9}))?)?\s*(?:([Zz])|([+-]\d\d)(?::?(\d\d))?)$`)

// parseInstant reads a time with a zone. It returns false for other texts.
func parseInstant(text string) (time.Time, bool) {
	m := instantForm.FindStringSubmatch(strings.TrimSpace(text))
	if m == nil {
		return time.Time{}, false
	}
	orZero := func(text, zero string) string {
		if text == "" {
			return zero
		}
		return text
	}
	zone := "Z"
	if m[8] == "" {
		zone = m[9] + ":" + orZero(m[10], "00")
	}
	t, err := time.Parse(time.RFC3339Nano, fmt.Sprintf("%s-%s-%sT%s:%s:%s.%s%s", m[1], m[2], m[3], m[4], m[5], orZero(m[6], "00"), orZero(m[7], "0"), zone))
	return t, err == nil
}

var (
	eraOrHalf = regexp.MustCompile(`(?i)\b(am|pm|bc|ad)\b|\b(\d\d?)(am|pm)\b`)
	zoneForm  = regexp.MustCompile(`\d:\d\d.*[A-Za-z+-]|\d[Tt]\d{4,6}[.\d]*\s*[A-Za-z+-]`)
)

// mayHaveZone reports whether a text may hold a time with a zone.
func mayHaveZone(text string) bool {
	return zoneForm.MatchString(eraOrHalf.ReplaceAllString(text, ""))
}

// plainTime is the form of times without a zone, which all databases read.
const plainTime = "2006-01-02 15:04:05.999999999"

// withoutZone writes a text for a column of times without a zone: an instant in
// UTC, and other texts unchanged.
func withoutZone(text string) (string, error) {
	if t, ok := parseInstant(text); ok {
		return t.UTC().Format(plainTime), nil
	}
	if mayHaveZone(text) {
		return "", fmt.Errorf(`the column has no time zone, and the database would drop the one in this text; write the time as "2026-03-14T12:00:00+02:00"`)
	}
	return text, nil
}

// partOfUTC writes a text for a column that holds a part of a time, a date or a
// time of day: an instant that is in UTC by that part of it. The part in
// another zone would be ambiguous.
func partOfUTC(part, layout, spec string) func(text string) (string, error) {
	return func(text string) (string, error) {
		t, ok := parseInstant(text)
		if _, offset := t.Zone(); ok && offset == 0 {
			return t.UTC().Format(layout), nil
		}
		if ok || mayHaveZone(text) {
			return "", fmt.Errorf("the column holds a %s without a time zone, and this is another %s in UTC; write the one that is meant, such as formatdate(%q, time)", part, part, spec)
		}
		return text, nil
	}
}

func dateOfUTC() func(string) (string, error) { return partOfUTC("date", time.DateOnly, "YYYY-MM-DD") }

func clockOfUTC() func(string) (string, error) {
	return partOfUTC("time of day", "15:04:05.999999999", "hh:mm:ss")
}
