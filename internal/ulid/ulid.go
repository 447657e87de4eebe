// Package ulid makes and reads ids that sort by time: those of ULID, with the
// lower-case letters of Crockford's base 32.
package ulid

import (
	"crypto/rand"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"time"
)

// ID is an id in its compact form: 48 bits of milliseconds and 80 random bits.
// Compact ids sort as their texts do.
type ID [16]byte

// textSize is the number of characters of an id.
const textSize = 26

// encoding is Crockford's base 32: digits and letters without i, l, o and u.
var encoding = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// New returns the text of a new id: 26 characters.
func New(now time.Time) string {
	var id ID
	id.setTime(now.UnixMilli())
	_, _ = rand.Read(id[6:]) // never fails, see crypto/rand
	return id.String()
}

// First returns the least id of a time. It returns false if ids cannot hold the
// time.
func First(t time.Time) (ID, bool) {
	var id ID
	ms := t.UnixMilli()
	if ms < 0 || ms >= 1<<48 {
		return id, false
	}
	id.setTime(ms)
	return id, true
}

// Parse reads the text of an id.
func Parse(text string) (ID, error) {
	var id ID
	if len(text) != textSize {
		return id, fmt.Errorf("an id has %d characters", textSize)
	}
	// The last character has two bits more than the id: two texts must not
	// stand for one id.
	if _, err := encoding.Decode(id[:], []byte(text)); err != nil || id.String() != text {
		return ID{}, fmt.Errorf("an id has digits and lower-case letters without i, l, o and u")
	}
	return id, nil
}

// String returns the 26 characters of the id.
func (id ID) String() string { return Encode(id[:]) }

// Time returns the time in the id, to the millisecond.
func (id ID) Time() time.Time {
	return time.UnixMilli(int64(binary.BigEndian.Uint64(id[:8]) >> 16)) //nolint:gosec // 48 bits
}

func (id *ID) setTime(ms int64) {
	binary.BigEndian.PutUint64(id[:8], uint64(ms)<<16) //nolint:gosec // times before 1970 don't occur
}

// Encode writes bytes in the alphabet of ids.
func Encode(b []byte) string {
	text := make([]byte, 0, textSize) // of an id it stays on the stack
	return string(encoding.AppendEncode(text, b))
}
