package jq

// elementsOf returns the elements of a list, or the members of an object by name.
func (r *run) elementsOf(v any) ([]any, bool) {
	switch v := v.(type) {
	case []any:
		return v, true
	case map[string]any:
		r.charge(listSize(len(v)) + len(v)*grownPlace)
		out := make([]any, 0, len(v))
		for _, name := range sortedKeys(v) {
			out = append(out, v[name])
		}
		return out, true
	}
	return nil, false
}

// hasTruth reports whether an element is true, or false.
func (r *run) hasTruth(v any, truth bool) any {
	elements, ok := r.elementsOf(v)
	if !ok {
		return errFailed
	}
	for _, element := range elements {
		r.tick()
		if isTrue(element) == truth {
			return true
		}
	}
	return false
}

func negation(v any) any {
	if b, ok := v.(bool); ok {
		return !b
	}
	return v
}

func reverse(r *run, v any) any {
	list, ok := v.([]any)
	if !ok {
		return errFailed
	}
	r.chargeList(len(list), 0)
	out := make([]any, len(list))
	for i, element := range list {
		out[len(out)-1-i] = element
	}
	return out
}

// flatten puts the elements of inner lists in the place of these lists, down to
// a depth; -1 for any.
func (r *run) flatten(v any, depth float64) any {
	elements, ok := r.elementsOf(v)
	if !ok {
		return errFailed
	}
	r.checkFlat(v, depth)
	out := []any{}
	var add func(list []any, depth float64)
	add = func(list []any, depth float64) {
		for _, element := range list {
			if inner, ok := element.([]any); ok && depth != 0 {
				add(inner, depth-1)
			} else {
				out = append(out, element)
			}
		}
	}
	add(elements, depth)
	return out
}

func toEntries(r *run, v any) any {
	switch v := v.(type) {
	case []any:
		r.chargeList(len(v), entryBytes)
		out := make([]any, len(v))
		for i, element := range v {
			r.tick()
			out[i] = map[string]any{"key": i, "value": element}
		}
		return out
	case map[string]any:
		r.chargeList(len(v), entryBytes)
		out := make([]any, 0, len(v))
		for _, name := range sortedKeys(v) {
			r.tick()
			out = append(out, map[string]any{"key": name, "value": v[name]})
		}
		return out
	}
	return errFailed
}

func fromEntries(r *run, v any) any {
	entries, ok := r.elementsOf(v)
	if !ok {
		return errFailed
	}
	r.chargeObject(len(entries))
	out := make(map[string]any, len(entries))
	for _, e := range entries {
		r.tick()
		entry, ok := e.(map[string]any)
		if !ok && e != nil {
			return errFailed
		}
		name, ok := entryName(entry).(string)
		if !ok {
			return errFailed
		}
		value, ok := entry["value"]
		if !ok {
			value = entry["Value"]
		}
		out[name] = value
	}
	return out
}

// entryName returns the first true name of an entry.
func entryName(entry map[string]any) any {
	for _, key := range []string{"key", "Key", "name"} {
		if name := entry[key]; isTrue(name) {
			return name
		}
	}
	return entry["Name"]
}
