package outcomes

import (
	"bytes"
	"container/heap"
	"slices"
	"strings"

	"github.com/webhook-gateway/gateway/store"
)

// Range is a range of ids, both ends excluded.
type Range struct{ After, Before store.ID }

// RangeOf returns the range that holds one id.
func RangeOf(id store.ID) Range { return Range{previous(id), next(id)} }

// LastBelow returns an id above which no batch ends that holds an id of the range:
// batches to read have Last > After, Last < LastBelow and First < Before.
func (r Range) LastBelow() store.ID {
	below, ok := store.FirstID(r.Before.Time().Add(MaxSpan + 1e6))
	if !ok {
		return greatest()
	}
	return below
}

func greatest() (id store.ID) {
	for i := range id {
		id[i] = 0xff
	}
	return id
}

// next and previous return the neighbours of an id.
func next(id store.ID) store.ID {
	for i := len(id) - 1; i >= 0; i-- {
		if id[i]++; id[i] != 0 {
			return id
		}
	}
	return greatest()
}

func previous(id store.ID) store.ID {
	for i := len(id) - 1; i >= 0; i-- {
		if id[i]--; id[i] != 0xff {
			return id
		}
	}
	return store.ID{}
}

// Source returns the batches of a range with Last < below, at most so many, the
// greatest Last first.
type Source func(below store.ID, limit int) ([]Batch, error)

// Cursor reads the outcomes of a range from sources, from the newest to the oldest.
type Cursor struct {
	within  Range
	text    string          // folded; "" for no search
	flows   map[string]bool // nil for all
	sources []*feed
	open    openBatches
}

// NewCursor returns a cursor. If the text is not "", it finds only the outcomes
// whose id or flow contains it, in which ASCII letters match in either case.
func NewCursor(within Range, text string, sources ...Source) *Cursor {
	c := &Cursor{within: within, text: foldASCII(text)}
	for _, s := range sources {
		c.sources = append(c.sources, &feed{read: s, below: within.LastBelow(), ask: 1})
	}
	return c
}

// KeepFlows makes the cursor find only the outcomes of some flows; nil is all. Sources of
// many flows need it. The others are passed over as those without its text.
func (c *Cursor) KeepFlows(flows map[string]bool) { c.flows = flows }

// Item is where a cursor is: at an outcome, or at the end of outcomes that do not
// contain its text.
type Item struct {
	ID   store.ID
	open *openBatch
	at   int
}

// Found reports whether the cursor is at an outcome. Otherwise no id from the
// item's on to the next item's is an outcome that the cursor looks for.
func (i *Item) Found() bool { return i.open != nil }

// Summary returns the outcome as a row of a list.
func (i *Item) Summary() store.Summary {
	x := &i.open.items[i.at]
	o := x.outcome(i.open.flow)
	return store.Summary{
		ID: o.ID, Flow: o.Flow, State: store.Succeeded, Received: x.id.Time(), Started: o.Started, Finished: o.Finished, Attempt: 1, Status: o.Status,
	}
}

// Next returns the next item with an id above a bound. It returns false if there
// is none, and the item stays.
func (c *Cursor) Next(above store.ID) (Item, bool, error) {
	for {
		from, err := c.nextFeed()
		if err != nil {
			return Item{}, false, err
		}
		if from == nil || len(c.open) > 0 && compare(c.open[0].current(), from.ready[0].Last) > 0 {
			if len(c.open) == 0 || compare(c.open[0].current(), above) <= 0 {
				return Item{}, false, nil
			}
			return c.takeOutcome()
		}
		if compare(from.ready[0].Last, above) <= 0 {
			return Item{}, false, nil
		}
		b := from.take()
		if c.passesOver(&b) {
			if compare(b.Last, c.within.Before) < 0 {
				return Item{ID: b.Last}, true, nil
			}
			continue
		}
		if err := c.openBatch(&b); err != nil {
			return Item{}, false, err
		}
	}
}

