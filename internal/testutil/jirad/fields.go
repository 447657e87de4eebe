package jirad

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf16"
)

// The longest texts, in the units of UTF-16 that Java counts in.
const (
	longestSummary = 255
	longestLabel   = 255
	longestText    = 32767
)

var day = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$`)

// checkFields returns the faults of fields by their names. Of custom fields
// there are customfield_10010, a number, customfield_10020, a text, and
// customfield_10030, one of the options "EU" and "US".
func (s *Server) checkFields(fields map[string]any, creating bool) map[string]string {
	faults := map[string]string{}
	for name, v := range fields {
		check := s.checks(creating)[name]
		if check == nil {
			faults[name] = fmt.Sprintf("Field '%s' cannot be set. It is not on the appropriate screen, or unknown.", name)
			continue
		}
		if fault := check(v); fault != "" {
			faults[name] = fault
		}
	}
	return faults
}

func (s *Server) checks(creating bool) map[string]func(v any) string {
	out := map[string]func(v any) string{
		"summary": summary, "description": s.richText, "labels": labels, "assignee": s.assignee, "duedate": matches(day),
		"priority":          named("name", "Highest", "High", "Medium", "Low", "Lowest"),
		"customfield_10010": number, "customfield_10020": text(longestSummary), "customfield_10030": named("value", "EU", "US"),
	}
	if creating {
		out["project"] = named("key", "SHOP", "OPS")
		out["issuetype"] = named("name", "Task", "Bug", "Incident")
	} else {
		out["resolution"] = named("name", "Done", "Won't Do")
	}
	return out
}

func units(text string) int { return len(utf16.Encode([]rune(text))) }

func summary(v any) string {
	s, ok := v.(string)
	switch {
	case !ok:
		return "Operation value must be a string"
	case strings.TrimSpace(s) == "":
		return "You must specify a summary of the issue."
	case strings.ContainsAny(s, "\r\n"):
		return "The summary is invalid because it contains newline characters."
	case units(s) > longestSummary:
		return "Summary can't exceed 255 characters."
	}
	return ""
}

func labels(v any) string {
	list, ok := v.([]any)
	if !ok {
		return "data was not an array"
	}
	for _, e := range list {
		label, ok := e.(string)
		switch {
		case !ok || label == "":
			return "a label is a string with something in it"
		case strings.ContainsAny(label, " \t\r\n"):
			return fmt.Sprintf("The label '%s' contains spaces which is invalid.", label)
		case units(label) > longestLabel:
			return "a label has at most 255 characters"
		}
	}
	return ""
}

func (s *Server) assignee(v any) string {
	if s.Flavour == Cloud {
		if fault := named("accountId", Account)(v); fault != "" {
			return named("id", Account)(v)
		}
		return ""
	}
	return named("name", User)(v)
}

// named takes an object with one member that is one of the given texts.
func named(member string, texts ...string) func(v any) string {
	return func(v any) string {
		o, ok := v.(map[string]any)
		if !ok || len(o) != 1 {
			return fmt.Sprintf("expected an object with %q", member)
		}
		if text, ok := o[member].(string); !ok || !slices.Contains(texts, text) {
			return fmt.Sprintf("%s: there is no %v", member, o[member])
		}
		return ""
	}
}

func matches(form *regexp.Regexp) func(v any) string {
	return func(v any) string {
		if s, ok := v.(string); !ok || !form.MatchString(s) {
			return "expected a text of the form " + form.String()
		}
		return ""
	}
}

func number(v any) string {
	if _, ok := v.(json.Number); !ok {
		return "Operation value must be a number"
	}
	return ""
}

func text(longest int) func(v any) string {
	return func(v any) string {
		if s, ok := v.(string); !ok || units(s) > longest {
			return fmt.Sprintf("expected a text of at most %d characters", longest)
		}
		return ""
	}
}

// richText takes a document on Cloud and wiki markup on DataCenter.
func (s *Server) richText(v any) string {
	if s.Flavour == DataCenter {
		if text, ok := v.(string); !ok || text == "" {
			return "Operation value must be a string"
		}
		return text(longestText)(v)
	}
	if err := CheckADF(v); err != nil {
		return "Operation value must be an Atlassian Document (see the Atlassian Document Format): " + err.Error()
	}
	if units(ADFText(v)) > longestText {
		return "The entered text is too long. It exceeds the allowed limit of 32,767 characters."
	}
	return ""
}
