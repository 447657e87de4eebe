package outcomes_test

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/internal/testutil/fuzztest"
	"github.com/webhook-gateway/gateway/internal/trace"
	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/outcomes"
)

// FuzzPack packs outcomes in several parts and reads them as an engine does: one by its
// id, and all in a range, with a text and of some flows.
func FuzzPack(f *testing.F) {
	for seed := range 50 {
		f.Add(fmt.Append(nil, seed))
	}
	f.Fuzz(func(t *testing.T, decisions []byte) {
		r := fuzztest.NewRand(decisions)
		list := similarOutcomes(r, r.IntN(40))
		var batches []outcomes.Batch
		for part := range slices.Chunk(list, 1+r.IntN(40)) {
			batches = append(batches, pack(t, part)...)
		}
		for _, want := range list {
			if got := find(t, batches, want); got != want {
				t.Fatalf("found %+v, want %+v", got, want)
			}
		}
		slices.SortFunc(list, func(a, b store.Outcome) int { return strings.Compare(b.ID, a.ID) })
		for range 4 {
			checkSearch(t, r, list, batches)
		}
	})
}

func pick[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }

// similarOutcomes returns outcomes that share many of their parts.
func similarOutcomes(r *rand.Rand, n int) []store.Outcome {
	list := make([]store.Outcome, 0, n)
	known := map[store.ID]bool{}
	for range n {
		at := begin.Add(pick(r, 0, 0, time.Millisecond, time.Second, outcomes.MaxSpan-time.Millisecond, outcomes.MaxSpan, outcomes.MaxSpan+time.Millisecond, 2*outcomes.MaxSpan, time.Hour, -time.Second))
		id, _ := store.FirstID(at)
		for i := 6; i < len(id); i++ {
			id[i] = pick(r, id[i-1], 0, 0xff, 0x7f)
		}
		if known[id] {
			continue
		}
		known[id] = true
		o := store.Outcome{
			ID: id.String(), Flow: pick(r, "a", "a", "Bo", "é", strings.Repeat("x", 200)), Version: pick(r, "", "v1", "v1", "v2", strings.Repeat("v", 200)),
			Status: pick(r, 200, 200, 0, 204, 1<<31-1), Started: at.Add(pick(r, 0, time.Millisecond, -time.Hour, time.Hour)),
		}
		o.Finished = o.Started.Add(pick(r, 0, time.Millisecond, time.Minute, 100*365*24*time.Hour, -time.Second))
		if r.IntN(3) == 0 {
			o.Trace = trace.Context{Trace: trace.ID{pick[byte](r, 1, 0xff)}, Span: trace.SpanID{pick[byte](r, 1, 0xff)}, Sampled: true}
		}
		list = append(list, o)
	}
	return list
}

// checkSearch compares a search of batches with one of the list, which begins with the
// newest outcome.
func checkSearch(t *testing.T, r *rand.Rand, list []store.Outcome, batches []outcomes.Batch) {
	t.Helper()
	ids := []string{""}
	for _, o := range list {
		ids = append(ids, o.ID)
	}
	after, before := pick(r, ids...), pick(r, ids...)
	text := pick(r, "", "", "A", "bO", "xx", "É", "0", "zz", pick(r, ids...))
	flows := pick(r, nil, map[string]bool{"a": true}, map[string]bool{"Bo": true, "é": true}, map[string]bool{})
	var want []string
	for _, o := range list {
		inRange := (after == "" || o.ID > after) && (before == "" || o.ID < before)
		if inRange && (flows == nil || flows[o.Flow]) && (strings.Contains(o.ID, foldASCII(text)) || strings.Contains(foldASCII(o.Flow), foldASCII(text))) {
			want = append(want, o.ID)
		}
	}
	within, calls := rangeOf(t, after, before), 0
	half := len(batches) / 2
	c := outcomes.NewCursor(within, text, sourceOf(batches[:half], within, "", &calls), sourceOf(batches[half:], within, "", &calls))
	c.KeepFlows(flows)
	if got := readAll(t, c, within); !slices.Equal(got, want) {
		t.Errorf("between %q and %q with text %q of flows %v are %q, want %q", after, before, text, flows, got, want)
	}
}

func foldASCII(s string) string {
	return strings.Map(func(c rune) rune {
		if 'A' <= c && c <= 'Z' {
			return c + 'a' - 'A'
		}
		return c
	}, s)
}

// FuzzData reads batches with any data: it ends, without a panic, and finds no more
// outcomes than the batch has.
func FuzzData(f *testing.F) {
	for n := range 30 {
		r := fuzztest.NewRand([]byte{byte(n)})
		for _, b := range pack(f, similarOutcomes(r, n)) {
			f.Add(b.Data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		within, calls := rangeOf(t, "", ""), 0
		b := outcomes.Batch{Flow: "a", First: within.After, Last: within.Before, Data: data}
		b.Last[0]-- // a source returns batches that end below the range
		if n, _ := binary.Uvarint(data[min(1, len(data)):]); n <= uint64(len(data)) {
			b.N = int(n) //nolint:gosec // it is small
		}
		_, _, err := b.Find(within.After)
		c := outcomes.NewCursor(within, "", sourceOf([]outcomes.Batch{b}, within, "", &calls))
		found := 0
		for {
			item, ok, readErr := c.Next(within.After)
			if (err == nil) != (readErr == nil) {
				t.Fatalf("the cursor returns %v, and Find %v", readErr, err)
			}
			if !ok {
				break
			}
			found++
			_ = item.Summary()
		}
		if found > b.N {
			t.Errorf("a batch of %d has %d outcomes", b.N, found)
		}
	})
}
