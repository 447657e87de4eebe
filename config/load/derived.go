package load

import (
	"maps"
	"slices"
	"sync"
)

// derivedTexts are the texts that expressions compute from secrets. Blocks are
// compiled at the same time.
type derivedTexts struct {
	mu    sync.Mutex
	texts map[string]bool
}

func (d *derivedTexts) add(text string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.texts == nil {
		d.texts = map[string]bool{}
	}
	d.texts[text] = true
}

// list returns the texts, sorted.
func (d *derivedTexts) list() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Sorted(maps.Keys(d.texts))
}
