package store

import (
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"time"
)

// ID is a run's id in its compact form: the 16 bytes of which flow.NewID gives
// the text, in the same order. The first six are its time in milliseconds.
type ID [16]byte

// ParseID reads the 26 characters that flow.NewID makes.
func ParseID(text string) (ID, error) {
	var id ID
	if len(text) != 26 {
		return id, fmt.Errorf("%.40q is no id of a run: it must have 26 characters", text)
	}
	// The last character has two bits more than the id: two texts must not
	// stand for one run.
	if _, err := idEncoding.Decode(id[:], []byte(text)); err != nil || id.String() != text {
		return ID{}, fmt.Errorf("%q is no id of a run: it must be made of digits and lower-case letters without i, l, o and u", text)
	}
	return id, nil
}

// FirstID returns the least id that a run of the time can have. The second
// result is false where no id is as late, or as early.
func FirstID(t time.Time) (ID, bool) {
	var id ID
	ms := t.UnixMilli()
	if ms < 0 || ms >= 1<<48 {
		return id, false
	}
	binary.BigEndian.PutUint64(id[:8], uint64(ms)<<16)
	return id, true
}

// String returns the 26 characters.
func (id ID) String() string { return idEncoding.EncodeToString(id[:]) }

// Time returns the time in the id, to the millisecond.
func (id ID) Time() time.Time {
	return time.UnixMilli(int64(binary.BigEndian.Uint64(id[:8]) >> 16)) //nolint:gosec // 48 bits
}

// idEncoding is that of flow.NewID: Crockford's base 32 in lower case.
var idEncoding = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)
