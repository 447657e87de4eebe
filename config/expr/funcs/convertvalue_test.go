package funcs_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/webhook-gateway/gateway/config/expr/funcs"
)

// long is more elements than are left to the library's conversion, and maxLibraryTypes
// enough for it to be asked in the tests.
const long = 200

func tuple(n int, element func(i int) cty.Value) cty.Value {
	list := make([]cty.Value, n)
	for i := range list {
		list[i] = element(i)
	}
	return cty.TupleVal(list)
}

func object(n int, element func(i int) cty.Value) cty.Value {
	members := make(map[string]cty.Value, n)
	for i := range n {
		members[fmt.Sprintf("m%d", i)] = element(i)
	}
	return cty.ObjectVal(members)
}

func number(i int) cty.Value { return cty.NumberIntVal(int64(i)) }

func text(i int) cty.Value { return cty.StringVal(fmt.Sprintf("t%d", i)) }

func mixed(i int) cty.Value {
	if i%2 == 0 {
		return number(i)
	}
	return text(i)
}

func orNull(element func(i int) cty.Value) func(i int) cty.Value {
	return func(i int) cty.Value {
		if i%3 == 0 {
			return cty.NullVal(cty.DynamicPseudoType)
		}
		return element(i)
	}
}

func record(i int) cty.Value {
	return cty.ObjectVal(map[string]cty.Value{"sku": text(i), "qty": mixed(i)})
}

func ragged(i int) cty.Value {
	return cty.ObjectVal(map[string]cty.Value{fmt.Sprintf("a%d", i%5): text(i)})
}

func pair(i int) cty.Value { return cty.TupleVal([]cty.Value{number(i), mixed(i)}) }

func grown(i int) cty.Value { return tuple(i%4, mixed) }

// TestConvertMatchesTheLibrary holds our conversion against the one that
// takes time with the square of the size.
func TestConvertMatchesTheLibrary(t *testing.T) {
	t.Parallel()
	dynamic := cty.DynamicPseudoType
	wants := []cty.Type{
		cty.List(dynamic), cty.Set(dynamic), cty.List(cty.String), cty.Set(cty.String), cty.List(cty.Number),
		cty.Map(dynamic), cty.Map(cty.String), cty.Map(cty.List(cty.String)), cty.String, dynamic,
	}
	values := map[string]cty.Value{}
	for name, element := range map[string]func(int) cty.Value{
		"numbers": number, "texts": text, "mixed": mixed, "records": record, "ragged": ragged, "pairs": pair, "grown": grown,
		"null numbers": orNull(number), "null mixed": orNull(mixed), "null records": orNull(record),
		"nothing": orNull(func(int) cty.Value { return cty.NullVal(dynamic) }),
		"kinds":   func(i int) cty.Value { return []cty.Value{number(i), pair(i), record(i)}[i%3] },
		"marked":  func(i int) cty.Value { return text(i).Mark(mark) },
	} {
		values[name+" in a tuple"] = tuple(long, element)
		values[name+" in an object"] = object(long, element)
		values[name+" in one of two"] = cty.TupleVal([]cty.Value{tuple(long, element), tuple(3, element)})
	}
	values["a marked tuple"] = tuple(long, mixed).Mark(mark)
	for name, v := range values {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, want := range wants {
				expected, expectedErr := convert.Convert(v, want)
				got, err := funcs.Convert(v, want)
				if (err == nil) != (expectedErr == nil) {
					t.Errorf("to %s: error %v, the library's is %v", want.FriendlyName(), err, expectedErr)
				} else if err == nil && !got.RawEquals(expected) {
					t.Errorf("to %s: %#v, the library's is %#v", want.FriendlyName(), got, expected)
				}
			}
		})
	}
}

