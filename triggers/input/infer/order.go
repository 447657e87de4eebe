package infer

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
)

// memberNames returns the names of the members of all objects in a JSON text, each
// once, in the order in which they stand there.
func memberNames(text []byte) []string {
	var names []string
	seen := map[string]bool{}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	type level struct{ isObject, atName bool }
	var open []level
	for {
		token, err := d.Token()
		if err != nil {
			return names
		}
		if n := len(open); n > 0 && open[n-1].isObject {
			if name, ok := token.(string); ok && open[n-1].atName && !seen[name] {
				seen[name] = true
				names = append(names, name)
			}
			open[n-1].atName = !open[n-1].atName
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			open = append(open, level{token == json.Delim('{'), true})
		case json.Delim('}'), json.Delim(']'):
			open = open[:len(open)-1]
			if n := len(open); n > 0 && open[n-1].isObject {
				open[n-1].atName = true
			}
		}
	}
}

// order ranks names by where they first occur in the samples.
type order map[string]int

func orderOf(samples []Sample) order {
	o := order{}
	for i := range samples {
		for _, name := range samples[i].names {
			if _, ok := o[name]; !ok {
				o[name] = len(o)
			}
		}
	}
	return o
}

// sort puts names in the order of the samples. Names without a rank come last.
func (o order) sort(names []string) {
	rank := func(name string) int {
		if r, ok := o[name]; ok {
			return r
		}
		return len(o)
	}
	slices.SortFunc(names, func(a, b string) int {
		if d := rank(a) - rank(b); d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
}
