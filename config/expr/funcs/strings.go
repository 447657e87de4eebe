package funcs

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
	"github.com/zclconf/go-cty/cty/gocty"

	"github.com/webhook-gateway/gateway/internal/ctytext"
)

func caseFuncs() []entry {
	return []entry{
		newEntry("lower(text)", "Returns the text with all letters in lower case.",
			stdlib.LowerFunc, `lower("Jane@Example.COM")`, `"jane@example.com"`),
		newEntry("upper(text)", "Returns the text with all letters in upper case.",
			stdlib.UpperFunc, `upper("shop-7")`, `"SHOP-7"`),
		newEntry("title(text)", "Returns the text with the first letter of each word in upper case.",
			stdlib.TitleFunc, `title("jane van dyke")`, `"Jane Van Dyke"`),
		newEntry("strrev(text)", "Returns the text with its characters in reverse order. A character is one visible character, with its accents.",
			stdlib.ReverseFunc, `strrev("stressed")`, `"desserts"`),
	}
}

func cutFuncs() []entry {
	return []entry{
		newEntry("chomp(text)", "Returns the text without the newlines at its end.",
			stdlib.ChompFunc, `chomp("hello\r\n\n")`, `"hello"`),
		newEntry("trimspace(text)", "Returns the text without the white space at its start and end.",
			stdlib.TrimSpaceFunc, `trimspace("  hello\n")`, `"hello"`),
		newEntry("trim(text, characters)", "Returns the text without any of the given characters at its start and end.",
			stdlib.TrimFunc, `trim("?!hello?!", "!?")`, `"hello"`).withCheck(checkTrim),
		newEntry("trimprefix(text, prefix)", "Returns the text without the prefix, or the unchanged text if it does not start with the prefix.",
			stdlib.TrimPrefixFunc, `trimprefix("refs/heads/main", "refs/heads/")`, `"main"`),
		newEntry("trimsuffix(text, suffix)", "Returns the text without the suffix, or the unchanged text if it does not end with the suffix.",
			stdlib.TrimSuffixFunc, `trimsuffix("report.csv", ".csv")`, `"report"`),
		newEntry("substr(text, offset, length)", "Returns part of the text. Offset and length count visible characters. A negative offset counts from the end; length -1 means up to the end.",
			substrFunc(), `substr("hello world", -5, 3)`, `"wor"`),
		newEntry("split(separator, text)", "Returns the list of the parts of the text between the separators. An empty separator splits the text into code points.",
			splitFunc(), `split(",", "a,b,,c")`, `["a", "b", "", "c"]`).withCheck(checkSplit),
	}
}

func searchFuncs() []entry {
	return []entry{
		newEntry("startswith(text, prefix)", "Returns whether the text starts with the prefix.",
			textTestFunc(strings.HasPrefix), `startswith("hello", "he")`, `true`),
		newEntry("endswith(text, suffix)", "Returns whether the text ends with the suffix.",
			textTestFunc(strings.HasSuffix), `endswith("report.csv", ".csv")`, `true`),
		newEntry("strcontains(text, part)", "Returns whether the text contains the part.",
			textTestFunc(strings.Contains), `strcontains("hello world", "wor")`, `true`),
		newEntry("regex(pattern, text)", "Returns the first match of an RE2 pattern: the matched text, or a list of the texts that the groups of the pattern matched, or an object if the groups have names. No match is an error; `can(regex(…))` tests for a match.",
			stdlib.RegexFunc, `regex("(?P<key>[A-Z]+)-(?P<number>[0-9]+)", "fixes SHOP-17")`, `{ key = "SHOP", number = "17" }`),
		newEntry("regexall(pattern, text)", "Returns the list of all matches of an RE2 pattern, each as regex returns it. Without a match the list is empty.",
			stdlib.RegexAllFunc, `regexall("[0-9]+", "2 lamps, 17 bulbs")`, `["2", "17"]`).withCheck(checkRegexAll),
		newEntry("replace(text, search, replacement)", "Returns the text with every occurrence of search replaced. If search is written between slashes it is an RE2 pattern, and $1 or ${name} in the replacement stands for the match of a group.",
			replaceFunc(), `replace("2026-12-24", "/(\\d+)-(\\d+)-(\\d+)/", "$3.$2.$1")`, `"24.12.2026"`),
	}
}

func buildFuncs() []entry {
	return []entry{
		newEntry("join(separator, lists...)", "Returns the elements of the lists as one text, with the separator between them.",
			stdlib.JoinFunc, `join(", ", ["lamp", "bulb"])`, `"lamp, bulb"`).withCheck(checkJoin),
		newEntry("indent(spaces, text)", "Returns the text with spaces added before every line except the first.",
			stdlib.IndentFunc, `indent(2, "a:\nb")`, `"a:\n  b"`).withCheck(checkIndent),
		newEntry("format(format, values...)", "Returns a formatted text: %s text, %d whole number, %.2f number with two decimals, %05d padded with zeros, %q quoted, %v anything, %#v JSON, %% a percent sign.",
			stdlib.FormatFunc, `format("%s: %.2f EUR (%03d)", "Total", 12.5, 7)`, `"Total: 12.50 EUR (007)"`).withCheck(checkFormatArgs),
		newEntry("formatlist(format, values...)", "Returns a list of texts, one for each position in the given lists, as format returns them. A value that is no list is used for every text.",
			stdlib.FormatListFunc, `formatlist("%s: %d", ["lamp", "bulb"], [1, 6])`, `["lamp: 1", "bulb: 6"]`).withCheck(checkFormatListArgs),
	}
}

