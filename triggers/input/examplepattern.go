package input

import (
	"regexp/syntax"
	"strings"
	"unicode"
)

// examplePattern returns a short text for a pattern, which matches it unless the
// pattern asks for what one part can't know of another, such as \b.
func examplePattern(pattern string) string {
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return ""
	}
	var out strings.Builder
	writeExample(&out, re)
	return out.String()
}

// writeExample writes the shortest text of an expression, with the first of several
// alternatives.
func writeExample(out *strings.Builder, re *syntax.Regexp) {
	if out.Len() > maxExample {
		return
	}
	switch re.Op {
	case syntax.OpLiteral:
		out.WriteString(string(re.Rune))
	case syntax.OpCharClass:
		out.WriteRune(exampleRune(re.Rune))
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		out.WriteByte('x')
	case syntax.OpCapture, syntax.OpPlus, syntax.OpAlternate:
		writeExample(out, re.Sub[0])
	case syntax.OpConcat:
		for _, part := range re.Sub {
			writeExample(out, part)
		}
	case syntax.OpRepeat:
		for range re.Min {
			writeExample(out, re.Sub[0])
		}
	}
}

// exampleRune returns a character of a class of ranges, a letter or a digit if it has
// one.
func exampleRune(ranges []rune) rune {
	var first rune
	for i := 0; i+1 < len(ranges); i += 2 {
		from, to := ranges[i], ranges[i+1]
		for _, want := range []rune{'a', 'A', '1', '0'} {
			if from <= want && want <= to {
				return want
			}
		}
		if first == 0 || !unicode.IsPrint(first) {
			first = from
		}
	}
	return first
}
