package jq

import (
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/webhook-gateway/gateway/internal/datetime"
)

// unixTime is fromdate: it returns the seconds since 1970, with their fraction.
// gojq's fails for fractions.
func unixTime(v any) any {
	text, ok := v.(string)
	if !ok {
		return &typeError{"fromdate", v}
	}
	at, err := datetime.Parse(text)
	if err != nil {
		return &wrapError{"fromdate", v, err}
	}
	return float64(at.Unix()) + float64(at.Nanosecond())/1e9
}

// strptime is gojq's, which reads no fraction with %S, and at most six digits
// with %f. A text that gojq refuses is read again without the fraction, which is
// then added to the seconds.
func strptime(v, layout any) any {
	out := native("strptime($l)", v, layout, nil)
	text, isText := v.(string)
	form, isForm := layout.(string)
	if _, failed := out.(error); !failed || !isText || !isForm {
		return out
	}
	rest, fraction, ok := cutFraction(text)
	if !ok {
		return out
	}
	form = strings.NewReplacer(".%f", "", ",%f", "").Replace(form)
	parts, ok := native("strptime($l)", rest, form, nil).([]any)
	if !ok {
		return out
	}
	const second = 5
	if whole, ok := parts[second].(float64); ok {
		parts[second] = whole + fraction
	}
	return parts
}

// cutFraction removes the fraction of a second behind a time such as 12:00:07.
func cutFraction(text string) (rest string, fraction float64, ok bool) {
	at := fractionPattern().FindStringSubmatchIndex(text)
	if at == nil {
		return text, 0, false
	}
	fraction, err := strconv.ParseFloat("0."+text[at[2]:at[3]], 64)
	return text[:at[0]+len(":00:00")] + text[at[3]:], fraction, err == nil
}

var fractionPattern = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`:[0-9]{2}:[0-9]{2}[.,]([0-9]{1,100})`) })
