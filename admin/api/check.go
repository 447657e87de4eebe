package api

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/internal/datetime"
)

// checkValue compares a decoded JSON value with its schema. The error names the place
// at which they differ and the values that are right there. It never repeats the
// value, which may be secret.
func (s schemas) checkValue(at string, of *schema, v any) error {
	of = s.resolve(of)
	if len(of.AnyOf) > 0 {
		return s.checkAnyOf(at, of, v)
	}
	switch of.Type {
	case "object":
		return s.checkObject(at, of, v)
	case "array":
		return s.checkArray(at, of, v)
	case "string":
		return checkString(at, of, v)
	case "integer", "number":
		return checkNumber(at, of, v)
	case "boolean":
		if _, ok := v.(bool); !ok {
			return fmt.Errorf("%s must be true or false", at)
		}
	case "null":
		if v != nil {
			return fmt.Errorf("%s must be null", at)
		}
	}
	return nil
}

func (s schemas) checkAnyOf(at string, of *schema, v any) error {
	var err error
	for _, choice := range of.AnyOf {
		if err = s.checkValue(at, choice, v); err == nil {
			return nil
		}
	}
	return err
}

func (s schemas) checkObject(at string, of *schema, v any) error {
	object, ok := v.(map[string]any)
	if !ok {
		return fmt.Errorf("%s must be an object", at)
	}
	for _, name := range of.Required {
		if _, ok := object[name]; !ok {
			return fmt.Errorf("%s has no member %q", at, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		inner := of.Properties[name]
		if inner == nil {
			inner = of.AdditionalProperties
		}
		if inner == nil {
			return fmt.Errorf("%s can't have a member %q%s", at, shortenName(name), didYouMean(name, slices.Sorted(maps.Keys(of.Properties))))
		}
		if err := s.checkValue(joinPlace(at, name), inner, object[name]); err != nil {
			return err
		}
	}
	return nil
}

func (s schemas) checkArray(at string, of *schema, v any) error {
	list, ok := v.([]any)
	if !ok {
		return fmt.Errorf("%s must be a list", at)
	}
	for i, e := range list {
		if err := s.checkValue(joinPlace(at, strconv.Itoa(i)), of.Items, e); err != nil {
			return err
		}
	}
	return nil
}

func checkString(at string, of *schema, v any) error {
	text, ok := v.(string)
	if !ok {
		return fmt.Errorf("%s must be a string", at)
	}
	if of.MinLength != nil && len(text) < *of.MinLength {
		return fmt.Errorf("%s must not be empty", at)
	}
	if len(of.Enum) > 0 && !slices.Contains(of.Enum, text) {
		return fmt.Errorf("%s must be one of %s", at, strings.Join(of.Enum, ", "))
	}
	if of.Format == "date-time" {
		if _, err := datetime.Parse(text); err != nil {
			return fmt.Errorf("%s must be %s", at, datetime.Accepted)
		}
	}
	return nil
}

func checkNumber(at string, of *schema, v any) error {
	number, ok := v.(json.Number)
	if ok && of.Type == "number" {
		return nil
	}
	n, err := strconv.ParseInt(string(number), 10, 64)
	switch {
	case of.Minimum != nil && of.Maximum != nil && (err != nil || n < int64(*of.Minimum) || n > int64(*of.Maximum)):
		return fmt.Errorf("%s must be a number from %d to %d", at, *of.Minimum, *of.Maximum)
	case of.Type == "number":
		return fmt.Errorf("%s must be a number", at)
	case err != nil:
		return fmt.Errorf("%s must be a whole number", at)
	}
	return nil
}

// joinPlace names a member or element of the value at a place, in quotes.
func joinPlace(at, name string) string {
	if at == wholeBody {
		return strconv.Quote(shortenName(name))
	}
	return strings.TrimSuffix(at, `"`) + "." + strings.TrimPrefix(strconv.Quote(shortenName(name)), `"`)
}

// shortenName cuts a name from a request to a length that is fit for a message.
func shortenName(name string) string {
	const longest = 80
	if runes := []rune(name); len(runes) > longest {
		return string(runes[:longest]) + "…"
	}
	return name
}

// didYouMean continues a message about an unknown name with the nearest known
// name and the list of all.
func didYouMean(name string, known []string) string {
	if len(known) == 0 {
		return ""
	}
	out := "; there are " + strings.Join(known, ", ")
	if nearest := diag.Nearest(name, known); nearest != "" {
		out = fmt.Sprintf("; did you mean %q? There are %s", nearest, strings.Join(known, ", "))
	}
	return out
}
