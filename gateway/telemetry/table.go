package telemetry

import (
	"slices"
	"sync/atomic"
)

// table has rows by key, in order. A row stays where it is, so that it is found
// without a lock; rows are added and removed by one goroutine at a time.
type table[K key[K], V any] struct{ current atomic.Pointer[[]row[K, V]] }

type key[K any] interface{ compare(other K) int }

type row[K any, V any] struct {
	key   K
	value *V
}

func (t *table[K, V]) rows() []row[K, V] {
	if rows := t.current.Load(); rows != nil {
		return *rows
	}
	return nil
}

// find returns the row of a key, or nil.
func (t *table[K, V]) find(k K) *V {
	rows := t.rows()
	if i, ok := search(rows, k); ok {
		return rows[i].value
	}
	return nil
}

// add returns the row of a key, which is added if there is none.
func (t *table[K, V]) add(k K) *V {
	rows := t.rows()
	i, ok := search(rows, k)
	if ok {
		return rows[i].value
	}
	longer := make([]row[K, V], 0, len(rows)+1)
	longer = append(append(append(longer, rows[:i]...), row[K, V]{k, new(V)}), rows[i:]...)
	t.current.Store(&longer)
	return longer[i].value
}

// remove removes rows.
func (t *table[K, V]) remove(obsolete func(K, *V) bool) {
	left := slices.DeleteFunc(slices.Clone(t.rows()), func(r row[K, V]) bool { return obsolete(r.key, r.value) })
	t.current.Store(&left)
}

// search returns where a key is or would be.
func search[K key[K], V any](rows []row[K, V], k K) (int, bool) {
	low, high := 0, len(rows)
	for low < high {
		middle := (low + high) / 2
		switch c := rows[middle].key.compare(k); {
		case c == 0:
			return middle, true
		case c < 0:
			low = middle + 1
		default:
			high = middle
		}
	}
	return low, false
}
