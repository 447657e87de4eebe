package funcs

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"

	"github.com/webhook-gateway/gateway/internal/ctytext"
)

func regexFunc() function.Function {
	return patternFunc(func(match cty.Type) cty.Type { return match }, func(re *regexp.Regexp, text string) (cty.Value, error) {
		found := re.FindStringSubmatch(text)
		if found == nil {
			return cty.NilVal, errors.New("pattern did not match any part of the given string")
		}
		return matchValue(re, re.FindStringSubmatchIndex(text), found), nil
	})
}

func regexAllFunc() function.Function {
	return patternFunc(cty.List, func(re *regexp.Regexp, text string) (cty.Value, error) {
		found := re.FindAllStringSubmatch(text, -1)
		if len(found) == 0 {
			t, err := matchType(re)
			return cty.ListValEmpty(t), err
		}
		places := re.FindAllStringSubmatchIndex(text, -1)
		out := make([]cty.Value, len(found))
		for i := range found {
			out[i] = matchValue(re, places[i], found[i])
		}
		return cty.ListVal(out), nil
	})
}

// patternFunc makes a function of a pattern and a text. Its type function reports a
// wrong pattern even if the text is unknown.
func patternFunc(result func(match cty.Type) cty.Type, impl func(re *regexp.Regexp, text string) (cty.Value, error)) function.Function {
	param := function.Parameter{Type: cty.String}
	return function.New(&function.Spec{
		Params:       []function.Parameter{param, param},
		RefineResult: notNull,
		Type: func(args []cty.Value) (cty.Type, error) {
			pattern, ok := knownText(args[0])
			if !ok {
				return result(cty.DynamicPseudoType), nil
			}
			re, err := compilePattern(pattern)
			if err != nil {
				return cty.NilType, function.NewArgError(0, err)
			}
			match, err := matchType(re)
			if err != nil {
				return cty.NilType, function.NewArgError(0, err)
			}
			return result(match), nil
		},
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			re, err := compilePattern(ctytext.String(args[0]))
			if err != nil {
				return cty.NilVal, function.NewArgError(0, err)
			}
			return impl(re, ctytext.String(args[1]))
		},
	})
}

func compilePattern(pattern string) (*regexp.Regexp, error) {
	re, err := regexp.Compile(pattern)
	var fault *syntax.Error
	if errors.As(err, &fault) {
		return nil, fmt.Errorf("invalid regexp pattern: %s in %s", fault.Code, fault.Expr)
	}
	return re, err
}

// matchType returns the type of a match: a text, a list of the groups, or an object
// if the groups have names.
func matchType(re *regexp.Regexp) (cty.Type, error) {
	members, unnamed := map[string]cty.Type{}, []cty.Type{}
	for _, name := range re.SubexpNames()[1:] {
		if name == "" {
			unnamed = append(unnamed, cty.String)
		} else {
			members[name] = cty.String
		}
	}
	switch {
	case len(unnamed) > 0 && len(members) > 0:
		return cty.NilType, errors.New("invalid regexp pattern: cannot mix both named and unnamed capture groups")
	case len(unnamed) > 0:
		return cty.Tuple(unnamed), nil
	case len(members) > 0:
		return cty.Object(members), nil
	}
	return cty.String, nil
}

// matchValue returns a match with the type of matchType. A group that matched nothing
// is null.
func matchValue(re *regexp.Regexp, places []int, found []string) cty.Value {
	groups := make([]cty.Value, len(found))
	members := map[string]cty.Value{}
	for i, name := range re.SubexpNames() {
		groups[i] = cty.NullVal(cty.String)
		if places[2*i] >= 0 {
			groups[i] = ctytext.Value(found[i])
		}
		if name != "" {
			members[name] = groups[i]
		}
	}
	switch {
	case len(groups) == 1:
		return groups[0]
	case len(members) > 0:
		return cty.ObjectVal(members)
	}
	return cty.TupleVal(groups[1:])
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
