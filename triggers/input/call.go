package input

import (
	"maps"
	"slices"

	"github.com/webhook-gateway/gateway/internal/value"
)

// Find returns the variable of a name, nil where there is none.
func Find(variables []*Variable, name string) *Variable {
	for _, v := range variables {
		if v.Name == name {
			return v
		}
	}
	return nil
}

// TakeMembers checks the members of the input of a call against the variables
// and returns what the flow gets.
func TakeMembers(variables []*Variable, members map[string]any) (map[string]any, Faults) {
	c := NewChecker()
	out := make(map[string]any, len(variables))
	for _, v := range variables {
		given, present := members[v.Name]
		out[v.Name] = v.Take(c, given, present, false)
	}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if Find(variables, name) == nil {
			c.begin(PartInput, []Step{{Name: name}}, false)
			c.fault("No variable of the flow has this name.", nothing, value.TypeName(members[name]))
		}
	}
	return out, c.found
}
