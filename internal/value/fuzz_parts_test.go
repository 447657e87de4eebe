package value

import (
	"bytes"
	"reflect"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/internal/testutil/racetest"
)

// partsOf reads parts from a text such as "a.b a.c items.*.qty": paths of names, with
// * for elements.
func partsOf(text string) *Parts {
	out := NoParts()
	for path := range strings.FieldsSeq(text) {
		var steps []Step
		for name := range strings.SplitSeq(path, ".") {
			steps = append(steps, Step{Name: name, Elements: name == "*"})
		}
		out = out.With(steps...)
	}
	return out
}

// selectParts returns the wanted parts of a value that was decoded as a whole.
func selectParts(v any, want *Parts) any {
	if want == nil {
		return v
	}
	switch v := v.(type) {
	case map[string]any:
		if want.Members == nil {
			return v
		}
		out := map[string]any{}
		for name, member := range v {
			if inner, ok := want.Members[name]; ok {
				out[name] = selectParts(member, inner)
			}
		}
		return out
	case []any:
		if want.Elements == nil {
			return v
		}
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = selectParts(e, want.Elements)
		}
		return out
	}
	return v
}

// FuzzDecodeParts decodes parts of a text, and compares them with those of the whole
// value, and the errors.
func FuzzDecodeParts(f *testing.F) {
	for _, paths := range []string{"", "order_id items.*.qty items.*.price", "items customer.name customer.vip", "*.a.b", "a.*.b a.c", "total.a note.*"} {
		for _, text := range []string{
			smallOrder, string(largeOrder()), `[{"a":{"b":1,"b":2}}]`, `{"a":[{"b":1},{"b":2,"c":{"d":1,"d":2}}]}`, `{"x":{"y":1,"\u0079":2}}`,
			`{"x":[1,{"y":01}]}`, `{"x":"\ud83d"}`, `{"x":[[[[[1]]]]]}`, `{"x":1e1001}`, "{\"x\":\"\xff\"}", `{"x":tru}`, `{"x":1,}`, `{"x":"a`, `{"x":1}}`, "\ufeff{\"a\":{}}",
			`{"a":1,"b":2,"c":3,"d":4,"e":5,"f":6,"g":7,"h":8,"i":9,"j":10,"k":11,"l":12,"m":13,"n":14,"o":15,"p":16,"q":17,"a":18}`,
		} {
			f.Add([]byte(text), paths)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte, paths string) {
		const depth = 5
		whole, err := decodeExactly(data, Limits{Depth: depth})
		checkFastReader(t, data, depth, whole, err)
		want := partsOf(paths)
		got, gotErr := DecodeParts(data, Limits{Depth: depth}, want)
		if !reflect.DeepEqual(err, gotErr) {
			t.Fatalf("error %v, as a whole %v", gotErr, err)
		}
		if mayBeRare(data) {
			want = nil // the exact reader may have read it, as a whole
			got, _ = Decode(data, Limits{Depth: depth})
		}
		if err == nil && !reflect.DeepEqual(got, selectParts(whole, want)) {
			t.Fatalf("parts %q are %#v of %#v", paths, got, whole)
		}
	})
}

// checkFastReader checks that the fast reader reads what the exact one reads, and
// leaves it nothing but texts with half a surrogate pair.
func checkFastReader(t *testing.T, data []byte, depth int, whole any, err error) {
	t.Helper()
	fast := &fastReader{}
	got, ok := fast.decodeFast(bytes.TrimPrefix(data, byteOrderMark), depth, nil)
	if ok && (err != nil || !reflect.DeepEqual(got, whole)) {
		t.Fatalf("the fast reader reads %#v, the exact one %#v, %v", got, whole, err)
	}
	if !ok && err == nil && !mayBeRare(data) {
		t.Fatalf("the fast reader does not read %q", data)
	}
	if fast.release(); len(fast.names) != 0 || len(fast.values) != 0 {
		t.Fatal("the fast reader keeps values")
	}
}

// mayBeRare reports whether a text may have half a surrogate pair.
func mayBeRare(data []byte) bool { return bytes.Contains(bytes.ToLower(data), []byte(`\ud`)) }

// TestPartsJoin: the parts of two readers hold what each of them needs.
func TestPartsJoin(t *testing.T) {
	t.Parallel()
	const text = `{"a":{"b":1,"c":2},"items":[{"qty":1,"sku":"x"},{"qty":2}],"rest":[1]}`
	for paths, want := range map[string]string{
		"":                      `{}`,
		"a.b":                   `{"a":{"b":1}}`,
		"a.b a.c":               `{"a":{"b":1,"c":2}}`,
		"a.b a":                 `{"a":{"b":1,"c":2}}`,
		"a a.b":                 `{"a":{"b":1,"c":2}}`,
		"items.*.qty":           `{"items":[{"qty":1},{"qty":2}]}`,
		"items.*.qty items.*":   `{"items":[{"qty":1,"sku":"x"},{"qty":2}]}`,
		"items.*.qty items.qty": `{"items":[{"qty":1,"sku":"x"},{"qty":2}]}`,
		"items.qty":             `{"items":[{"qty":1,"sku":"x"},{"qty":2}]}`,
		"a.*.b":                 `{"a":{"b":1,"c":2}}`,
		"*":                     text,
		"none rest.0":           `{"rest":[1]}`,
	} {
		got, err := DecodeParts([]byte(text), Limits{}, partsOf(paths))
		if err != nil {
			t.Fatal(err)
		}
		written, err := Append(nil, got)
		if err != nil {
			t.Fatal(err)
		}
		if string(written) != want {
			t.Errorf("%q: %s, want %s", paths, written, want)
		}
	}
}

// TestDecodePartsAllocates little: what is left out takes no memory. It is not
// parallel, because it counts allocations.
func TestDecodePartsAllocations(t *testing.T) {
	if racetest.On {
		t.Skip("the race detector allocates; make test runs this test without it too")
	}
	body, few := []byte(smallOrder), partsOf("order_id total")
	decode := func(want *Parts) float64 {
		return testing.AllocsPerRun(200, func() {
			if _, err := DecodeParts(body, Limits{}, want); err != nil {
				t.Fatal(err)
			}
		})
	}
	if n := decode(few); n > 5 { // the text, the map in two parts, and two values
		t.Errorf("two members take %v allocations", n)
	}
	if n := decode(nil); n > 34 {
		t.Errorf("the whole order takes %v allocations", n)
	}
}
