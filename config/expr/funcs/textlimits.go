package funcs

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/gocty"
)

func splitFits(args []cty.Value) error {
	separator, ok1 := knownText(args[0])
	text, ok2 := knownText(args[1])
	if !ok1 || !ok2 {
		return nil
	}
	return fitsElements(strings.Count(text, separator) + 1)
}

// trimFits bounds the characters of which any may stand at either end, as all
// of them are compared with each there.
func trimFits(args []cty.Value) error {
	const most = 1000
	if characters, _ := knownText(args[1]); len(characters) > most {
		return function.NewArgErrorf(1, "it may have at most %d bytes", most)
	}
	return nil
}

func regexAllFits(args []cty.Value) error {
	pattern, ok1 := knownText(args[0])
	text, ok2 := knownText(args[1])
	if !ok1 || !ok2 || len(text) < maxElements {
		return nil // no text has more matches than bytes, and one
	}
	re, err := regexp.Compile(pattern)
	if err != nil {
		return nil // regexall itself says what is wrong with it
	}
	return fitsElements(len(re.FindAllStringIndex(text, maxElements+1)))
}

func joinFits(args []cty.Value) error {
	separator, ok := knownText(args[0])
	if !ok {
		return nil
	}
	size := 0
	for _, list := range args[1:] {
		if !isCollection(list) {
			return nil
		}
		for it := list.ElementIterator(); it.Next(); {
			_, element := it.Element()
			text, _ := knownText(element)
			size += len(text) + len(separator)
		}
	}
	return fits(size - len(separator))
}

func indentFits(args []cty.Value) error {
	text, ok := knownText(args[1])
	if !ok || !args[0].IsKnown() || args[0].IsNull() {
		return nil
	}
	var spaces int
	if err := gocty.FromCtyValue(args[0], &spaces); err != nil || spaces < 0 {
		return function.NewArgErrorf(0, "a whole number of spaces, 0 or more, is required")
	}
	if spaces > maxBytes {
		return fits(spaces)
	}
	return fits(len(text) + spaces*strings.Count(text, "\n"))
}

// replace follows Terraform: a search between slashes is a pattern.
func replace() function.Function {
	return fromText(3, cty.String, func(args []string) (cty.Value, error) {
		text, search, replacement := args[0], args[1], args[2]
		if len(search) < 2 || !strings.HasPrefix(search, "/") || !strings.HasSuffix(search, "/") {
			growth := strings.Count(text, search) * (len(replacement) - len(search))
			if err := fits(len(text) + growth); err != nil {
				return cty.NilVal, err
			}
			return cty.StringVal(strings.ReplaceAll(text, search, replacement)), nil
		}
		re, err := regexp.Compile(search[1 : len(search)-1])
		if err != nil {
			return cty.NilVal, function.NewArgErrorf(1, "%s", strings.TrimPrefix(err.Error(), "error parsing regexp: "))
		}
		result, err := replacePattern(re, text, replacement)
		return cty.StringVal(result), err
	})
}

// replacePattern replaces in one go what cannot grow too large, and match by
// match what could.
func replacePattern(re *regexp.Regexp, text, replacement string) (string, error) {
	references := strings.Count(replacement, "$")
	if worst := len(text)*(1+references) + (len(text)+1)*len(replacement); worst <= maxBytes {
		return re.ReplaceAllString(text, replacement), nil
	}
	return replaceEach(re, text, replacement)
}

func replaceEach(re *regexp.Regexp, text, replacement string) (string, error) {
	matches := re.FindAllStringSubmatchIndex(text, maxElements+1)
	if len(matches) > maxElements {
		return "", fmt.Errorf("the pattern matches more than %d times", maxElements)
	}
	var out []byte
	end := 0
	for _, match := range matches {
		out = append(out, text[end:match[0]]...)
		out = re.ExpandString(out, replacement, text, match)
		end = match[1]
		if err := fits(len(out)); err != nil {
			return "", err
		}
	}
	return string(append(out, text[end:]...)), nil
}
