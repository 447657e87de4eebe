// Package cron parses schedules in the form of crontab(5) and computes their
// ticks in a time zone, also across changes of its clocks.
//
// A schedule has five fields: minute, hour, day of month, month, day of week. If
// both days are restricted, a day that matches either of them is enough. Fields
// may have lists, ranges, steps and names, L (the last day), 15W (the nearest
// weekday) and FRI#2 (the second Friday). @hourly, @daily, @weekly, @monthly and
// @yearly stand for a whole schedule.
package cron

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	robfig "github.com/netresearch/go-cron"
)

// Schedule is a schedule in a time zone. It never changes.
type Schedule struct {
	wall         *robfig.SpecSchedule // ticks of a clock that is never changed
	zone         *time.Location
	hourly       bool            // it ticks in every hour, or every few hours
	skippedDates map[string]bool // by "2006-01-02"
	skippedDays  map[string]bool // by "01-02", in every year
}

// Parse parses a schedule that ticks in the time zone.
func Parse(text string, zone *time.Location) (*Schedule, error) {
	switch {
	case strings.HasPrefix(text, "TZ=") || strings.HasPrefix(text, "CRON_TZ="):
		return nil, errors.New("the schedule must not have a time zone; set timezone instead")
	case strings.HasPrefix(text, "@every"):
		return nil, errors.New(`"@every" depends on the start of the program; write "*/5 * * * *" for every five minutes`)
	}
	if n := len(strings.Fields(text)); n != 5 && !strings.HasPrefix(text, "@") {
		return nil, fmt.Errorf("a schedule has five fields (minute, hour, day of month, month, day of week), but this has %d", n)
	}
	for _, field := range strings.Fields(text) {
		if slices.Contains(strings.Split(field, ","), "") {
			return nil, fmt.Errorf("%q has an empty element in its list; write values between the commas, such as 1,2", field)
		}
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
		return nil, errors.New("it is not a schedule of five fields")
	}
	wall := *spec
	wall.Location, wall.MaxSearchYears = time.UTC, searchYears
	return &Schedule{wall: &wall, zone: zone, hourly: strings.HasPrefix(hourField(text), "*")}, nil
}

// searchYears is the number of years in which Next searches for a tick. A leap
// day on a certain weekday comes every 28 years, or after 40 years across a
// century.
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

// Skip returns a schedule without ticks on the days, which are written as
// "2026-12-25", or "12-25" for every year.
func (s *Schedule) Skip(days []string) (*Schedule, error) {
	out := *s
	out.skippedDates, out.skippedDays = map[string]bool{}, map[string]bool{}
	for _, day := range days {
		if _, err := time.Parse("2006-01-02", day); err == nil {
			out.skippedDates[day] = true
			continue
		}
		if _, err := time.Parse("2006-01-02", "2024-"+day); err != nil { // a leap year
			return nil, fmt.Errorf("%q is not a day; write it like 2026-12-25, or like 12-25 for every year", day)
		}
		out.skippedDays[day] = true
	}
	return &out, nil
}

// Next returns the first tick after a time, in the schedule's zone. It returns
// the zero time if there is none within 40 years.
//
// When clocks are put forward, ticks in the skipped hour come once, at its end.
// When they are put back, a schedule that ticks in every hour, or every few
// hours, ticks in both repeated hours. Any other schedule ticks in the first.
func (s *Schedule) Next(after time.Time) time.Time {
	var best time.Time
	at := wallTime(after.In(s.zone)).Add(-maxClockChange)
	end := at.AddDate(searchYears, 0, 0)
	for {
		if at = s.wall.Next(at); at.IsZero() || at.After(end) {
			return best
		}
		if !best.IsZero() && at.After(wallTime(best).Add(maxClockChange)) {
			return best
		}
		if s.isSkipped(at) {
			continue
		}
		for _, t := range s.timesShowing(at) {
			if t.After(after) && (best.IsZero() || t.Before(best)) {
				best = t
			}
		}
	}
}

// maxClockChange is longer than any regular change of a clock. A few zones have
// skipped a whole day, each of them once.
const maxClockChange = 3 * time.Hour

func (s *Schedule) isSkipped(at time.Time) bool {
	return s.skippedDates[at.Format("2006-01-02")] || s.skippedDays[at.Format("01-02")]
}

// wallTime returns the date and time that a clock in t's zone shows, as UTC.
func wallTime(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
}

// timesShowing returns the times at which the zone's clock shows a wall time: one
// time, two if the clock was put back, or the end of a skipped hour.
func (s *Schedule) timesShowing(wall time.Time) []time.Time {
	// These have the offsets before and after a nearby change of the clock.
	early := s.withOffsetAt(wall, wall.Add(-24*time.Hour))
	late := s.withOffsetAt(wall, wall.Add(24*time.Hour))
	switch {
	case early.Equal(late):
		return []time.Time{early}
	case !wallTime(early).Equal(wall) && !wallTime(late).Equal(wall):
		return []time.Time{s.findGapEnd(early, late)}
	case !wallTime(early).Equal(wall):
		return []time.Time{late}
	case !wallTime(late).Equal(wall) || !s.hourly:
		return []time.Time{early}
	}
	return []time.Time{early, late}
}

// withOffsetAt returns the time of a wall time if the zone has the offset that it
// has at another wall time.
func (s *Schedule) withOffsetAt(wall, other time.Time) time.Time {
	_, offset := time.Date(other.Year(), other.Month(), other.Day(), other.Hour(), other.Minute(), 0, 0, s.zone).Zone()
	return wall.Add(-time.Duration(offset) * time.Second).In(s.zone)
}

// findGapEnd returns the time between a and b at which the clock was put forward.
func (s *Schedule) findGapEnd(a, b time.Time) time.Time {
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
