package engine_test

import (
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// sensitiveValue is a value that must stay out of the record.
type sensitiveValue struct {
	name string
	any  string // expression of the value
	text string // expression of the value as a text; that of any if ""
	jq   string // the value in a jq program; "" if programs can't name it
	// marked: nothing says that the value is sensitive but the action that uses it,
	// by sensitive = true.
	marked bool
	wanted []string // texts that must stand nowhere
	short  bool     // too short to be searched in files, which hold random bytes
}

// asText returns the expression of the value as a text.
func (v sensitiveValue) asText() string {
	if v.text != "" {
		return v.text
	}
	return v.any
}

// isSecret reports whether the value is known when the files are loaded.
func (v sensitiveValue) isSecret() bool { return strings.Contains(v.any, "secret.") }

// asPath returns the expression of the value in a URL, in which secrets are never
// encoded.
func (v sensitiveValue) asPath() string {
	if v.isSecret() {
		return "urlencode(" + v.any + ")"
	}
	return v.asText()
}

// secretTexts are the declared secrets: texts that have other forms in JSON, URLs,
// HTML and base64.
func secretTexts() map[string]string {
	return map[string]string{
		"PLAIN":   "plain-S3cret-value",
		"QUOTES":  `quo"ted\back-9q`,
		"URL":     "p@ss/w%rd?&=+ x7",
		"UNICODE": "Zürich-Straße-ß7",
		"LINES":   "line-one-k8\nline-two-k8",
		"HTML":    `<b>&"k9'</b>x-tag`,
		"BASE64":  "c2VjcmV0LWtleQ+/==",
		"DIGITS":  "90210771234",
		"LONG":    strings.Repeat("long-text-", 30) + "end",
		"EIGHT":   "8bytes-8",
	}
}

// leakSource is the action whose outputs are sensitive. It computes them, so that
// no file holds them.
const leakSource = `action "transform" "src" {
  sensitive = true
  jq        = <<-END
    {
      number: (48151600 + 23), float: (1234567 + 0.25), short: ("q~" + "Z!"), lower: ("mixed-" + "case-k77"),
      card: { pin: ("pin-" + "70117"), n: (70700000 + 5) }, list: [("one-" + "of-list"), (60600000 + 6)],
      keys: { ("key-" + "name-x81"): true }, text: ("a \"quoted\" " + "\\text\\ of-t" + "he-run")
    }
  END
}
`

// leakValues are the twenty values that each place gets.
func leakValues() []sensitiveValue {
	var out []sensitiveValue
	secrets := secretTexts()
	for _, name := range []string{"PLAIN", "QUOTES", "URL", "UNICODE", "LINES", "HTML", "BASE64", "DIGITS", "LONG", "EIGHT"} {
		out = append(out, sensitiveValue{name: "secret " + name, any: "secret." + strings.ToLower(name), wanted: []string{secrets[name]}})
	}
	src := func(name, member string, wanted ...string) sensitiveValue {
		return sensitiveValue{name: name, any: "action.src.value." + member, jq: "$action.src.value." + member, wanted: wanted}
	}
	lower, short := src("lower case", "lower", "MIXED-CASE-K77"), src("short text", "short", "q~Z!")
	lower.any, lower.jq = "upper("+lower.any+")", "("+lower.jq+" | ascii_upcase)"
	short.short = true
	object, list, keys := src("object", "card", "pin-70117", "70700005"), src("list", "list", "one-of-list", "60600006"), src("names of members", "keys", "key-name-x81")
	for _, v := range []*sensitiveValue{&object, &list, &keys} {
		v.text = "jsonencode(" + v.any + ")"
	}
	part := src("part of a text", "text", "of-the-")
	part.any, part.jq = "substr("+part.any+", 16, 9)", "("+part.jq+"[14:24])"
	computed := sensitiveValue{name: "text computed from a secret", any: "upper(secret.plain)", wanted: []string{strings.ToUpper(secrets["PLAIN"])}}
	marked := sensitiveValue{name: "value of a sensitive action", any: `join("-", ["marked", "in-the", "action"])`, jq: `(["marked", "in-the", "action"] | join("-"))`, marked: true, wanted: []string{"marked-in-the-action"}}
	return append(out, src("number", "number", "48151623"), src("fraction", "float", "1234567.25"), src("quoted text", "text", `a "quoted" \text\ of-the-run`),
		lower, short, object, list, keys, part, computed, marked)
}

// shortDigest returns the value of HASH of a place.
func shortDigest(text string) string {
	sum := sha512.Sum512([]byte(text))
	return hex.EncodeToString(sum[:])[:16]
}

// leakForms lists the forms in which a text may hold another.
func leakForms(v string) []string {
	quoted, _ := json.Marshal(v)
	once := string(quoted[1 : len(quoted)-1])
	quoted, _ = json.Marshal(once)
	forms := []string{
		v, once, string(quoted[1 : len(quoted)-1]), strings.Trim(fmt.Sprintf("%q", v), `"`), url.QueryEscape(v), url.PathEscape(v), html.EscapeString(v),
		hex.EncodeToString([]byte(v)), shortDigest(v),
	}
	for shift := range 3 { // base64 without the characters that depend on neighbours
		text := base64.RawStdEncoding.EncodeToString([]byte("??"[:shift] + v))
		if from, to := (shift*8+5)/6, (shift+len(v))*8/6; to-from > 5 {
			forms = append(forms, text[from:to])
		}
	}
	return forms
}

// wantNoLeak fails if a text holds one of the values. isFile is whether the text is
// the content of files, which hold random bytes.
func wantNoLeak(t *testing.T, where, text string, isFile bool) {
	t.Helper()
	for _, v := range leakValues() {
		if v.short && isFile {
			continue
		}
		var found []string
		for _, wanted := range v.wanted {
			for _, form := range leakForms(wanted) {
				if at := strings.Index(text, form); at >= 0 && !slices.Contains(found, form) {
					found = append(found, form)
					t.Errorf("%s holds the %s as %q: …%q…", where, v.name, form, text[max(0, at-150):min(len(text), at+len(form)+60)])
				}
			}
		}
	}
}

// quoteHCL quotes a text for a flow file.
func quoteHCL(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "${", "$${").Replace(text) + `"`
}
