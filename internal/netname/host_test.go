package netname

import (
	"strings"
	"testing"
)

func TestHostnames(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text           string
		ascii, unicode bool // whether it is a host name; whether it is one of any script
	}{
		"name":                               {"example.com", true, true},
		"one label":                          {"localhost", true, true},
		"upper case":                         {"Example.COM", true, true},
		"digits":                             {"1host.3a", true, true},
		"hyphens in third and fourth place":  {"r3---sn-4g5.example.com", true, true},
		"empty":                              {"", false, false},
		"dot at the end":                     {"example.com.", false, false},
		"empty label":                        {"a..b", false, false},
		"hyphen at the start":                {"-a.example", false, false},
		"underscore":                         {"a_b.example", false, false},
		"long label":                         {strings.Repeat("a", 64) + ".example", false, false},
		"long name":                          {strings.Repeat("a.", 127) + "de", false, false},
		"very long name of letters":          {strings.Repeat("ü", 10<<20), false, false},
		"letters of other scripts":           {"büro.example", false, true},
		"letters in upper case":              {"BÜRO.example", false, true},
		"decomposed letters":                 {"bu\u0308ro.example", false, true},
		"other dots":                         {"例え。テスト", false, true},
		"space":                              {"bü ro.example", false, false},
		"A-label":                            {"xn--bro-hoa.example", true, true},
		"A-label in upper case":              {"XN--BRO-HOA.example", true, true},
		"A-label of Chinese":                 {"xn--fsqu00a.xn--45q11c", true, true},
		"A-label of Hangul":                  {"xn--9n2bp8q.xn--9t4b11yi5a", true, true},
		"A-label of nothing":                 {"xn--", false, false},
		"A-label that does not decode":       {"xn--x.example", false, false},
		"A-label of ASCII":                   {"xn--abc-.example", false, false},
		"A-label of a capital letter":        {"xn--bro-tka.example", false, false},
		"A-label of an emoji":                {"xn--i-7iq.example", false, false},
		"emoji":                              {"i❤.example", false, false},
		"mark at the start":                  {"xn--hello-txk.example", false, false},
		"two directions":                     {"xn--0ca24w.example", false, false},
		"Catalan middle dot":                 {"xn--ll-0ea.example", true, true},
		"middle dot without l":               {"xn--al-0ea.example", false, false},
		"middle dot after l":                 {"l·a.example", false, false},
		"keraia before Greek":                {"α͵β.example", false, true},
		"keraia before Latin":                {"α͵s.example", false, false},
		"keraia at the end":                  {"α͵.example", false, false},
		"geresh after Hebrew":                {"א׳ב.example", false, true},
		"geresh at the start":                {"׳ב.example", false, false},
		"gershayim after Hebrew":             {"א״ב.example", false, true},
		"Katakana middle dot":                {"ア・イ.example", false, true},
		"Katakana middle dot between Latin":  {"def・abc.example", false, false},
		"Arabic digits":                      {"ب٠ب.example", false, true},
		"Arabic digits of two kinds":         {"ب٠۰.example", false, false},
		"extended Arabic digits and a digit": {"۰0.example", false, true},
		"joiner after virama":                {"क्\u200dष.example", false, true},
		"joiner after a letter":              {"क\u200dष.example", false, false},
		"tatweel":                            {"بـب.example", false, false},
		"tone mark of Hangul":                {"실〮례.example", false, false},
		"letters of old Hangul":              {"\u1100\u1100.example", false, false},
		"letters that are exceptions":        {"ßς་〇.example", false, true},
	} {
		if IsHostname(c.text) != c.ascii || IsUnicodeHostname(c.text) != c.unicode {
			t.Errorf("%s: IsHostname(%+.100q) is %t, IsUnicodeHostname is %t", name, c.text, IsHostname(c.text), IsUnicodeHostname(c.text))
		}
	}
}

func TestToUnicode(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"example.com": "example.com", "XN--BRO-HOA.Example": "büro.Example", "a.xn--x.xn--bro-hoa": "a.xn--x.büro", "": "",
	} {
		if got := ToUnicode(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}
