package value

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

var errTooDeep = fmt.Errorf("nested too deeply; at most %d levels of arrays and objects can be written", MaxDepth)

// appendError is a fault in a value together with where it is.
type appendError struct {
	path []string // names and indexes, innermost first
	err  error
}

// within adds to an error the name or index under which it was found.
func within(name string, err error) error {
	fault, ok := errors.AsType[*appendError](err)
	if !ok {
		fault = &appendError{err: err}
	}
	fault.path = append(fault.path, name)
	return fault
}

func (e *appendError) Error() string {
	var pointer strings.Builder
	for _, name := range slices.Backward(e.path) {
		pointer.WriteString(AppendPointer("", name))
		if pointer.Len() > maxPointer {
			break
		}
	}
	return "at " + clipPointer(strings.ToValidUTF8(pointer.String(), "\ufffd")) + ": " + e.err.Error()
}