// takeOutcome moves on. Outcomes whose id was searched for the text in vain are
// items, too.
func (c *Cursor) takeOutcome() (Item, bool, error) {
	b := c.open[0]
	i := Item{ID: b.current(), open: b, at: b.at}
	if b.searchIDs && !strings.Contains(i.ID.String(), c.text) {
		i.open = nil
	}
	if b.at--; b.at < 0 || compare(b.current(), c.within.After) <= 0 {
		heap.Pop(&c.open)
	} else {
		heap.Fix(&c.open, 0)
	}
	return i, true, nil
}

// passesOver reports whether no outcome of a batch is of the flows or can contain the
// text.
func (c *Cursor) passesOver(b *Batch) bool {
	if c.flows != nil && !c.flows[b.Flow] {
		return true
	}
	return c.text != "" && !mayBePartOfID(c.text) && !c.isInFlow(b)
}

func (c *Cursor) isInFlow(b *Batch) bool { return strings.Contains(foldASCII(b.Flow), c.text) }

// openBatch adds a batch to the open ones if it has outcomes of the range.
func (c *Cursor) openBatch(b *Batch) error {
	items, err := b.decode()
	if err != nil {
		return err
	}
	n, _ := slices.BinarySearchFunc(items, c.within.Before, compareID)
	if n == 0 || compare(items[n-1].id, c.within.After) <= 0 {
		return nil
	}
	heap.Push(&c.open, &openBatch{flow: b.Flow, items: items, at: n - 1, searchIDs: c.text != "" && !c.isInFlow(b)})
	return nil
}

// nextFeed returns the source of the batch with the greatest Last that is not yet
// open, or nil.
func (c *Cursor) nextFeed() (*feed, error) {
	var found *feed
	for _, f := range c.sources {
		ok, err := f.fill()
		if err != nil {
			return nil, err
		}
		if ok && (found == nil || compare(f.ready[0].Last, found.ready[0].Last) > 0) {
			found = f
		}
	}
	return found, nil
}

// maxAsked is how many batches one call of a source returns at most.
const maxAsked = 32

// feed reads the batches of a source, more at a time the more are needed.
type feed struct {
	read  Source
	below store.ID
	ready []Batch
	ask   int
	ended bool
}

// fill reads the next batches if none is ready, and reports whether one is.
func (f *feed) fill() (bool, error) {
	if len(f.ready) > 0 || f.ended {
		return len(f.ready) > 0, nil
	}
	ready, err := f.read(f.below, f.ask)
	if err != nil {
		return false, err
	}
	f.ready, f.ended = ready, len(ready) < f.ask
	f.ask = min(2*f.ask, maxAsked)
	return len(ready) > 0, nil
}

func (f *feed) take() Batch {
	b := f.ready[0]
	f.ready, f.below = f.ready[1:], b.Last
	return b
}

// openBatch is a decoded batch of which some outcomes are left.
type openBatch struct {
	flow      string
	items     []item
	at        int  // the next one
	searchIDs bool // for the text of the cursor
}

func (b *openBatch) current() store.ID { return b.items[b.at].id }

// openBatches is a heap with the batch of the newest outcome on top.
type openBatches []*openBatch

func (o openBatches) Len() int           { return len(o) }
func (o openBatches) Less(i, j int) bool { return compare(o[i].current(), o[j].current()) > 0 }
func (o openBatches) Swap(i, j int)      { o[i], o[j] = o[j], o[i] }

// Push implements heap.Interface.
func (o *openBatches) Push(x any) {
	b, _ := x.(*openBatch)
	*o = append(*o, b)
}

// Pop implements heap.Interface.
func (o *openBatches) Pop() any {
	last := len(*o) - 1
	b := (*o)[last]
	(*o)[last] = nil
	*o = (*o)[:last]
	return b
}

func compare(a, b store.ID) int { return bytes.Compare(a[:], b[:]) }

// mayBePartOfID reports whether the texts of ids can contain a folded text.
func mayBePartOfID(text string) bool {
	return len(text) <= len(store.ID{}.String()) && strings.Trim(text, "0123456789abcdefghjkmnpqrstvwxyz") == ""
}

func foldASCII(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}
