package input

import (
	"fmt"
)

// Restore returns the value that a variable had when an event was accepted. Only
// the type counts: the rules may have changed since. If the type has changed too,
// texts become numbers or booleans where they spell one.
func (v *Variable) Restore(c *Checker, given any) any {
	if given == nil {
		return nil
	}
	c.startAt(PartInput, []Step{{Name: v.Name}}, FormatText)
	if v.Sensitive {
		c.hideBelow()
	}
	out, _ := c.convert(v.Type, given)
	return out
}

// RestoreMembers returns the values of the variables for a stored input.
func RestoreMembers(variables []*Variable, accepted map[string]any) (map[string]any, error) {
	out := make(map[string]any, len(variables))
	for _, v := range variables {
		c := NewChecker()
		if given, known := accepted[v.Name]; known {
			out[v.Name] = v.Restore(c, given)
		} else {
			out[v.Name] = v.Convert(c, nil, false, FormatJSON)
		}
		if err := ChangedError(v, c.Faults()); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// ChangedError returns the error of a stored event that does not fit a variable
// which was added or changed since, nil if there are no faults.
func ChangedError(v *Variable, found Faults) error {
	if found.Total == 0 {
		return nil
	}
	return fmt.Errorf("the flow was changed after the run was accepted, and its variable %q does not fit the run (%w); make it optional, give it a default, or restore its type, and retry the run",
		v.Name, found)
}
