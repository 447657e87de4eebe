package input

import (
	"cmp"
	"encoding/json"
	"math/big"
	"strconv"
)

// compareNumbers orders two JSON numbers by their exact values.
func compareNumbers(a, b json.Number) int {
	if a == b {
		return 0
	}
	// Rounding never changes an order, so floats that differ decide. Numbers
	// beyond the range of float64 become infinities, for which that holds too.
	x, _ := strconv.ParseFloat(string(a), 64)
	y, _ := strconv.ParseFloat(string(b), 64)
	if x != y {
		return cmp.Compare(x, y)
	}
	p, ok1 := new(big.Rat).SetString(string(a))
	q, ok2 := new(big.Rat).SetString(string(b))
	if !ok1 || !ok2 {
		return 0
	}
	return p.Cmp(q)
}
