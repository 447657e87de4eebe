package fromrun

import (
	"strings"

	"github.com/webhook-gateway/gateway/internal/ulid"
)

// withRunID replaces an id in a literal by a reference to the id of the run.
func withRunID(literal, id string) string {
	if _, err := ulid.Parse(id); err != nil {
		return literal
	}
	var out strings.Builder
	for {
		before, after, found := strings.Cut(literal, id)
		if !found {
			out.WriteString(literal)
			return out.String()
		}
		whole := strings.HasSuffix(before, `"`) && !strings.HasSuffix(before, `\"`) && strings.HasPrefix(after, `"`)
		name := strings.HasPrefix(after, `" = `) // of a member, which is a template
		switch {
		case whole && !name:
			out.WriteString(strings.TrimSuffix(before, `"`) + "run.id")
			after = after[1:]
		case strings.HasSuffix(before, "$") || strings.HasSuffix(before, "%"):
			out.WriteString(before + id) // what follows would be escaped
		default:
			out.WriteString(before + "${run.id}")
		}
		literal = after
	}
}
