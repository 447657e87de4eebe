package redact

import (
	"cmp"
	"math/bits"
	"slices"
)

// finder finds the first of many texts in another one. The zero value finds none.
//
// It looks at the first four bytes at each place: heads tells for most places that no
// text begins there.
type finder struct {
	heads  []uint64            // a set of hashes of the first bytes of all texts
	shift  int                 // of a hash, to the size of the set
	byHead map[uint32][]string // by the first bytes; the longest text first
	// longest is the length in bytes of the longest text.
	longest int
}

// newFinder returns a finder of texts of at least minLength bytes.
func newFinder(texts []string) finder {
	if len(texts) == 0 {
		return finder{}
	}
	const spread = 32 // bits for each text, so that few hashes are in the set by chance
	size := bits.Len(uint(max(len(texts)*spread, 64) - 1))
	f := finder{heads: make([]uint64, 1<<size/64), shift: 32 - size, byHead: make(map[uint32][]string, len(texts))}
	for _, t := range texts {
		head := headOf(t)
		h := f.hash(head)
		f.heads[h/64] |= 1 << (h % 64)
		f.byHead[head] = append(f.byHead[head], t)
		f.longest = max(f.longest, len(t))
	}
	// If two texts begin alike, the longer one must be tried first. Otherwise its end
	// would remain.
	for head, list := range f.byHead {
		slices.SortFunc(list, func(a, b string) int { return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b)) })
		f.byHead[head] = slices.Compact(list)
	}
	return f
}

// headOf returns the first four bytes of a text.
func headOf(text string) uint32 {
	return uint32(text[0]) | uint32(text[1])<<8 | uint32(text[2])<<16 | uint32(text[3])<<24
}

func (f *finder) hash(head uint32) uint32 { return head * 0x9e3779b1 >> f.shift }

// find returns the place of the first text at or after a place: the longest of those
// that begin there. It reports false if there is none.
func find[T string | []byte](f *finder, in T, from int) (begin, end int, ok bool) {
	if len(f.heads) == 0 || len(in)-from < minLength {
		return 0, 0, false
	}
	head := uint32(in[from])<<8 | uint32(in[from+1])<<16 | uint32(in[from+2])<<24
	for i := from; i < len(in)-3; i++ {
		head = head>>8 | uint32(in[i+3])<<24
		h := f.hash(head)
		if f.heads[h/64]&(1<<(h%64)) == 0 {
			continue
		}
		for _, t := range f.byHead[head] {
			if len(in)-i >= len(t) && string(in[i:i+len(t)]) == t {
				return i, i + len(t), true
			}
		}
	}
	return 0, 0, false
}
