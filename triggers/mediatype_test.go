package triggers

import (
	"strings"
	"testing"
)

func TestMediaRanges(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		given   []string
		accepts []string
		refuses []string
	}{
		"json":        {[]string{"json"}, []string{"application/json", "text/json", "application/problem+json"}, []string{"application/jsonl", "text/plain"}},
		"full json":   {[]string{"application/json"}, []string{"application/json"}, []string{"application/problem+json"}},
		"suffix":      {[]string{"application/*+json"}, []string{"application/a+json"}, []string{"application/json"}},
		"form":        {[]string{"form"}, []string{"application/x-www-form-urlencoded"}, []string{"multipart/form-data"}},
		"multipart":   {[]string{"multipart"}, []string{"multipart/form-data"}, []string{"multipart/mixed"}},
		"xml":         {[]string{"xml"}, []string{"application/xml", "text/xml", "application/soap+xml"}, []string{"text/html"}},
		"text":        {[]string{"text"}, []string{"text/plain"}, []string{"text/csv"}},
		"full":        {[]string{"Text/CSV"}, []string{"text/csv"}, []string{"text/plain"}},
		"family":      {[]string{"image/*"}, []string{"image/png"}, []string{"application/json"}},
		"everything":  {[]string{"*/*"}, []string{"image/png", "application/json"}, nil},
		"two of them": {[]string{"json", "xml"}, []string{"application/json", "text/xml"}, []string{"text/plain"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ranges, err := parseRanges(c.given)
			if err != nil {
				t.Fatal(err)
			}
			for _, media := range c.accepts {
				if main, sub, _ := strings.Cut(media, "/"); !acceptsType(ranges, main, sub) {
					t.Errorf("%s is refused", media)
				}
			}
			for _, media := range c.refuses {
				if main, sub, _ := strings.Cut(media, "/"); acceptsType(ranges, main, sub) {
					t.Errorf("%s is accepted", media)
				}
			}
		})
	}
}

func TestWrongMediaRanges(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"yaml":                            "is neither one of",
		"jso":                             `did you mean "json"`,
		"application/json; charset=utf-8": "has parameters; remove them",
		"*/json":                          "is not a type",
		"appl*/json":                      "is not a type",
		"application/":                    "is not a type",
		"/json":                           "is not a type",
		"application/j*":                  "is not a type",
		"application/json/x":              "is not a type",
		"application/ json":               "is not a type",
		"*/**":                            "is not a type",
	} {
		t.Run(given, func(t *testing.T) {
			t.Parallel()
			if ranges, err := parseRanges([]string{given}); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%v, %v, want %q", ranges, err, want)
			}
		})
	}
}

func TestFormatOfType(t *testing.T) {
	t.Parallel()
	for media, want := range map[string]bodyFormat{
		"application/json": formatJSON, "text/json": formatJSON, "application/a+json": formatJSON,
		"application/x-www-form-urlencoded": formatURLEncoded, "multipart/form-data": formatMultipart,
		"application/xml": formatXML, "text/xml": formatXML, "image/svg+xml": formatXML,
		"text/csv": formatText, "application/octet-stream": formatBinary, "multipart/mixed": formatBinary,
	} {
		if main, sub, _ := strings.Cut(media, "/"); formatOfType(main, sub) != want {
			t.Errorf("%s is read as %d, want %d", media, formatOfType(main, sub), want)
		}
	}
}
