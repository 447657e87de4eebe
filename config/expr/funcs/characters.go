package funcs

import (
	"strings"

	"github.com/apparentlymart/go-textseg/v15/textseg"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/gocty"

	"github.com/webhook-gateway/gateway/internal/ctytext"
)

// The functions of this file count visible characters: a letter with its accents is
// one.

// characterSize returns the number of bytes of the first character of a text that is
// not empty.
func characterSize(text []byte) int {
	size, _, err := textseg.ScanGraphemeClusters(text, true)
	if err != nil || size <= 0 {
		return len(text)
	}
	return size
}

// firstCharacters splits a text behind its first n characters.
func firstCharacters(text string, n int) (before, after string) {
	rest := []byte(text)
	for ; n > 0 && len(rest) > 0; n-- {
		rest = rest[characterSize(rest):]
	}
	end := len(text) - len(rest)
	return text[:end], text[end:]
}

func countCharacters(text string) int {
	n := 0
	for rest := []byte(text); len(rest) > 0; n++ {
		rest = rest[characterSize(rest):]
	}
	return n
}

func reverseCharacters(text string) string {
	out := make([]byte, len(text))
	for rest := []byte(text); len(rest) > 0; {
		size := characterSize(rest)
		copy(out[len(rest)-size:], rest[:size])
		rest = rest[size:]
	}
	return string(out)
}

// substrFunc differs from Terraform for a length of 0 with a negative offset, and for
// an offset before the start: those results are wrong there.
func substrFunc() function.Function {
	params := []function.Parameter{{Type: cty.String}, {Type: cty.Number}, {Type: cty.Number}}
	return function.New(&function.Spec{
		Params:       params,
		Type:         function.StaticReturnType(cty.String),
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			var offset, length int
			if err := gocty.FromCtyValue(args[1], &offset); err != nil {
				return cty.NilVal, function.NewArgError(1, err)
			}
			if err := gocty.FromCtyValue(args[2], &length); err != nil {
				return cty.NilVal, function.NewArgError(2, err)
			}
			text := ctytext.String(args[0])
			if offset < 0 {
				offset = max(0, offset+countCharacters(text))
			}
			_, text = firstCharacters(text, offset)
			if length >= 0 {
				text, _ = firstCharacters(text, length)
			}
			return ctytext.Value(text), nil
		},
	})
}

// padText adds characters up to a width: spaces, or zeros before the text.
func padText(text string, v verb) string {
	missing := v.width - countCharacters(text)
	if missing <= 0 {
		return text
	}
	pad := " "
	if strings.Contains(v.flags, "0") {
		pad = "0"
	}
	if strings.Contains(v.flags, "-") {
		return text + strings.Repeat(pad, missing)
	}
	return strings.Repeat(pad, missing) + text
}
