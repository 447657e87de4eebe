package funcs

import (
	"errors"
	"strings"
	"time"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"

	"github.com/webhook-gateway/gateway/internal/duration"
)

// timeFuncs has no timestamp(): the time comes from the run.
func timeFuncs() []entry {
	return []entry{
		newEntry("formatdate(format, time)", "Returns an RFC 3339 time in another format: YYYY year, MM month, MMM its name, DD day, EEE weekday, hh hour, HH hour of 12, AA for AM or PM, mm minute, ss second, ZZZZZ offset. Put other letters in single quotes.",
			stdlib.FormatDateFunc, `formatdate("DD.MM.YYYY 'at' hh:mm", "2026-12-24T18:05:00Z")`, `"24.12.2026 at 18:05"`),
		newEntry("timeadd(time, duration)", "Returns the RFC 3339 time plus the duration, which may be negative. Units are ns, us, ms, s, m, h and d for 24 hours. Terraform does not have d.",
			textFunc(2, cty.String, addTime), `timeadd("2026-12-24T18:00:00Z", "7d12h")`, `"2027-01-01T06:00:00Z"`),
		newEntry("timecmp(a, b)", "Returns -1, 0 or 1 if the RFC 3339 time a is before, equal to or after b. Times with different offsets can be compared.",
			textFunc(2, cty.Number, compareTimes), `timecmp("2026-12-24T18:00:00Z", "2026-12-24T18:00:00+01:00")`, `1`),
	}
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
	return cty.StringVal(sum.Format(time.RFC3339Nano)), nil
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
	at, err := time.Parse(time.RFC3339, text)
	if err != nil || !isStrictTime(text) {
		return at, function.NewArgErrorf(arg, "%q is not an RFC 3339 time such as 2026-12-24T18:00:00Z", text)
	}
	return at, nil
}

// isStrictTime refuses forms that time.Parse accepts but RFC 3339 does not: hours
// of one digit, fractions after a comma, offsets of a day and more.
func isStrictTime(text string) bool {
	if text[len("2006-01-02T15")] != ':' || strings.Contains(text, ",") {
		return false
	}
	if strings.HasSuffix(text, "Z") {
		return true
	}
	offset := text[len(text)-len("07:00"):]
	return offset[:2] < "24" && offset[3:] < "60"
}
