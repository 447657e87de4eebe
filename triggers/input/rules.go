package input

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/webhook-gateway/gateway/internal/value"
)

// rules are what a value must fulfil besides its type.
type rules struct {
	enum     []any
	pattern  *regexp.Regexp // found anywhere in the text, as in JSON Schema
	format   *format
	min, max *bound

	enumWords string // the enum, as messages write it
}

// bound is a limit of a value. Which of its fields holds depends on the type.
type bound struct {
	number json.Number
	count  int // of characters or elements
}

// check notes every rule that a value of the right type breaks.
func (r *rules) check(c *Checker, v any) {
	if len(r.enum) > 0 && !slices.ContainsFunc(r.enum, func(e any) bool { return value.Equal(e, v) }) {
		c.fault("This must be "+r.enumWords+".", r.enumWords, value.TypeName(v))
	}
	switch v := v.(type) {
	case json.Number:
		r.checkNumber(c, v)
	case string:
		r.checkText(c, v)
	case []any:
		r.checkCount(c, len(v), "element", value.TypeName(v))
	}
}

func (r *rules) checkNumber(c *Checker, n json.Number) {
	if r.min != nil && compareNumbers(n, r.min.number) < 0 {
		c.atLeast(string(r.min.number), value.TypeName(n))
	}
	if r.max != nil && compareNumbers(n, r.max.number) > 0 {
		c.atMost(string(r.max.number), value.TypeName(n))
	}
}

func (r *rules) checkText(c *Checker, s string) {
	if r.min != nil || r.max != nil {
		r.checkCount(c, utf8.RuneCountInString(s), "character", value.TypeName(s))
	}
	if r.pattern != nil && !r.pattern.MatchString(s) {
		c.fault(fmt.Sprintf("This must match the pattern %s.", r.pattern), "a text that matches "+r.pattern.String(), value.TypeName(s))
	}
	if r.format != nil && !r.format.holds(s) {
		c.fault(fmt.Sprintf("This must be %s.", r.format.words), r.format.name, value.TypeName(s))
	}
}

func (r *rules) checkCount(c *Checker, n int, noun, actual string) {
	if r.min != nil && n < r.min.count {
		c.atLeast(count(r.min.count, noun), actual)
	}
	if r.max != nil && n > r.max.count {
		c.atMost(count(r.max.count, noun), actual)
	}
}

func (c *Checker) atLeast(limit, actual string) {
	c.fault("This must be at least "+limit+".", "at least "+limit, actual)
}

func (c *Checker) atMost(limit, actual string) {
	c.fault("This must be at most "+limit+".", "at most "+limit, actual)
}

// maxEnumWords is how many values of an enum a message lists.
const maxEnumWords = 20

// oneOf writes the values of an enum.
func oneOf(enum []any) string {
	var words []string
	for _, v := range enum[:min(len(enum), maxEnumWords)] {
		text, err := value.Append(nil, v)
		if err != nil {
			continue // a text that is not UTF-8 can't be told
		}
		words = append(words, string(text))
	}
	if len(enum) > maxEnumWords {
		words = append(words, "…")
	}
	if len(words) == 1 {
		return words[0]
	}
	return "one of " + strings.Join(words, ", ")
}
