package flow

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
)

// Chance chooses random waits. The zero value is random; a Chance with a seed
// chooses the same for the same key and attempt, whatever else runs at the same
// time, so that tests of flows see the same times in each run.
type Chance struct{ seed string }

// NewChance returns a Chance with a seed.
func NewChance(seed string) Chance { return Chance{seed} }

// Float64 returns a number from 0 on below 1.
func (c Chance) Float64(key string, attempt int) float64 {
	if c.seed == "" {
		return rand.Float64()
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %d", c.seed, key, attempt))
	return float64(binary.BigEndian.Uint64(sum[:])>>11) / (1 << 53)
}
