package jq

import (
	"strings"
	"testing"

	"github.com/itchyny/gojq"
)

func TestTimes(t *testing.T) {
	t.Parallel()
	const jira = `"2026-03-01T10:00:00.250+0100"`
	for name, c := range map[string]struct{ program, want string }{
		"fromdate":                     {`"2024-07-01T10:00:00Z" | fromdate`, `1719828000`},
		"fromdate of a fraction":       {`"2024-07-01T10:00:00.123Z" | fromdate`, `1719828000.123`},
		"fromdate of many digits":      {`"2024-07-01T10:00:00,5000000000001Z" | fromdate`, `1719828000.5`},
		"fromdate of Jira":             {jira + ` | fromdate`, `1772355600.25`},
		"fromdateiso8601 of Jira":      {jira + ` | fromdateiso8601`, `1772355600.25`},
		"fromdate of hours":            {`"2024-07-01 12:00:00+02" | fromdate`, `1719828000`},
		"fromdate of a leap second":    {`"2016-12-31T23:59:60Z" | fromdate`, `1483228800`},
		"fromdate before 1970":         {`"1969-12-31T23:59:59.5Z" | fromdate`, `-0.5`},
		"fromdate and todate":          {jira + ` | fromdate | todate`, `"2026-03-01T09:00:00Z"`},
		"fromdate for each":            {`[["2024-07-01T10:00:00.5Z"][] | fromdate]`, `[1719828000.5]`},
		"fromdate of a date":           {`"2024-07-01" | fromdate`, `error: fromdate cannot be applied to "2024-07-01": "2024-07-01" is not a date and time such as 2026-01-31T12:00:00Z`},
		"fromdate of one digit":        {`"2024-7-01T10:00:00Z" | fromdate`, `error: fromdate cannot be applied to "2024-7-01T10:00:00Z": `},
		"strptime of one digit":        {`"2024-7-1T9:00:00Z" | strptime("%Y-%m-%dT%H:%M:%SZ") | mktime`, `1719824400`},
		"fromdate of a number":         {`5 | fromdate`, `error: fromdate cannot be applied to: number (5)`},
		"fromdate can be caught":       {`"x" | try fromdate catch "no time"`, `"no time"`},
		"fromdate of the program":      {`def fromdate: "own"; "2024-07-01T10:00:00Z" | fromdate`, `"own"`},
		"strptime of a fraction":       {`"2024-07-01T10:00:00.123Z" | strptime("%Y-%m-%dT%H:%M:%SZ")`, `[2024,6,1,10,0,0.123,1,182]`},
		"strptime, mktime":             {`"2024-07-01T10:00:00.123Z" | strptime("%Y-%m-%dT%H:%M:%SZ") | mktime | floor`, `1719828000`},
		"strptime with an offset":      {jira + ` | strptime("%Y-%m-%dT%H:%M:%S%z")`, `[2026,2,1,9,0,0.25,0,59]`},
		"strptime with %T":             {`"01.07.2024 10:00:07,5" | strptime("%d.%m.%Y %T")`, `[2024,6,1,10,0,7.5,1,182]`},
		"strptime with %f":             {`"2024-07-01T10:00:00.123456Z" | strptime("%Y-%m-%dT%H:%M:%S.%fZ")`, `[2024,6,1,10,0,0.123456,1,182]`},
		"strptime of nine digits":      {`"2024-07-01T10:00:00.123456789Z" | strptime("%Y-%m-%dT%H:%M:%S.%fZ")`, `[2024,6,1,10,0,0.123456789,1,182]`},
		"strptime of another form":     {`"2024-07-01 10:00:00.5" | strptime("%d.%m.%Y")`, `error: strptime("%d.%m.%Y") cannot be applied to "2024-07-01 10:00:00.5"`},
		"strptime of minutes, seconds": {`"10:00.07" | strptime("%H:%M.%S")`, `[1900,0,1,10,0,7,1,0]`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := Compile(c.program, nil)
			if err != nil {
				t.Fatal(err)
			}
			out, err := p.Run(t.Context(), Input{})
			want, isError := strings.CutPrefix(c.want, "error: ")
			if isError {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("%v, %v, want an error with %s", out, err, want)
				}
				return
			}
			if err != nil || len(out) != 1 {
				t.Fatal(out, err)
			}
			if text, _ := gojq.Marshal(out[0]); string(text) != want {
				t.Errorf("%s, want %s", text, want)
			}
		})
	}
}
