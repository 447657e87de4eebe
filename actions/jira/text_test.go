package jira

import (
	"strings"
	"testing"
)

func TestJiraSummaries(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"a\nb\r\nc":                 "a b c",
		"\u00a0a\t":                 "a",
		strings.Repeat("ö", 255):    strings.Repeat("ö", 255),
		strings.Repeat("ö", 256):    strings.Repeat("ö", 254) + "…",
		strings.Repeat("😀", 128):    strings.Repeat("😀", 126) + "…",
		strings.Repeat("a ", 1<<16): strings.Repeat("a ", 126) + "a…",
	} {
		if got := shortenSummary(given); got != want {
			t.Errorf("%.20q… became %q, want %q", given, got, want)
		}
	}
}

func TestQuoteJQL(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{`a`: `"a"`, `a" OR b = "c`: `"a\" OR b = \"c"`, `a\`: `"a\\"`, "a\nb": `"a b"`, "ü'": `"ü'"`} {
		if got := quoteJQL(given); got != want {
			t.Errorf("%q became %s", given, got)
		}
	}
}
