package datetime

import (
	"errors"
	"fmt"
	"time"
)

// fields are the parts of a time as it is written.
type fields struct {
	year, month, day, hour, minute, second, nanosecond int
	zone                                               *time.Location // nil if the text has no offset
}

// time returns the instant of the fields. zone counts if the text has no
// offset.
func (f *fields) time(zone *time.Location) (time.Time, error) {
	if err := f.check(); err != nil {
		return time.Time{}, err
	}
	if f.zone != nil {
		zone = f.zone
	}
	at := f.in(zone)
	if f.second == 60 {
		if before := at.Add(-time.Second).UTC(); before.Hour() != 23 || before.Minute() != 59 || before.Second() != 59 {
			return time.Time{}, errors.New("a leap second is 23:59:60 in UTC")
		}
	}
	return at, nil
}

func (f *fields) check() error {
	switch {
	case f.month < 1 || f.month > 12:
		return errors.New("the month is 01 to 12")
	case f.day < 1 || f.day > daysOf(f.year, f.month):
		return fmt.Errorf("the day is 01 to %d in month %02d of the year %04d", daysOf(f.year, f.month), f.month, f.year)
	case f.hour > 23:
		return errors.New("the hour is 00 to 23")
	case f.minute > 59:
		return errors.New("the minute is 00 to 59")
	case f.second > 60:
		return errors.New("the second is 00 to 59")
	}
	return nil
}

func daysOf(year, month int) int {
	return time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// in returns the instant at which the clocks of a zone show the fields. If they
// show them twice, because they are set back, it is the earlier instant. If
// they skip the fields, because they are set forward, the result is later by
// the hour that is skipped: 02:30 becomes 03:30.
func (f *fields) in(zone *time.Location) time.Time {
	wall := time.Date(f.year, time.Month(f.month), f.day, f.hour, f.minute, f.second, f.nanosecond, time.UTC)
	_, before := wall.Add(-24 * time.Hour).In(zone).Zone()
	_, after := wall.Add(24 * time.Hour).In(zone).Zone()
	at := wall.Add(-time.Duration(before) * time.Second).In(zone)
	if _, offset := at.Zone(); offset == before || before == after {
		return at
	}
	late := wall.Add(-time.Duration(after) * time.Second).In(zone)
	if _, offset := late.Zone(); offset == after {
		return late
	}
	return at
}
