package funcs

import (
	"errors"
	"time"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"

	"github.com/webhook-gateway/gateway/internal/ctytext"
	"github.com/webhook-gateway/gateway/internal/datetime"
	"github.com/webhook-gateway/gateway/internal/duration"
)

// timeFuncs has no timestamp(): the time comes from the run.
func timeFuncs() []entry {
	return []entry{
		newEntry("formatdate(format, time[, zone])", "Returns a time in another format: YYYY year, MM month, MMM its name, DD day, EEE weekday, hh hour, HH hour of 12, AA for AM or PM, mm minute, ss second, SSS fraction of a second, ZZZZZ offset, z name of the zone. M, D, h, H, m and s have no zero in front; MMMM and EEEE are whole names. Put other letters in single quotes. The zone is an IANA name such as Europe/Berlin, with its summer time, or an offset such as +01:00; without it the time keeps its offset. Terraform has no zone, SSS and z.",
			layoutFunc(cty.String, nil, formatTime), `formatdate("DD.MM.YYYY 'at' hh:mm", "2026-12-24T18:05:00Z")`, `"24.12.2026 at 18:05"`),
		newEntry("parsetime(format, text[, zone])", "Reads a time that has a format made of the letters of formatdate, and returns it as RFC 3339. It is for times that other functions do not read, such as those of mail and HTTP (`EEE, D MMM YYYY hh:mm:ss ZZZ`). Names are read in any case; Z, ZZZ, ZZZZ, ZZZZZ and z read any offset, UTC, GMT and the zones of RFC 5322 such as EST. If the text has no offset, its clock is that of the zone, or UTC without it: a time that comes twice when clocks are set back is the first one, and one that is skipped is an hour later. Terraform has no such function.",
			layoutFunc(cty.String, (*datetime.Layout).CheckReading, readTime), `parsetime("DD.MM.YYYY hh:mm", "24.12.2026 18:05", "Europe/Berlin")`, `"2026-12-24T18:05:00+01:00"`),
		newEntry("timeadd(time, duration)", "Returns the time plus the duration, which may be negative. Units are ns, us, ms, s, m, h and d for 24 hours. Terraform does not have d.",
			textFunc(2, cty.String, addTime), `timeadd("2026-12-24T18:00:00Z", "7d12h")`, `"2027-01-01T06:00:00Z"`),
		newEntry("timecmp(a, b)", "Returns -1, 0 or 1 if the time a is before, equal to or after b. Times with different offsets can be compared. Functions read times as RFC 3339 writes them, and also with an offset such as +0100 or +01, a comma before the fraction, and a space instead of T.",
			textFunc(2, cty.Number, compareTimes), `timecmp("2026-12-24T18:00:00Z", "2026-12-24T18:00:00+01:00")`, `1`),
	}
}

// layoutFunc makes a function of a layout, a text and perhaps a zone. Its type
// function reports a wrong layout or zone even if the text is unknown.
func layoutFunc(result cty.Type, check func(*datetime.Layout) error, impl func(*datetime.Layout, string, *time.Location) (cty.Value, error)) function.Function {
	param := function.Parameter{Type: cty.String}
	return function.New(&function.Spec{
		Params:       []function.Parameter{param, param},
		VarParam:     &param,
		RefineResult: notNull,
		Type: func(args []cty.Value) (cty.Type, error) {
			if text, ok := knownText(args[0]); ok {
				layout, err := datetime.ParseLayout(text)
				if err == nil && check != nil {
					err = check(layout)
				}
				if err != nil {
					return cty.NilType, function.NewArgError(0, err)
				}
			}
			_, err := zoneArgument(args)
			return result, err
		},
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			layout, err := datetime.ParseLayout(ctytext.String(args[0]))
			if err != nil {
				return cty.NilVal, function.NewArgError(0, err)
			}
			zone, err := zoneArgument(args)
			if err != nil {
				return cty.NilVal, err
			}
			return impl(layout, ctytext.String(args[1]), zone)
		},
	})
}

// zoneArgument returns the zone of the third argument, nil if there is none or
// it is unknown.
func zoneArgument(args []cty.Value) (*time.Location, error) {
	if len(args) < 3 {
		return nil, nil //nolint:nilnil // no zone is no error
	}
	if len(args) > 3 {
		return nil, function.NewArgErrorf(3, "only a time zone may follow the time")
	}
	name, ok := knownText(args[2])
	if !ok {
		return nil, nil //nolint:nilnil // as above
	}
	zone, err := datetime.Zone(name)
	if err != nil {
		return nil, function.NewArgError(2, err)
	}
	return zone, nil
}

func formatTime(layout *datetime.Layout, text string, zone *time.Location) (cty.Value, error) {
	at, err := parseTime(1, text)
	if err != nil {
		return cty.NilVal, err
	}
	if zone != nil {
		at = at.In(zone)
	}
	return ctytext.Value(layout.Format(at)), nil
}

func readTime(layout *datetime.Layout, text string, zone *time.Location) (cty.Value, error) {
	if zone == nil {
		zone = time.UTC
	}
	at, err := layout.Parse(text, zone)
	if err != nil {
		return cty.NilVal, function.NewArgError(1, err)
	}
	return cty.StringVal(datetime.Format(at)), nil
}

func addTime(args []string) (cty.Value, error) {
	at, err := parseTime(0, args[0])
	if err != nil {
		return cty.NilVal, err
	}
	d, err := duration.Parse(args[1])
	if err != nil {
		return cty.NilVal, function.NewArgError(1, err)
	}
	// Fractions of a second stay. Terraform drops them.
	sum := at.Add(d)
	if year := sum.Year(); year < 0 || year > 9999 {
		return cty.NilVal, errors.New("the result is not between the years 0 and 9999")
	}
	return cty.StringVal(datetime.Format(sum)), nil
}

func compareTimes(args []string) (cty.Value, error) {
	a, err := parseTime(0, args[0])
	if err != nil {
		return cty.NilVal, err
	}
	b, err := parseTime(1, args[1])
	if err != nil {
		return cty.NilVal, err
	}
	return cty.NumberIntVal(int64(a.Compare(b))), nil
}

func parseTime(arg int, text string) (time.Time, error) {
	at, err := datetime.Parse(text)
	if err != nil {
		return at, function.NewArgError(arg, err)
	}
	return at, nil
}
