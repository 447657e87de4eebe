// Package cron reads schedules as crontab(5) writes them, and tells when they
// tick in a time zone whose clocks are changed twice a year.
//
// A schedule is five fields: minute, hour, day of month, month, day of week.
// Where both days are restricted, either of them is enough. Besides lists,
// ranges, steps and names there are L (the last day), 15W (the nearest
// weekday), FRI#2 (the second Friday) and @hourly, @daily, @weekly, @monthly,
// @yearly.
package cron

import (
	"errors"
	"fmt"
	"strings"
	"time"

	robfig "github.com/netresearch/go-cron"
)

// Schedule is a schedule in a time zone. It never changes.
type Schedule struct {
	wall   *robfig.SpecSchedule // ticks of a clock that is never changed
	zone   *time.Location
	often  bool // it ticks in every hour, or every few hours
	skips  map[string]bool
	annual map[string]bool
}

// Parse reads a schedule.
func Parse(text string, zone *time.Location) (*Schedule, error) {
	switch {
	case strings.HasPrefix(text, "TZ=") || strings.HasPrefix(text, "CRON_TZ="):
		return nil, errors.New("the time zone stands in timezone, not in the schedule")
	case strings.HasPrefix(text, "@every"):
		return nil, errors.New(`"@every" counts from the start of the program, which nobody knows; write "*/5 * * * *" for every five minutes`)
	}
	if n := len(strings.Fields(text)); n != 5 && !strings.HasPrefix(text, "@") {
		return nil, fmt.Errorf("a schedule has five fields (minute, hour, day of month, month, day of week), and this has %d", n)
	}
	parser, err := robfig.TryNewParser(robfig.Minute | robfig.Hour | robfig.Dom | robfig.Month | robfig.Dow |
		robfig.Descriptor | robfig.Extended | robfig.DowOrDom)
	if err != nil {
		return nil, err
	}
	parsed, err := parser.Parse(text)
	if err != nil {
		return nil, err
	}
	spec, ok := parsed.(*robfig.SpecSchedule)
	if !ok {
		return nil, errors.New("it is no schedule of five fields")
	}
	wall := *spec
	wall.Location, wall.MaxSearchYears = time.UTC, searchYears
	return &Schedule{wall: &wall, zone: zone, often: strings.HasPrefix(hourField(text), "*")}, nil
}

// searchYears is how far ahead a tick is looked for: a leap day that is a
// certain weekday comes every 28 years, or after 40 where a century is between.
const searchYears = 41

func hourField(text string) string {
	if fields := strings.Fields(text); len(fields) == 5 {
		return fields[1]
	}
	if strings.TrimSpace(strings.ToLower(text)) == "@hourly" {
		return "*"
	}
	return ""
}

// Skip leaves out the ticks of days: "2026-12-25", or "12-25" in every year.
func (s *Schedule) Skip(days []string) (*Schedule, error) {
	out := *s
	out.skips, out.annual = map[string]bool{}, map[string]bool{}
	for _, day := range days {
		if _, err := time.Parse("2006-01-02", day); err == nil {
			out.skips[day] = true
			continue
		}
		if _, err := time.Parse("2006-01-02", "2024-"+day); err != nil { // a leap year
			return nil, fmt.Errorf("%q is no day; write it as 2026-12-25, or 12-25 for every year", day)
		}
		out.annual[day] = true
	}
	return &out, nil
}

// Next is the first tick after a moment, in the schedule's zone; zero where
// there is none within 40 years.
//
// Where clocks are put forward, ticks in the hour that does not exist come at
// its end, once. Where they are put back, a schedule that ticks in every hour,
// or every few, does so in both; any other ticks in the first one.
func (s *Schedule) Next(after time.Time) time.Time {
	var best time.Time
	at := clockFace(after.In(s.zone)).Add(-change)
	end := at.AddDate(searchYears, 0, 0)
	for {
		if at = s.wall.Next(at); at.IsZero() || at.After(end) {
			return best
		}
		if !best.IsZero() && at.After(clockFace(best).Add(change)) {
			return best
		}
		if s.skipped(at) {
			continue
		}
		for _, t := range s.moments(at) {
			if t.After(after) && (best.IsZero() || t.Before(best)) {
				best = t
			}
		}
	}
}

// change is more than any clock is changed by at once; zones that leave out a
// whole day have done so once.
const change = 3 * time.Hour

func (s *Schedule) skipped(at time.Time) bool {
	return s.skips[at.Format("2006-01-02")] || s.annual[at.Format("01-02")]
}

// clockFace is what a clock shows, as a time in UTC.
func clockFace(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
}

// moments are those at which the clock of the zone shows a time: one, two where
// it was put back, or the end of the hour that it leaves out.
func (s *Schedule) moments(face time.Time) []time.Time {
	// The offset before and after a change that is near.
	early := s.withOffsetOf(face, face.Add(-24*time.Hour))
	late := s.withOffsetOf(face, face.Add(24*time.Hour))
	switch {
	case early.Equal(late):
		return []time.Time{early}
	case !clockFace(early).Equal(face) && !clockFace(late).Equal(face):
		return []time.Time{s.endOfGap(early, late)}
	case !clockFace(early).Equal(face):
		return []time.Time{late}
	case !clockFace(late).Equal(face) || !s.often:
		return []time.Time{early}
	}
	return []time.Time{early, late}
}

// withOffsetOf is the moment at which a clock shows a time that has the offset
// which the zone has at another.
func (s *Schedule) withOffsetOf(face, other time.Time) time.Time {
	_, offset := time.Date(other.Year(), other.Month(), other.Day(), other.Hour(), other.Minute(), 0, 0, s.zone).Zone()
	return face.Add(-time.Duration(offset) * time.Second).In(s.zone)
}

// endOfGap is the first moment after clocks were put forward, which is between
// two others.
func (s *Schedule) endOfGap(a, b time.Time) time.Time {
	if b.Before(a) {
		a, b = b, a
	}
	_, before := a.Zone()
	for b.Sub(a) > time.Second {
		middle := a.Add(b.Sub(a) / 2).Truncate(time.Second)
		if _, offset := middle.Zone(); offset == before {
			a = middle
		} else {
			b = middle
		}
	}
	return b
}
