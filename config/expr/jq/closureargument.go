package jq

import (
	"encoding/json"
	"math/big"
	"strings"

	"github.com/itchyny/gojq"
)

// argumentFunctions are the functions of the input and of one value, as
// name/arity.
var argumentFunctions = map[string]func(r *run, v, arg any) any{
	"has/1":        has,
	"contains/1":   func(r *run, v, arg any) any { return r.contains(v, arg, 0) },
	"inside/1":     func(r *run, v, arg any) any { return r.contains(arg, v, 0) },
	"index/1":      (*run).index,
	"rindex/1":     (*run).rindex,
	"indices/1":    (*run).indices,
	"bsearch/1":    (*run).bsearch,
	"nth/1":        nth,
	"getpath/1":    getPath,
	"join/1":       (*run).join,
	"split/1":      ofTexts(split),
	"flatten/1":    flattenTo,
	"startswith/1": ofTexts(func(_ *run, s, t string) any { return strings.HasPrefix(s, t) }),
	"endswith/1":   ofTexts(func(_ *run, s, t string) any { return strings.HasSuffix(s, t) }),
	"ltrimstr/1":   ofTexts(func(_ *run, s, t string) any { return strings.TrimPrefix(s, t) }),
	"rtrimstr/1":   ofTexts(func(_ *run, s, t string) any { return strings.TrimSuffix(s, t) }),
	"trimstr/1":    ofTexts(func(_ *run, s, t string) any { return strings.TrimSuffix(strings.TrimPrefix(s, t), t) }),
	"strftime/1": func(r *run, v, form any) any {
		return r.counted(native("strftime($l)", v, r.checkTimeFormat(form), nil))
	},
	"strptime/1": func(r *run, v, form any) any { return r.counted(strptime(v, r.checkTimeFormat(form))) },
}

func ofTexts(f func(r *run, s, t string) any) func(r *run, v, arg any) any {
	return func(r *run, v, arg any) any {
		s, ok := v.(string)
		t, both := arg.(string)
		if !ok || !both {
			return errFailed
		}
		r.work(min(len(s), len(t)))
		return f(r, s, t)
	}
}

// has reports whether an object has a name, or a list a place.
func has(r *run, v, arg any) any {
	switch v := v.(type) {
	case nil:
		return false
	case []any:
		if i, ok := gojq.ToInt(r.number(arg)); ok {
			return 0 <= i && i < len(v)
		}
	case map[string]any:
		if name, ok := r.headerName(v, arg).(string); ok {
			_, there := v[name]
			return there
		}
	}
	return errFailed
}

func nth(r *run, v, arg any) any {
	if len(r.headers) > 0 {
		leave() // it finds no names in other cases
	}
	return r.at(v, arg)
}

func getPath(r *run, v, path any) any {
	list, ok := path.([]any)
	if !ok {
		return errFailed
	}
	r.checkPath(path)
	if len(r.headers) > 0 {
		leave()
	}
	return member(v, list)
}

// join joins texts and plain values; gojq knows what else it may add.
func (r *run) join(v, separator any) any {
	elements, ok := r.elementsOf(v)
	if !ok {
		return errFailed
	}
	if len(elements) == 0 {
		return ""
	}
	between, ok := separator.(string)
	if !ok {
		return leave()
	}
	r.checkJoined(v, separator)
	var out strings.Builder
	for i, element := range elements {
		if i > 0 {
			out.WriteString(between)
		}
		switch element := element.(type) {
		case nil:
		case string:
			out.WriteString(element)
		case json.Number:
			out.WriteString(string(element))
		case bool, int, float64, *big.Int:
			text, err := gojq.Marshal(element)
			if err != nil {
				return err
			}
			out.Write(text)
		default:
			return errFailed
		}
	}
	return out.String()
}

func split(r *run, s, separator string) any {
	if s == "" {
		return []any{}
	}
	r.checkPieces(s, separator)
	pieces := strings.Split(s, separator)
	out := make([]any, len(pieces))
	for i, piece := range pieces {
		out[i] = piece
	}
	return out
}

func flattenTo(r *run, v, depth any) any {
	levels, ok := gojq.ToFloat64(r.number(depth))
	if !ok || !(levels >= 0) {
		return errFailed
	}
	return r.flatten(v, levels)
}
