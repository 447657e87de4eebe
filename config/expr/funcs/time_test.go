package funcs_test

import "testing"

func TestTime(t *testing.T) {
	t.Parallel()
	yields(t, map[string][2]string{
		"timeadd seconds":           {`timeadd("2026-12-31T23:59:59Z", "1s")`, `"2027-01-01T00:00:00Z"`},
		"timeadd keeps the offset":  {`timeadd("2026-12-24T18:00:00+01:00", "-36h")`, `"2026-12-23T06:00:00+01:00"`},
		"timeadd keeps fractions":   {`timeadd("2026-12-24T18:00:00.25Z", "250ms")`, `"2026-12-24T18:00:00.5Z"`},
		"timeadd days":              {`timeadd("2026-02-27T00:00:00Z", "2d")`, `"2026-03-01T00:00:00Z"`},
		"timeadd days back":         {`timeadd("2026-03-01T00:00:00Z", "-1d12h")`, `"2026-02-27T12:00:00Z"`},
		"timeadd half a day":        {`timeadd("2026-03-01T00:00:00Z", "0.5d")`, `"2026-03-01T12:00:00Z"`},
		"timeadd nothing":           {`timeadd("2026-03-01T00:00:00Z", "0")`, `"2026-03-01T00:00:00Z"`},
		"timeadd days last":         {`timeadd("2026-03-01T00:00:00Z", "2h1d")`, `error: a duration such as`},
		"timeadd signs inside":      {`timeadd("2026-03-01T00:00:00Z", "1d-2h")`, `error: a duration such as`},
		"timeadd two signs":         {`timeadd("2026-03-01T00:00:00Z", "--1d")`, `error: a duration such as`},
		"timeadd days twice":        {`timeadd("2026-03-01T00:00:00Z", "1d1d")`, `error: a duration such as`},
		"timeadd without unit":      {`timeadd("2026-03-01T00:00:00Z", "90")`, `error: "duration" parameter: a duration such as`},
		"timeadd only a unit":       {`timeadd("2026-03-01T00:00:00Z", "d")`, `error: a duration such as`},
		"timeadd centuries":         {`timeadd("2026-03-01T00:00:00Z", "999999999d")`, `error: a duration such as`},
		"timeadd longest":           {`timeadd("2026-03-01T00:00:00Z", "106751d24h")`, `error: a duration such as`},
		"timeadd past the years":    {`timeadd("9999-12-31T00:00:00Z", "7d")`, `error: years 0 and 9999`},
		"timeadd to a date":         {`timeadd("2026-03-01", "1d")`, `error: "time" parameter: "2026-03-01" is not a date and time such as 2026-01-31T12:00:00Z`},
		"timeadd to a loose time":   {`timeadd("2026-03-01T1:00:00Z", "1d")`, `error: the time of day is written hh:mm:ss`},
		"timeadd to a comma":        {`timeadd("2026-03-01T01:00:00,5Z", "1d")`, `"2026-03-02T01:00:00.5Z"`},
		"timeadd to a far offset":   {`timeadd("2026-03-01T01:00:00+24:00", "1d")`, `error: at most 23:59`},
		"timeadd to a time of Jira": {`timeadd("2026-03-01T10:00:00.000+0100", "90m")`, `"2026-03-01T11:30:00+01:00"`},
		"timeadd to year 0":         {`timeadd("0000-01-01T00:00:00Z", "-1s")`, `error: years 0 and 9999`},
		"timecmp equal":             {`timecmp("2026-12-24T18:00:00+01:00", "2026-12-24T17:00:00Z")`, `0`},
		"timecmp before":            {`timecmp("2026-12-24T16:59:59.9Z", "2026-12-24T17:00:00Z")`, `-1`},
		"timecmp of other forms":    {`timecmp("2026-12-24 18:00:00,000+01", "2026-12-24t17:00:00z")`, `0`},
		"timecmp with a wrong one":  {`timecmp("2026-12-24T17:00:00Z", "now")`, `error: "b" parameter`},

		"formatdate words":         {`formatdate("EEEE, D MMMM YYYY, H:mm AA ZZZ", "2026-12-24T18:05:00Z")`, `"Thursday, 24 December 2026, 6:05 PM UTC"`},
		"formatdate of Jira":       {`formatdate("DD.MM.YYYY hh:mm", "2026-03-01T10:00:00.000+0100")`, `"01.03.2026 10:00"`},
		"formatdate fraction":      {`formatdate("ss.SSS", "2026-03-01T10:00:07.0625Z")`, `"07.062"`},
		"formatdate in summer":     {`formatdate("DD.MM.YYYY hh:mm ZZZZZ z", "2026-07-31T22:30:00Z", "Europe/Berlin")`, `"01.08.2026 00:30 +02:00 CEST"`},
		"formatdate in winter":     {`formatdate("DD.MM.YYYY hh:mm z", "2026-12-24T18:05:00.25Z", "Europe/Berlin")`, `"24.12.2026 19:05 CET"`},
		"formatdate west":          {`formatdate("YYYY-MM-DD hh:mm ZZZZ", "2026-01-01T02:00:00+0100", "America/St_Johns")`, `"2025-12-31 21:30 -0330"`},
		"formatdate at an offset":  {`formatdate("hh:mmZ", "2026-01-01T02:00:00Z", "+05:45")`, `"07:45+05:45"`},
		"formatdate other texts":   {`formatdate("YYYY年 'Å'", "2026-01-01T02:00:00Z")`, `"2026年 Å"`},
		"formatdate null zone":     {`formatdate("YYYY", "2026-01-01T02:00:00Z", null)`, `error: "zone" parameter`},
		"formatdate wrong letters": {`formatdate("YYY", "2026-12-24T18:05:00Z")`, `error: "format" parameter: "YYY" is not a part of a time; write YYYY or YY`},
		"formatdate wrong time":    {`formatdate("YYYY", "24.12.2026")`, `error: "time" parameter`},
		"formatdate wrong zone":    {`formatdate("YYYY", "2026-12-24T18:05:00Z", "Berlin")`, `error: "zone" parameter: "Berlin" is not a time zone; write an IANA name such as Europe/Berlin`},
		"formatdate two zones":     {`formatdate("YYYY", "2026-12-24T18:05:00Z", "UTC", "UTC")`, `error: only a time zone may follow`},

		"parsetime of GitLab":      {`parsetime("YYYY-MM-DD hh:mm:ss ZZZ", "2023-05-05 10:11:12 UTC")`, `"2023-05-05T10:11:12Z"`},
		"parsetime of mail":        {`parsetime("EEE, D MMM YYYY hh:mm:ss ZZZZ", "Fri, 5 May 2023 10:11:12 +0200")`, `"2023-05-05T10:11:12+02:00"`},
		"parsetime UTC":            {`parsetime("DD.MM.YYYY", "24.12.2026")`, `"2026-12-24T00:00:00Z"`},
		"parsetime and formatdate": {`formatdate("DD.MM. hh:mm", parsetime("MM/DD/YYYY HH:mm aa", "12/24/2026 06:05 pm", "America/New_York"), "Europe/Berlin")`, `"25.12. 00:05"`},
		"parsetime wrong form":     {`parsetime("DD.MM.YYYY", "2026-12-24")`, `error: "text" parameter: "2026-12-24" does not have the form "DD.MM.YYYY"`},
		"parsetime wrong letters":  {`parsetime("dd.MM.YYYY", "24.12.2026")`, `error: "format" parameter: "dd" is not a part of a time`},
		"parsetime without a year": {`parsetime("DD.MM.", "24.12.")`, `error: the year is missing`},
		"parsetime wrong zone":     {`parsetime("DD.MM.YYYY", "24.12.2026", "Local")`, `error: "zone" parameter: "Local" is not a time zone`},
	})
}