// TestCallsTakeLongLists calls functions that would keep a core busy for minutes
// if they compared each element with each other.
func TestCallsTakeLongLists(t *testing.T) {
	t.Parallel()
	const n = 30_000
	texts, members := tuple(n, text), object(n, number)
	calls := map[string][]cty.Value{
		"join": {cty.StringVal(","), texts}, "distinct": {texts}, "sort": {texts}, "compact": {texts}, "tolist": {texts}, "toset": {texts},
		"alltrue": {tuple(n, func(int) cty.Value { return cty.True })}, "matchkeys": {texts, texts, texts}, "zipmap": {texts, texts},
		"chunklist": {texts, number(7)}, "coalesce": {cty.NullVal(cty.DynamicPseudoType), members, cty.EmptyObjectVal}, "tomap": {members},
	}
	for name, args := range calls {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, diags := callWith(name, args); diags.HasErrors() {
				t.Error(diags)
			}
		})
	}
}

func TestLargeTypesAreRefused(t *testing.T) {
	t.Parallel()
	kinds := tuple(long, func(i int) cty.Value { return cty.ObjectVal(map[string]cty.Value{fmt.Sprint(i): number(i)}) })
	wide := cty.TupleVal([]cty.Value{tuple(4000, number), tuple(4001, mixed)})
	for name, tt := range map[string]struct {
		call string
		args []cty.Value
		want string
	}{
		"elements of many types":   {"tolist", []cty.Value{kinds}, "at most 64 different types"},
		"elements of broad types":  {"tolist", []cty.Value{wide}, "convert them to one type"},
		"many objects in a set":    {"toset", []cty.Value{tuple(3000, record)}, "at most 2000"},
		"a set of combinations":    {"setproduct", []cty.Value{cty.SetVal(tuple(100, number).AsValueSlice()), cty.SetVal(tuple(100, number).AsValueSlice())}, "at most 2000"},
		"characters to trim":       {"trim", []cty.Value{text(1), cty.StringVal(strings.Repeat("ü", 501))}, "at most 1000 bytes"},
		"an exponent":              {"abs", []cty.Value{cty.StringVal("1e600000000")}, "exponent of at most 1000"},
		"an exponent of base two":  {"abs", []cty.Value{cty.StringVal("1p2000000000")}, "exponent of at most 1000"},
		"digits":                   {"abs", []cty.Value{cty.StringVal(strings.Repeat("9", 2000))}, "at most 1000 digits"},
		"an exponent in a sum":     {"sum", []cty.Value{cty.TupleVal([]cty.Value{cty.StringVal("1e600000000")})}, "exponent of at most 1000"},
		"an exponent of a maximum": {"max", []cty.Value{number(1), cty.StringVal("1E-600000000")}, "exponent of at most 1000"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, diags := callWith(tt.call, tt.args)
			if !diags.HasErrors() || !strings.Contains(diags.Error(), tt.want) {
				t.Errorf("findings are %v, want one that says %q", diags, tt.want)
			}
		})
	}
}

// TestSetsOfChosenHashes makes texts with equal hashes, as senders can: the
// library's hash is a CRC-32, so two blocks of one sum give any number of texts.
func TestSetsOfChosenHashes(t *testing.T) {
	t.Parallel()
	blocks := map[int]string{}
	var x, y string
	for i := 0; x == ""; i++ {
		block := fmt.Sprintf("%08x", i*2654435761%(1<<32))
		hash := cty.StringVal(block).Hash()
		if blocks[hash] != "" && blocks[hash] != block {
			x, y = blocks[hash], block
		}
		blocks[hash] = block
	}
	texts := tuple(long, func(i int) cty.Value {
		var b strings.Builder
		for bit := range 8 {
			b.WriteString([]string{x, y}[i>>bit&1])
		}
		return cty.StringVal(b.String())
	})
	if a, b := texts.Index(number(0)), texts.Index(number(long-1)); a.Hash() != b.Hash() {
		t.Fatal("the texts have different hashes")
	}
	if _, diags := callWith("toset", []cty.Value{texts}); !strings.Contains(diags.Error(), "the same hash") {
		t.Errorf("findings are %v", diags)
	}
	got, diags := callWith("distinct", []cty.Value{texts})
	if diags.HasErrors() || got.LengthInt() != long {
		t.Errorf("distinct gives %#v, %v", got, diags)
	}
}
