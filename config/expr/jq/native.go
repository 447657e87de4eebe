package jq

import (
	"encoding/json"
	"sync"

	"github.com/itchyny/gojq"
)

// natives are programs of gojq that read $l and $r, by their text.
var natives = sync.OnceValue(func() map[string]*gojq.Code {
	out := map[string]*gojq.Code{}
	for _, text := range []string{
		"$l + $r", "$l - $r", "$l * $r", "$l / $r", "$l % $r", "add", "getpath($l)", "strptime($l)", "jn($l; $r)", "yn($l; $r)",
		"tonumber", "implode", "mktime", "gmtime", "todate", "strftime($l)", "transpose", "fromjson",
		"@html", "@uri", "@urid", "@csv", "@tsv", "@sh", "@base64", "@base64d",
	} {
		query, err := gojq.Parse(text)
		if err == nil {
			out[text], err = gojq.Compile(query, gojq.WithVariables([]string{"$l", "$r"}))
		}
		if err != nil {
			panic(text + ": " + err.Error())
		}
	}
	return out
})

// native returns the result of one of the natives. It gives this package gojq's
// results and messages for values that need no bound.
func native(program string, v, l, r any) any {
	out, _ := natives()[program].Run(v, l, r).Next()
	return out
}

// typeError is gojq's message for an argument of the wrong type.
type typeError struct {
	call string
	v    any
}

// Error returns the message.
func (e *typeError) Error() string { return e.call + " cannot be applied to: " + describe(e.v) }

// wrapError is gojq's message for a function that failed.
type wrapError struct {
	call string
	v    any
	err  error
}

// Error returns the message.
func (e *wrapError) Error() string {
	return e.call + " cannot be applied to " + gojq.Preview(e.v) + ": " + e.err.Error()
}

func callText(name string, args ...any) string {
	if len(args) == 0 {
		return name
	}
	text := name + "("
	for i, a := range args {
		if i > 0 {
			text += "; "
		}
		text += gojq.Preview(a)
	}
	return text + ")"
}

// describe is gojq's form of a value in a message.
func describe(v any) string {
	if v == nil {
		return "null"
	}
	return gojq.TypeOf(v) + " (" + gojq.Preview(v) + ")"
}

// number returns the number that gojq makes of a json.Number, and other values
// unchanged.
func (r *run) number(v any) any {
	n, ok := v.(json.Number)
	if !ok {
		return v
	}
	if len(n) > maxDigits+16 {
		r.fail("a number has more than %d digits, the most that a jq program may use", maxDigits)
	}
	return parseNumber(n)
}
