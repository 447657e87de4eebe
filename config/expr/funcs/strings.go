package funcs

import (
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
			changeFunc(strings.ToLower), `lower("Jane@Example.COM")`, `"jane@example.com"`),
		newEntry("upper(text)", "Returns the text with all letters in upper case.",
			changeFunc(strings.ToUpper), `upper("shop-7")`, `"SHOP-7"`),
		newEntry("title(text)", "Returns the text with the first letter of each word in upper case.",
			changeFunc(titleWords), `title("jane van dyke")`, `"Jane Van Dyke"`),
		newEntry("strrev(text)", "Returns the text with its characters in reverse order. A character is one visible character, with its accents.",
			changeFunc(reverseCharacters), `strrev("stressed")`, `"desserts"`),
	}
}

func cutFuncs() []entry {
	return []entry{
		newEntry("chomp(text)", "Returns the text without the newlines at its end.",
			changeFunc(trimNewlines), `chomp("hello\r\n\n")`, `"hello"`),
		newEntry("trimspace(text)", "Returns the text without the white space at its start and end.",
			changeFunc(strings.TrimSpace), `trimspace("  hello\n")`, `"hello"`),
		newEntry("trim(text, characters)", "Returns the text without any of the given characters at its start and end.",
			cutFunc(strings.Trim), `trim("?!hello?!", "!?")`, `"hello"`).withCheck(checkTrim),
		newEntry("trimprefix(text, prefix)", "Returns the text without the prefix, or the unchanged text if it does not start with the prefix.",
			cutFunc(strings.TrimPrefix), `trimprefix("refs/heads/main", "refs/heads/")`, `"main"`),
		newEntry("trimsuffix(text, suffix)", "Returns the text without the suffix, or the unchanged text if it does not end with the suffix.",
			cutFunc(strings.TrimSuffix), `trimsuffix("report.csv", ".csv")`, `"report"`),
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
			regexFunc(), `regex("(?P<key>[A-Z]+)-(?P<number>[0-9]+)", "fixes SHOP-17")`, `{ key = "SHOP", number = "17" }`),
		newEntry("regexall(pattern, text)", "Returns the list of all matches of an RE2 pattern, each as regex returns it. Without a match the list is empty.",
			regexAllFunc(), `regexall("[0-9]+", "2 lamps, 17 bulbs")`, `["2", "17"]`).withCheck(checkRegexAll),
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
			formatFunc(), `format("%s: %.2f EUR (%03d)", "Total", 12.5, 7)`, `"Total: 12.50 EUR (007)"`).withCheck(checkFormatArgs),
		newEntry("formatlist(format, values...)", "Returns a list of texts, one for each position in the given lists, as format returns them. A value that is no list is used for every text.",
			formatListFunc(), `formatlist("%s: %d", ["lamp", "bulb"], [1, 6])`, `["lamp: 1", "bulb: 6"]`).withCheck(checkFormatListArgs),
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

// changeFunc makes a function that changes a text.
func changeFunc(change func(text string) string) function.Function {
	return textFunc(1, cty.String, func(args []string) (cty.Value, error) {
		return ctytext.Value(change(args[0])), nil
	})
}

// cutFunc makes a function that cuts a part off a text.
func cutFunc(cut func(text, part string) string) function.Function {
	return textFunc(2, cty.String, func(args []string) (cty.Value, error) {
		return ctytext.Value(cut(args[0], args[1])), nil
	})
}

// titleWords writes the first letter of each word in upper case.
func titleWords(text string) string {
	return strings.Title(text) //nolint:staticcheck // words as Terraform finds them
}

// trimNewlines removes all newlines at the end of a text.
func trimNewlines(text string) string { return strings.TrimRight(text, "\r\n") }

// textTestFunc makes a function that tests two texts.
func textTestFunc(test func(text, part string) bool) function.Function {
	return textFunc(2, cty.Bool, func(args []string) (cty.Value, error) {
		return cty.BoolVal(test(args[0], args[1])), nil
	})
}

// textFunc makes a function of n texts. It gets them as they are, not in the form in
// which cty holds them, and returns texts by ctytext.Value. All functions that read
// the characters of a text are made this way; the library's functions would read the
// characters of that form.
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
