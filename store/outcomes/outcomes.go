// Package outcomes packs the outcomes of many runs into one row, and reads them as
// if each had a row of its own. The engines of the store share it.
//
// A row of runs costs an insert and two entries of indexes, which is more than a
// small flow costs. Under load the history needs only the id, the times, the
// status and the version of most runs: 14 bytes, one after the other in a Batch.
//
// # Order
//
// A batch holds outcomes of one flow, sorted by id, and its row has the least and
// the greatest of them. Ids begin with a time, and a batch spans at most MaxSpan,
// so a range of an index on the greatest id has all batches that may hold an id:
// see Range. Batches overlap in time, because several flows end runs at once and
// runs take different times. A Cursor merges them.
package outcomes

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/webhook-gateway/gateway/internal/trace"
	"github.com/webhook-gateway/gateway/store"
)

const (
	// MaxOutcomes is how many outcomes a batch has at most.
	MaxOutcomes = 4096
	// MaxSpan is how long after the first run of a batch its last one was received
	// at most.
	MaxSpan = 10 * time.Second
)

// Batch is a row: outcomes of one flow, sorted by id.
type Batch struct {
	Flow        string
	First, Last store.ID
	N           int
	Ended       time.Time // when the last of them ended
	Data        []byte    // see codec.go
}

// item is an outcome in a batch. Times are in milliseconds.
type item struct {
	id       store.ID
	started  int64
	finished int64
	kind     kind
	trace    traceIDs
}

// traceIDs are the ids of a sampled trace and of its span; zero for none.
type traceIDs struct {
	trace trace.ID
	span  trace.SpanID
}

func idsOf(c trace.Context) traceIDs {
	if !c.Sampled || !c.IsValid() {
		return traceIDs{}
	}
	return traceIDs{c.Trace, c.Span}
}

func (t traceIDs) context() trace.Context {
	return trace.Context{Trace: t.trace, Span: t.span, Sampled: t != traceIDs{}}
}

// kind is what most outcomes of a batch have in common.
type kind struct {
	status  int
	version string
}

// Pack packs outcomes into batches. It returns store.ErrExists if an id occurs
// twice.
func Pack(list []store.Outcome) ([]Batch, error) {
	byFlow := map[string][]item{}
	var flows []string
	var items []item // of the flow of the outcome before, which most have
	for i := range list {
		o := &list[i]
		id, err := o.Validate()
		if err != nil {
			return nil, err
		}
		if i == 0 || o.Flow != list[i-1].Flow {
			if i > 0 {
				byFlow[list[i-1].Flow] = items
			}
			var known bool
			if items, known = byFlow[o.Flow]; !known {
				flows = append(flows, o.Flow)
			}
		}
		items = append(items, item{id, o.Started.UnixMilli(), o.Finished.UnixMilli(), kind{o.Status, o.Version}, idsOf(o.Trace)})
	}
	if len(list) > 0 {
		byFlow[list[len(list)-1].Flow] = items
	}
	var batches []Batch
	for _, flow := range flows {
		items := byFlow[flow]
		slices.SortFunc(items, func(a, b item) int { return bytes.Compare(a.id[:], b.id[:]) })
		for len(items) > 0 {
			n := batchLength(items)
			batches = append(batches, newBatch(flow, items[:n]))
			items = items[n:]
		}
	}
	return batches, checkUnique(byFlow)
}

// checkUnique returns an error if an id occurs twice in a flow.
func checkUnique(byFlow map[string][]item) error {
	for _, items := range byFlow {
		for i := 1; i < len(items); i++ {
			if items[i].id == items[i-1].id {
				return fmt.Errorf("%w: %s", store.ErrExists, items[i].id)
			}
		}
	}
	return nil
}

// batchLength returns how many of sorted items make the next batch.
func batchLength(items []item) int {
	end := millisOf(items[0].id) + MaxSpan.Milliseconds()
	n, _ := slices.BinarySearchFunc(items, end, func(i item, end int64) int {
		if millisOf(i.id) <= end {
			return -1
		}
		return 1
	})
	return min(n, MaxOutcomes)
}

func newBatch(flow string, items []item) Batch {
	latest := slices.MaxFunc(items, func(a, b item) int { return cmp.Compare(a.finished, b.finished) })
	return Batch{
		Flow: flow, First: items[0].id, Last: items[len(items)-1].id, N: len(items),
		Ended: time.UnixMilli(latest.finished), Data: encode(items),
	}
}

// millisOf returns the time in an id, in milliseconds.
func millisOf(id store.ID) int64 { return id.Time().UnixMilli() }

// AddNewest adds the newest outcome of each batch to the newest runs of flows, unless
// there is a newer one of its flow.
func AddNewest(runs []store.Summary, batches []Batch) ([]store.Summary, error) {
	for i := range batches {
		b := &batches[i]
		o, found, err := b.Find(b.Last)
		if err != nil {
			return nil, err
		}
		at := slices.IndexFunc(runs, func(r store.Summary) bool { return r.Flow == b.Flow })
		if !found || at >= 0 && runs[at].ID > o.ID {
			continue
		}
		r, err := o.Run()
		if err != nil {
			return nil, err
		}
		if at < 0 {
			runs = append(runs, r.Summary)
		} else {
			runs[at] = r.Summary
		}
	}
	return runs, nil
}

// Find returns the outcome of an id, or false if the batch has none.
func (b *Batch) Find(id store.ID) (store.Outcome, bool, error) {
	if bytes.Compare(id[:], b.First[:]) < 0 || bytes.Compare(id[:], b.Last[:]) > 0 {
		return store.Outcome{}, false, nil
	}
	items, err := b.decode()
	if err != nil {
		return store.Outcome{}, false, err
	}
	at, found := slices.BinarySearchFunc(items, id, compareID)
	if !found {
		return store.Outcome{}, false, nil
	}
	return items[at].outcome(b.Flow), true, nil
}

func compareID(i item, id store.ID) int { return bytes.Compare(i.id[:], id[:]) }

func (i *item) outcome(flow string) store.Outcome {
	return store.Outcome{
		ID: i.id.String(), Flow: flow, Version: i.kind.version, Status: i.kind.status,
		Started: time.UnixMilli(i.started), Finished: time.UnixMilli(i.finished), Trace: i.trace.context(),
	}
}

// Count is how many outcomes of a flow ended in a minute, for the statistics.
type Count struct {
	Flow   string
	Minute int64 // since 1970
	N      int64
	Took   int64 // the sum, in milliseconds
}

// CountEnded counts outcomes by flow and minute.
func CountEnded(list []store.Outcome) []Count {
	type key struct {
		flow   string
		minute int64
	}
	var counts []Count
	at := map[key]int{}
	for i := range list {
		o := &list[i]
		finished := o.Finished.UnixMilli()
		k := key{o.Flow, finished / time.Minute.Milliseconds()}
		last := len(counts) - 1
		if last < 0 || counts[last].Flow != k.flow || counts[last].Minute != k.minute {
			var known bool
			if last, known = at[k]; !known {
				counts = append(counts, Count{Flow: k.flow, Minute: k.minute})
				last = len(counts) - 1
				at[k] = last
			}
		}
		counts[last].N++
		counts[last].Took += max(finished-o.Started.UnixMilli(), 0)
	}
	return counts
}
