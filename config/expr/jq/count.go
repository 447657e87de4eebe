package jq

import "github.com/webhook-gateway/gateway/internal/value"

// The functions below count what builtins of gojq make, which this package does not
// replace: before it is made if it may be large, and else behind it.

// counted counts a value that has been made, and what its lists hold, down to the
// second level.
func (r *run) counted(v any) any {
	r.charge(shallowSize(v, 1))
	return v
}

func shallowSize(v any, levels int) int {
	switch v := v.(type) {
	case string:
		return textSize(len(v))
	case []any:
		size := pathSize(len(v))
		for _, e := range v {
			if _, isList := e.([]any); !isList || levels > 0 {
				size += shallowSize(e, levels-1)
			}
		}
		return size
	}
	return scalarSize(v)
}

// countKeys counts the result of keys.
func (r *run) countKeys(v any) any {
	switch v := v.(type) {
	case []any:
		r.chargeList(len(v), numberBytes)
	case map[string]any:
		r.chargeList(len(v), 2*textHead)
	}
	return v
}

// countCopy counts a copy of a list.
func (r *run) countCopy(v any) any {
	if list, ok := v.([]any); ok {
		r.chargeList(len(list), 0)
	}
	return v
}

// countEntries counts the result of to_entries.
func (r *run) countEntries(v any) any {
	r.countKeys(v)
	r.chargeGrown(lengthOfParts(v))
	r.charge(lengthOfParts(v) * entryBytes)
	return v
}

// countMembers counts the result of from_entries, which is made of an object for each
// entry.
func (r *run) countMembers(v any) any {
	count := lengthOfParts(v)
	r.chargeGrown(count)
	r.charge(count*value.ObjectSize(1) + count*memberBytes)
	return v
}

// countRunes counts the result of implode.
func (r *run) countRunes(v any) any {
	if list, ok := v.([]any); ok {
		r.chargeGrownText(len(list))
	}
	return v
}

func lengthOfParts(v any) int {
	switch v := v.(type) {
	case []any:
		return len(v)
	case map[string]any:
		return len(v)
	}
	return 0
}