func splitFunc() function.Function {
	return textFunc(2, cty.List(cty.String), func(args []string) (cty.Value, error) {
		var parts []cty.Value
		for part := range strings.SplitSeq(args[1], args[0]) {
			parts = append(parts, ctytext.Value(part))
		}
		return newSequence(cty.List(cty.String), parts), nil
	})
}

// substrFunc corrects two results of the library's function: for a length of 0
// with a negative offset, and for an offset before the start.
func substrFunc() function.Function {
	params := []function.Parameter{{Type: cty.String}, {Type: cty.Number}, {Type: cty.Number}}
	return function.New(&function.Spec{
		Params:       params,
		Type:         function.StaticReturnType(cty.String),
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			if args[2].RawEquals(cty.Zero) {
				return cty.StringVal(""), nil
			}
			return stdlib.SubstrFunc.Call(args)
		},
	})
}

// textTestFunc makes a function that tests two texts.
func textTestFunc(test func(text, part string) bool) function.Function {
	return textFunc(2, cty.Bool, func(args []string) (cty.Value, error) {
		return cty.BoolVal(test(args[0], args[1])), nil
	})
}

// textFunc makes a function of n texts.
func textFunc(n int, result cty.Type, impl func(args []string) (cty.Value, error)) function.Function {
	params := make([]function.Parameter, n)
	for i := range params {
		params[i] = function.Parameter{Type: cty.String, AllowDynamicType: true}
	}
	return function.New(&function.Spec{
		Params:       params,
		Type:         function.StaticReturnType(result),
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			texts := make([]string, len(args))
			for i, arg := range args {
				texts[i] = ctytext.String(arg)
			}
			return impl(texts)
		},
	})
}

func notNull(b *cty.RefinementBuilder) *cty.RefinementBuilder {
	return b.NotNull()
}

func checkSplit(args []cty.Value) error {
	separator, ok1 := knownText(args[0])
	text, ok2 := knownText(args[1])
	if !ok1 || !ok2 {
		return nil
	}
	return checkElementCount(strings.Count(text, separator) + 1)
}

// checkTrim limits the characters to trim, because each character at an end of
// the text is compared with all of them.
func checkTrim(args []cty.Value) error {
	const most = 1000
	if characters, _ := knownText(args[1]); len(characters) > most {
		return function.NewArgErrorf(1, "it may have at most %d bytes", most)
	}
	return nil
}

func checkRegexAll(args []cty.Value) error {
	pattern, ok1 := knownText(args[0])
	text, ok2 := knownText(args[1])
	if !ok1 || !ok2 || len(text) < MaxElements {
		return nil // a text has at most one match more than bytes
	}
	re, err := regexp.Compile(pattern)
	if err != nil {
		return nil // regexall itself reports the error
	}
	return checkElementCount(len(re.FindAllStringIndex(text, MaxElements+1)))
}

func checkJoin(args []cty.Value) error {
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
	return checkTextSize(size - len(separator))
}

func checkIndent(args []cty.Value) error {
	text, ok := knownText(args[1])
	if !ok || !args[0].IsKnown() || args[0].IsNull() {
		return nil
	}
	var spaces int
	if err := gocty.FromCtyValue(args[0], &spaces); err != nil || spaces < 0 {
		return function.NewArgErrorf(0, "a whole number of spaces, 0 or more, is required")
	}
	if spaces > maxBytes {
		return checkTextSize(spaces)
	}
	return checkTextSize(len(text) + spaces*strings.Count(text, "\n"))
}

// replaceFunc follows Terraform: a search between slashes is a pattern.
func replaceFunc() function.Function {
	return textFunc(3, cty.String, func(args []string) (cty.Value, error) {
		text, search, replacement := args[0], args[1], args[2]
		if len(search) < 2 || !strings.HasPrefix(search, "/") || !strings.HasSuffix(search, "/") {
			growth := strings.Count(text, search) * (len(replacement) - len(search))
			if err := checkTextSize(len(text) + growth); err != nil {
				return cty.NilVal, err
			}
			return ctytext.Value(strings.ReplaceAll(text, search, replacement)), nil
		}
		re, err := regexp.Compile(search[1 : len(search)-1])
		if err != nil {
			return cty.NilVal, function.NewArgErrorf(1, "%s", strings.TrimPrefix(err.Error(), "error parsing regexp: "))
		}
		result, err := replacePattern(re, text, replacement)
		return ctytext.Value(result), err
	})
}

// replacePattern replaces all matches at once if the result cannot be too large,
// and one match at a time otherwise.
func replacePattern(re *regexp.Regexp, text, replacement string) (string, error) {
	references := strings.Count(replacement, "$")
	if worst := len(text)*(1+references) + (len(text)+1)*len(replacement); worst <= maxBytes {
		return re.ReplaceAllString(text, replacement), nil
	}
	return replaceEach(re, text, replacement)
}

func replaceEach(re *regexp.Regexp, text, replacement string) (string, error) {
	matches := re.FindAllStringSubmatchIndex(text, MaxElements+1)
	if len(matches) > MaxElements {
		return "", fmt.Errorf("the pattern matches more than %d times", MaxElements)
	}
	var out []byte
	end := 0
	for _, match := range matches {
		out = append(out, text[end:match[0]]...)
		out = re.ExpandString(out, replacement, text, match)
		end = match[1]
		if err := checkTextSize(len(out)); err != nil {
			return "", err
		}
	}
	return string(append(out, text[end:]...)), nil
}
