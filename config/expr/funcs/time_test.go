package funcs_test

import "testing"

func TestTime(t *testing.T) {
	t.Parallel()
	yields(t, map[string][2]string{
		"timeadd seconds":          {`timeadd("2026-12-31T23:59:59Z", "1s")`, `"2027-01-01T00:00:00Z"`},
		"timeadd keeps the offset": {`timeadd("2026-12-24T18:00:00+01:00", "-36h")`, `"2026-12-23T06:00:00+01:00"`},
		"timeadd keeps fractions":  {`timeadd("2026-12-24T18:00:00.25Z", "250ms")`, `"2026-12-24T18:00:00.5Z"`},
		"timeadd days":             {`timeadd("2026-02-27T00:00:00Z", "2d")`, `"2026-03-01T00:00:00Z"`},
		"timeadd days back":        {`timeadd("2026-03-01T00:00:00Z", "-1d12h")`, `"2026-02-27T12:00:00Z"`},
		"timeadd half a day":       {`timeadd("2026-03-01T00:00:00Z", "0.5d")`, `"2026-03-01T12:00:00Z"`},
		"timeadd nothing":          {`timeadd("2026-03-01T00:00:00Z", "0")`, `"2026-03-01T00:00:00Z"`},
		"timeadd days last":        {`timeadd("2026-03-01T00:00:00Z", "2h1d")`, `error: a duration such as`},
		"timeadd signs inside":     {`timeadd("2026-03-01T00:00:00Z", "1d-2h")`, `error: a duration such as`},
		"timeadd two signs":        {`timeadd("2026-03-01T00:00:00Z", "--1d")`, `error: a duration such as`},
		"timeadd days twice":       {`timeadd("2026-03-01T00:00:00Z", "1d1d")`, `error: a duration such as`},
		"timeadd without unit":     {`timeadd("2026-03-01T00:00:00Z", "90")`, `error: "duration" parameter: a duration such as`},
		"timeadd only a unit":      {`timeadd("2026-03-01T00:00:00Z", "d")`, `error: a duration such as`},
		"timeadd centuries":        {`timeadd("2026-03-01T00:00:00Z", "999999999d")`, `error: a duration such as`},
		"timeadd longest":          {`timeadd("2026-03-01T00:00:00Z", "106751d24h")`, `error: a duration such as`},
		"timeadd past the years":   {`timeadd("9999-12-31T00:00:00Z", "7d")`, `error: years 0 and 9999`},
		"timeadd to a date":        {`timeadd("2026-03-01", "1d")`, `error: "time" parameter: "2026-03-01" is not an RFC 3339 time`},
		"timeadd to a loose time":  {`timeadd("2026-03-01T1:00:00Z", "1d")`, `error: not an RFC 3339 time`},
		"timeadd to a comma":       {`timeadd("2026-03-01T01:00:00,5Z", "1d")`, `error: not an RFC 3339 time`},
		"timeadd to a far offset":  {`timeadd("2026-03-01T01:00:00+24:00", "1d")`, `error: not an RFC 3339 time`},
		"timecmp equal":            {`timecmp("2026-12-24T18:00:00+01:00", "2026-12-24T17:00:00Z")`, `0`},
		"timecmp before":           {`timecmp("2026-12-24T16:59:59.9Z", "2026-12-24T17:00:00Z")`, `-1`},
		"timecmp with a wrong one": {`timecmp("2026-12-24T17:00:00Z", "now")`, `error: "b" parameter`},
		"formatdate words":         {`formatdate("EEEE, D MMMM YYYY, H:mm AA ZZZ", "2026-12-24T18:05:00Z")`, `"Thursday, 24 December 2026, 6:05 PM UTC"`},
		"formatdate wrong letters": {`formatdate("YYY", "2026-12-24T18:05:00Z")`, `error: year must either be`},
		"formatdate wrong time":    {`formatdate("YYYY", "24.12.2026")`, `error: "time" parameter`},
	})
}
