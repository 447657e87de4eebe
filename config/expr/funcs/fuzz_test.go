package funcs

import (
	"regexp"
	"testing"
	"unicode/utf8"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function/stdlib"
	"golang.org/x/text/unicode/norm"
)

// FuzzReplace holds the two ways of replacing to the same result.
func FuzzReplace(f *testing.F) {
	for _, seed := range [][3]string{
		{"2026-12-24", `(\d+)-(\d+)`, "$2.$1"},
		{"aüb", ``, "-"},
		{"aab", `a*`, "[$0]"},
		{"a\nb", `(?m)^`, "> "},
		{"abc", `(?P<x>b)|(c)`, "${x}$2$$$3"},
		{"a\xffb", `\b`, "\xff"},
	} {
		f.Add(seed[0], seed[1], seed[2])
	}
	f.Fuzz(func(t *testing.T, text, pattern, replacement string) {
		re, err := regexp.Compile(pattern)
		if err != nil {
			return
		}
		got, err := replaceEach(re, text, replacement)
		if err != nil {
			return
		}
		if want := re.ReplaceAllString(text, replacement); got != want {
			t.Fatalf("replacing %q by %q in %q gives %q, want %q", pattern, replacement, text, got, want)
		}
	})
}

// FuzzFormat tests that the size counted before the call never exceeds the size
// of the result, so that no result that fits is refused.
func FuzzFormat(f *testing.F) {
	for _, seed := range []string{"%s %d %v", "%%%5s|%-3d|%.2f", "%[3]q%[1]s%s", "%t%05.1f%#v", "%[2]+x%[2] d%-08v", "%", "%[0]s", "%!", "%.s"} {
		f.Add(seed, "tëxt", int64(12), true)
	}
	f.Add("%.X", "0", int64(0), false)
	f.Add("%1.X%9.d%+8.1d% 7.0e%#6.o", "0", int64(0), false)
	f.Fuzz(func(t *testing.T, format, text string, number int64, flag bool) {
		if !staysNormal(format) || !staysNormal(text) {
			return
		}
		list := cty.TupleVal([]cty.Value{cty.StringVal(text), cty.NumberIntVal(number), cty.BoolVal(flag)})
		args := []cty.Value{cty.StringVal(format), cty.StringVal(text), cty.NumberIntVal(number), cty.BoolVal(flag), list}
		if checkFormatArgs(args) != nil {
			return
		}
		verbs, least := parseFormat(args[0].AsString())
		for _, v := range verbs {
			if v.arg+1 < len(args) {
				least += v.minSize(args[v.arg+1], 1, false)
			}
		}
		// The function refuses values that are not used; so use them all.
		args[0] = cty.StringVal(format + "\n%[1]s%[2]s%[3]s%[4]v")
		result, err := stdlib.FormatFunc.Call(args)
		if err != nil {
			return
		}
		rest, err := stdlib.FormatFunc.Call(append([]cty.Value{cty.StringVal("\n%[1]s%[2]s%[3]s%[4]v")}, args[1:]...))
		if err != nil {
			t.Fatal(err)
		}
		if size := len(result.AsString()) - len(rest.AsString()); least > size {
			t.Fatalf("%q writes %d bytes, but %d were counted", format, size, least)
		}
	})
}

// staysNormal reports whether a text keeps its length in NFC also between other texts:
// a character that joins the one before it can make the whole shorter.
func staysNormal(text string) bool {
	for s := text; s != ""; {
		p := norm.NFC.PropertiesString(s)
		if p.Size() == 0 || !p.BoundaryBefore() {
			return false
		}
		s = s[p.Size():]
	}
	return utf8.ValidString(text)
}
