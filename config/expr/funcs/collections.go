package funcs

import (
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

func elementFuncs() []entry {
	return []entry{
		newEntry("length(value)", "Returns the number of elements of a list, set, map or object, or the number of characters of a text. A character is one visible character, with its accents.",
			lengthFunc(), `length(["a", "b"])`, `2`),
		newEntry("contains(list, value)", "Returns whether the value is an element of the list or set. A number never equals a text: 1 is not \"1\".",
			containsFunc(), `contains(["DE", "AT", "CH"], "AT")`, `true`),
		newEntry("index(list, value)", "Returns the position of the first element that equals the value, counted from 0. It is an error if there is none.",
			indexFunc(), `index(["a", "b", "c"], "b")`, `1`),
		newEntry("element(list, index)", "Returns the element at the index, counted from 0. An index beyond the end starts again at the first element; -1 is the last.",
			stdlib.ElementFunc, `element(["a", "b", "c"], -1)`, `"c"`),
		newEntry("lookup(map, key[, default])", "Returns the element of a map or object with the key, or the default if there is none. Without a default a missing key is an error.",
			lookupFunc(), `lookup({ DE = 19, AT = 20 }, "CH", 0)`, `0`),
		newEntry("one(list)", "Returns the only element of a list or set, or null if it is empty. More than one is an error.",
			oneFunc(), `one(["a"])`, `"a"`),
		newEntry("coalesce(values...)", "Returns the first value that is neither null nor an empty text, unchanged. It is an error if there is none.",
			coalesceFunc(), `coalesce(null, "", "Customer")`, `"Customer"`),
		newEntry("coalescelist(lists...)", "Returns the first list that is not empty. It is an error if all are empty.",
			stdlib.CoalesceListFunc, `coalescelist([], ["a"])`, `["a"]`),
	}
}

func listFuncs() []entry {
	return []entry{
		newEntry("concat(lists...)", "Returns one list with the elements of all lists, in order. The elements may have different types and stay as they are.",
			concatFunc(), `concat(["a"], ["b", "c"])`, `["a", "b", "c"]`),
		newEntry("compact(list)", "Returns the list without empty texts and nulls.",
			compactFunc(), `compact(["a", "", "b"])`, `["a", "b"]`),
		newEntry("distinct(list)", "Returns the list without repeated values. The first of equal values stays. A number never equals a text: 1 is not \"1\".",
			distinctFunc(), `distinct(["a", "b", "a"])`, `["a", "b"]`),
		newEntry("flatten(list)", "Returns one list in which inner lists, at any depth, are replaced by their elements.",
			stdlib.FlattenFunc, `flatten([["a"], [], [["b"], "c"]])`, `["a", "b", "c"]`),
		newEntry("reverse(list)", "Returns the list with its elements in reverse order. Use strrev for a text.",
			stdlib.ReverseListFunc, `reverse([1, 2, 3])`, `[3, 2, 1]`),
		newEntry("slice(list, start, end)", "Returns the elements from start up to end, without the element at end. Positions count from 0.",
			stdlib.SliceFunc, `slice(["a", "b", "c", "d"], 1, 3)`, `["b", "c"]`),
		newEntry("sort(list)", "Returns a list of texts in the order of their code points. Numbers are sorted as texts, so 10 comes before 9.",
			sortFunc(), `sort(["b", "a", "c"])`, `["a", "b", "c"]`),
		newEntry("chunklist(list, size)", "Returns a list of lists of at most size elements each.",
			chunklistFunc(), `chunklist(["a", "b", "c"], 2)`, `[["a", "b"], ["c"]]`),
		newEntry("range([start, ]limit[, step])", "Returns the numbers from start (default 0) up to limit, without limit itself. There may be at most 1024 numbers.",
			stdlib.RangeFunc, `range(1, 10, 3)`, `[1, 4, 7]`),
		newEntry("matchkeys(values, keys, wanted)", "Returns the values whose key, at the same position in keys, is in wanted. A number never equals a text.",
			matchKeysFunc(), `matchkeys(["a", "b", "c"], [1, 2, 3], [1, 3])`, `["a", "c"]`),
	}
}

func mapFuncs() []entry {
	return []entry{
		newEntry("keys(map)", "Returns the keys of a map or object, sorted.",
			stdlib.KeysFunc, `keys({ b = 1, a = 2 })`, `["a", "b"]`),
		newEntry("values(map)", "Returns the values of a map or object in the order of their sorted keys.",
			stdlib.ValuesFunc, `values({ b = 1, a = 2 })`, `[2, 1]`),
		newEntry("merge(maps...)", "Returns one map or object with the elements of all. If a key occurs several times, the last element wins. A null counts as empty.",
			stdlib.MergeFunc, `merge({ a = 1, b = 2 }, { b = 3 })`, `{ a = 1, b = 3 }`),
		newEntry("zipmap(keys, values)", "Returns a map of each key to the value at the same position in the second list.",
			stdlib.ZipmapFunc, `zipmap(["a", "b"], [1, 2])`, `{ a = 1, b = 2 }`),
		newEntry("transpose(map)", "Returns a map of lists with keys and elements swapped: each text in the lists becomes a key, with the list of the keys whose lists contained it.",
			transposeFunc(), `transpose({ ann = ["admin", "dev"], bob = ["dev"] })`, `{ admin = ["ann"], dev = ["ann", "bob"] }`),
	}
}

func setFuncs() []entry {
	return []entry{
		newEntry("setunion(sets...)", "Returns the elements that are in any of the sets. A number never equals a text.",
			setUnionFunc(), `setunion(["a", "b"], ["b", "c"])`, `["a", "b", "c"]`),
		newEntry("setintersection(sets...)", "Returns the elements that are in all of the sets.",
			setIntersectionFunc(), `setintersection(["a", "b"], ["b", "c"])`, `["b"]`),
		newEntry("setsubtract(set, without)", "Returns the elements of the first set that are not in the second.",
			setSubtractFunc(), `setsubtract(["a", "b", "c"], ["a"])`, `["b", "c"]`),
		newEntry("setproduct(sets...)", "Returns every combination of one element from each of the lists or sets.",
			setProductFunc(), `setproduct(["a", "b"], [1, 2])`, `[["a", 1], ["a", 2], ["b", 1], ["b", 2]]`).withCheck(checkSetProduct),
	}
}

func reduceFuncs() []entry {
	return []entry{
		newEntry("alltrue(list)", "Returns whether all elements are true. It is true for an empty list.",
			allTrueFunc(), `alltrue([for n in [1, 2] : n > 0])`, `true`),
		newEntry("anytrue(list)", "Returns whether at least one element is true. It is false for an empty list.",
			anyTrueFunc(), `anytrue([for n in [1, 2] : n > 1])`, `true`),
		newEntry("sum(list)", "Returns the sum of the numbers. The sum of an empty list is 0; Terraform refuses an empty list.",
			sumFunc(), `sum([12.5, 7, 0.1])`, `19.6`),
	}
}

func checkSetProduct(args []cty.Value) error {
	total, isSet := 1, true
	for _, arg := range args {
		if !isCollection(arg) {
			return nil
		}
		isSet = isSet && arg.Type().IsSetType()
		total = min(total*arg.LengthInt(), MaxElements+1)
	}
	if isSet {
		return checkComplexElements(total)
	}
	return checkElementCount(total)
}
