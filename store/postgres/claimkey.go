package postgres

import (
	"encoding/binary"

	"github.com/webhook-gateway/gateway/store"
)

// claimKey is a claim as the tables know it.
type claimKey struct {
	id    store.ID
	fence int64
}

// keyOf reads a claim. One that no store gave out has no run.
func keyOf(c store.Claim) claimKey {
	id, err := store.ParseID(c.ID)
	if err != nil || c.Ref != refOf(id, ordered(c)) {
		return claimKey{}
	}
	return claimKey{id, c.Fence}
}

// refOf makes the Ref of a claim: something of the id, by which a claim that was
// made up is recognised, and whether the run has an order key. Then its end is
// the turn of another.
func refOf(id store.ID, ordered bool) int64 {
	ref := int64(binary.BigEndian.Uint64(id[8:])>>1) &^ 1 //nolint:gosec // 63 bits
	if ordered {
		ref |= 1
	}
	return ref
}

func ordered(c store.Claim) bool { return c.Ref&1 != 0 }
