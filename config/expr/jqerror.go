package expr

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/itchyny/gojq"

	"github.com/webhook-gateway/gateway/config/diag"
)

func jqSyntaxError(program string, err error, at sourceMap) hcl.Diagnostics {
	rng := at(0, len(program))
	var parse *gojq.ParseError
	if errors.As(err, &parse) {
		end := min(parse.Offset, len(program))
		rng = at(max(0, end-max(1, len(parse.Token))), end)
	}
	detail := "The jq program has a syntax error: " + err.Error() + "."
	if m := braces.FindStringSubmatch(program); m != nil {
		detail += fmt.Sprintf(" For %s write $%s.", m[0], m[1])
	}
	return hcl.Diagnostics{diag.Error(rng, "Invalid jq program", detail)}
}

// jqNameError turns an error of the jq compiler into a finding. The error names
// an undefined variable or function without its place; the finding points to its
// first occurrence.
func (s *Scope) jqNameError(program string, err error, at sourceMap) hcl.Diagnostics {
	kind, name, _ := strings.Cut(err.Error(), ": ")
	detail := "In the jq program: " + err.Error() + "."
	bare, _, _ := strings.Cut(name, "/")
	switch {
	case strings.HasPrefix(kind, "variable"):
		detail = s.explainVariable(bare)
	case strings.HasPrefix(kind, "function"):
		detail = explainFunction(name)
	case strings.HasPrefix(kind, "input(s)/"):
		bare = "input"
		if findWord(program, bare) < 0 {
			bare = "inputs"
		}
		detail = explainFunction(bare + "/0")
	}
	rng := at(0, len(program))
	if i := findWord(program, bare); i >= 0 {
		rng = at(i, i+len(bare))
	}
	return hcl.Diagnostics{diag.Error(rng, "Invalid jq program", detail)}
}

func (s *Scope) explainVariable(name string) string {
	detail := fmt.Sprintf("The jq program reads %s, which is not known here.", name)
	bare := strings.TrimPrefix(name, "$")
	if near := diag.Nearest(bare, s.runRootNames()); near != "" {
		return detail + fmt.Sprintf(" Did you mean $%s?", near)
	}
	if slices.Contains(s.rootNames(), bare) {
		return detail + " Pass names that are known at load to the program through its input."
	}
	return detail
}

func (s *Scope) runRootNames() []string {
	return s.runRoots()
}

// jqNotHere are functions of jq that need more than a value and a program.
var jqNotHere = map[string]string{
	"debug":             `there is no terminal to write to; use action "log"`,
	"stderr":            `there is no terminal to write to; use action "log"`,
	"input":             "a program has one input, the value of input, which it reads as \".\"",
	"inputs":            "a program has one input, the value of input, which it reads as \".\"",
	"input_filename":    "a program reads no files",
	"input_line_number": "a program reads no files",
	"get_search_list":   "a program loads no modules",
	"modulemeta":        "a program loads no modules",
}

// explainFunction says why a call, given as "name/arguments", is wrong.
func explainFunction(called string) string {
	name, count, _ := strings.Cut(called, "/")
	if reason, ok := jqNotHere[name]; ok {
		return fmt.Sprintf("The jq program calls %s, which flows don't have: %s.", called, reason)
	}
	known := listJQFunctions()
	if counts := known[name]; len(counts) > 0 {
		detail := fmt.Sprintf("The jq program calls %s; %s takes %s.", called, name, describeCounts(counts))
		if count == "1" && !slices.Contains(counts, "0") {
			detail += fmt.Sprintf(" Separate arguments with semicolons: %s(a; b).", name)
		}
		return detail
	}
	detail := fmt.Sprintf("The jq program calls %s, which the gateway's version of jq does not have.", called)
	names := slices.Sorted(maps.Keys(known))
	if near := diag.DidYouMean(name, names); near != "" {
		return detail + near
	}
	for _, longer := range names {
		if strings.HasSuffix(longer, "_"+name) {
			return detail + fmt.Sprintf(" Did you mean %q?", longer)
		}
	}
	return detail
}

func describeCounts(counts []string) string {
	switch last := counts[len(counts)-1]; {
	case len(counts) == 1 && last == "0":
		return "no arguments"
	case last == "1":
		return strings.Join(counts, " or ") + " argument"
	}
	return strings.Join(counts, " or ") + " arguments"
}

// listJQFunctions returns the functions of jq, each with the numbers of
// arguments that it accepts. jq itself lists them as "name/arguments".
func listJQFunctions() map[string][]string {
	out := map[string][]string{"toarray": {"0"}, "have_literal_numbers": {"0"}, "have_decnum": {"0"}}
	query, err := gojq.Parse("builtins | sort[]")
	if err != nil {
		return out
	}
	iter := query.Run(nil)
	for v, ok := iter.Next(); ok; v, ok = iter.Next() {
		if listed, isText := v.(string); isText {
			name, count, _ := strings.Cut(listed, "/")
			out[name] = append(out[name], count)
		}
	}
	return out
}

// findWord returns the index of a whole word in the text, or -1.
func findWord(text, word string) int {
	if word == "" {
		return -1
	}
	loc := regexp.MustCompile(`(?:^|[^\w$])(` + regexp.QuoteMeta(word) + `)\b`).FindStringSubmatchIndex(text)
	if loc == nil {
		return -1
	}
	return loc[2]
}
