package jq

import (
	"encoding/json"
	"math/big"
	"strconv"

	"github.com/webhook-gateway/gateway/internal/value"
)

// The bytes that the parts of values take, as the functions of this package charge
// them. TestCharges holds the sums against what is alive.
const (
	listHead     = 24  // the head of a list
	placeBytes   = 16  // a place in a list
	grownPlace   = 40  // a place in a list that grows by copying: the old and the new list are alive
	textHead     = 16  // the head of a text
	numberBytes  = 8   // an int or a float64 in a list or an object
	memberBytes  = 99  // the share of a member in a large object that grows by copying
	ownedBytes   = 64  // a copy that an update notes
	bigHead      = 80  // a *big.Int and the digits that it has in reserve
	itemBytes    = 40  // an element that is sorted by its key
	entryBytes   = 368 // an object of to_entries, with the heads of its members
	runeBytes    = 4
	patternBytes = 200 // an instruction of a pattern
	patternByte  = 64  // a byte of the text of a pattern
)

// listSize returns the bytes of a list. Its elements are not counted.
func listSize(length int) int { return listHead + value.AllocatedSize(length*placeBytes) }

// literalSize returns the bytes of a list that is written out, with the heads of its
// elements.
func literalSize(length int) int { return listSize(length) + length*textHead }

// objectLiteralSize returns the bytes of an object that is written out, with the heads
// of its members.
func objectLiteralSize(members int) int { return value.ObjectSize(members) + members*textHead }

// pathSize returns the bytes of a path, which is a list that grows step by step.
func pathSize(steps int) int { return listHead + 2*steps*placeBytes + numberBytes }

// matchSize returns the bytes of the object of a match.
func matchSize(groups int) int {
	const members, numbers = 4, 2
	return (1+groups)*(value.ObjectSize(members)+numbers*numberBytes+2*textHead) + listSize(groups)
}

// textSize returns the bytes of a text and its head.
func textSize(length int) int { return textHead + value.AllocatedSize(length) }

// grownTextSize returns the bytes of a text that grows by copying.
func grownTextSize(length int) int { return textSize(length + length/4) }

// scalarSize returns the bytes of a number, and of the head of a text. The heads of
// lists and objects are counted with these.
func scalarSize(v any) int {
	switch v := v.(type) {
	case int, float64:
		return numberBytes
	case string, json.Number:
		return textHead
	case *big.Int:
		return bigHead + v.BitLen()/8
	}
	return 0
}

// digits returns the length of an int as text.
func digits(i int) int {
	if 0 <= i && i < 10 {
		return 1
	}
	var buffer [20]byte
	return len(strconv.AppendInt(buffer[:0], int64(i), 10))
}
