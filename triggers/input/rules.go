package input

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/webhook-gateway/gateway/internal/value"
)

// rules restrict the values of a type.
type rules struct {
	enum     []any
	pattern  *regexp.Regexp // matches anywhere in the text, as in JSON Schema
	format   *format
	min, max *bound

	enumText string // the enum, as messages write it
}

// bound is the minimum or maximum of a value.
type bound struct {
	number json.Number // of a number
	count  int         // of characters or elements
}

// checkValue records each rule that a value of the right type breaks.
func (r *rules) checkValue(c *Checker, v any) {
	if len(r.enum) > 0 && !slices.ContainsFunc(r.enum, func(e any) bool { return value.Equal(e, v) }) {
		c.addFault("This must be "+r.enumText+".", r.enumText, value.TypeName(v))
	}
	switch given := v.(type) {
	case json.Number:
		r.checkNumber(c, given)
	case string:
		r.checkText(c, given)
	case []any:
		r.checkCount(c, len(given), "element", value.TypeName(v))
	}
}

func (r *rules) checkNumber(c *Checker, n json.Number) {
	if r.min != nil && compareNumbers(n, r.min.number) < 0 {
		c.addTooSmall(string(r.min.number), value.TypeName(n))
	}
	if r.max != nil && compareNumbers(n, r.max.number) > 0 {
		c.addTooLarge(string(r.max.number), value.TypeName(n))
	}
}

func (r *rules) checkText(c *Checker, s string) {
	if r.min != nil || r.max != nil {
		r.checkCount(c, utf8.RuneCountInString(s), "character", value.TypeName(s))
	}
	if r.pattern != nil && !r.pattern.MatchString(s) {
		c.addFault(fmt.Sprintf("This must match the pattern %s.", r.pattern), expectedPattern(r.pattern), value.TypeName(s))
	}
	if r.format != nil && !r.format.matches(s) {
		c.addFault(fmt.Sprintf("This must be %s.", r.format.description), r.format.name, value.TypeName(s))
	}
}

// expectedPattern says which texts match a pattern.
func expectedPattern(p *regexp.Regexp) string { return "a text that matches " + p.String() }

func (r *rules) checkCount(c *Checker, n int, noun, actual string) {
	if r.min != nil && n < r.min.count {
		c.addTooSmall(formatCount(r.min.count, noun), actual)
	}
	if r.max != nil && n > r.max.count {
		c.addTooLarge(formatCount(r.max.count, noun), actual)
	}
}

// maxEnumValues is the number of enum values that a message lists.
const maxEnumValues = 20

// formatEnum writes the values of an enum for a message.
func formatEnum(enum []any) string {
	var texts []string
	for _, v := range enum[:min(len(enum), maxEnumValues)] {
		text, err := value.Append(nil, v)
		if err != nil {
			continue // text that is not UTF-8 cannot be written
		}
		texts = append(texts, string(text))
	}
	if len(enum) > maxEnumValues {
		texts = append(texts, "…")
	}
	if len(texts) == 1 {
		return texts[0]
	}
	return "one of " + strings.Join(texts, ", ")
}

// compareNumbers compares the exact values of two JSON numbers.
func compareNumbers(a, b json.Number) int {
	if a == b {
		return 0
	}
	// Rounding never changes the order of two numbers, so different floats decide.
	// Numbers beyond the range of float64 become infinities, which keep the order.
	x, _ := strconv.ParseFloat(string(a), 64)
	y, _ := strconv.ParseFloat(string(b), 64)
	if x != y {
		return cmp.Compare(x, y)
	}
	p, ok1 := new(big.Rat).SetString(string(a))
	q, ok2 := new(big.Rat).SetString(string(b))
	if !ok1 || !ok2 {
		return 0
	}
	return p.Cmp(q)
}
