package outcomes_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/internal/trace"
	"github.com/webhook-gateway/gateway/internal/ulid"
	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/outcomes"
)

var begin = time.UnixMilli(1_790_000_000_000)

// random returns outcomes of flows that were received within a time, in the order in
// which they ended.
func random(n, flows int, within time.Duration) []store.Outcome {
	r := rand.New(rand.NewPCG(1, uint64(n))) //nolint:gosec // of a test
	list := make([]store.Outcome, n)
	for i := range list {
		at := begin.Add(time.Duration(r.Int64N(int64(within)))).Truncate(time.Millisecond)
		took := time.Duration(r.IntN(3000)) * time.Millisecond
		list[i] = store.Outcome{
			ID: ulid.New(at), Flow: fmt.Sprint("flow-", r.IntN(flows)), Version: fmt.Sprint("v", r.IntN(2)), Status: 200 + r.IntN(3),
			Started: at.Add(time.Duration(r.IntN(3)) * time.Millisecond), Finished: at.Add(took),
		}
	}
	slices.SortFunc(list, func(a, b store.Outcome) int { return a.Finished.Compare(b.Finished) })
	return list
}

// traced gives some of the outcomes a trace.
func traced(list []store.Outcome, each int) []store.Outcome {
	for i := 0; i < len(list); i += each {
		list[i].Trace = trace.Context{Trace: trace.ID{1, byte(i), byte(i >> 8)}, Span: trace.SpanID{2, byte(i)}, Sampled: true}
	}
	return list
}

func pack(t testing.TB, list []store.Outcome) []outcomes.Batch {
	t.Helper()
	batches, err := outcomes.Pack(list)
	if err != nil {
		t.Fatal(err)
	}
	return batches
}

func TestPackKeepsEachOutcome(t *testing.T) {
	t.Parallel()
	for name, list := range map[string][]store.Outcome{
		"one flow":         random(10_000, 1, time.Second),
		"many flows":       random(3000, 40, time.Second),
		"a long time":      random(2000, 2, time.Hour),
		"one":              random(1, 1, time.Second),
		"all traced":       traced(random(5000, 2, time.Second), 1),
		"some traced":      traced(random(5000, 3, time.Second), 7),
		"none":             nil,
		"a clock set back": {{ID: ulid.New(begin), Flow: "f", Started: begin.Add(-time.Hour), Finished: begin.Add(-2 * time.Hour)}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			batches, total := pack(t, list), 0
			for i := range batches {
				b := &batches[i]
				total += b.N
				if first, last := b.First.Time(), b.Last.Time(); b.N > outcomes.MaxOutcomes || last.Sub(first) > outcomes.MaxSpan {
					t.Errorf("a batch has %d outcomes of %v", b.N, last.Sub(first))
				}
			}
			if total != len(list) {
				t.Errorf("the batches have %d outcomes, want %d", total, len(list))
			}
			for i := 0; i < len(list); i += 1 + len(list)/100 {
				want := list[i]
				if got := find(t, batches, want); got != want {
					t.Fatalf("found %+v, want %+v", got, want)
				}
			}
		})
	}
}

func find(t *testing.T, batches []outcomes.Batch, o store.Outcome) store.Outcome {
	t.Helper()
	id, err := store.ParseID(o.ID)
	if err != nil {
		t.Fatal(err)
	}
	for i := range batches {
		if batches[i].Flow != o.Flow {
			continue
		}
		got, found, err := batches[i].Find(id)
		if err != nil {
			t.Fatal(err)
		}
		if found {
			if batches[i].Ended.Before(got.Finished) {
				t.Errorf("an outcome ended at %v, its batch at %v", got.Finished, batches[i].Ended)
			}
			return got
		}
	}
	return store.Outcome{}
}

func TestPackRefuses(t *testing.T) {
	t.Parallel()
	good := store.Outcome{ID: ulid.New(begin), Flow: "f", Started: begin, Finished: begin}
	for name, change := range map[string]func(*store.Outcome){
		"no id":           func(o *store.Outcome) { o.ID = "x" },
		"no flow":         func(o *store.Outcome) { o.Flow = "" },
		"no start":        func(o *store.Outcome) { o.Started = time.Time{} },
		"no end":          func(o *store.Outcome) { o.Finished = time.Time{} },
		"negative status": func(o *store.Outcome) { o.Status = -1 },
	} {
		bad := good
		change(&bad)
		if _, err := outcomes.Pack([]store.Outcome{bad}); err == nil {
			t.Errorf("%s: packed", name)
		}
	}
	if _, err := outcomes.Pack([]store.Outcome{good, good}); !errors.Is(err, store.ErrExists) {
		t.Errorf("one id twice: %v", err)
	}
}

// TestPackIsSmall holds the size that the guide states.
func TestPackIsSmall(t *testing.T) {
	t.Parallel()
	list := random(100_000, 4, 10*time.Second)
	wantSize(t, list, 16)
	wantSize(t, traced(list, 1), 16+25)
}

func wantSize(t *testing.T, list []store.Outcome, most float64) {
	t.Helper()
	size := 0
	for _, b := range pack(t, list) {
		size += len(b.Data)
	}
	if each := float64(size) / float64(len(list)); each > most {
		t.Errorf("an outcome takes %.1f bytes, want at most %.0f", each, most)
	}
}

// TestDamagedBatchesAreErrors changes and cuts the data of a batch: reading it never
// panics, and data of another length is an error.
func TestDamagedBatchesAreErrors(t *testing.T) {
	t.Parallel()
	b := pack(t, traced(random(20, 1, time.Second), 3))[0]
	for n := range b.Data {
		short := b
		short.Data = b.Data[:n]
		if _, _, err := short.Find(b.First); err == nil {
			t.Errorf("%d of %d bytes were read", n, len(b.Data))
		}
		for _, v := range []byte{0, 1, 0x7f, 0xff} {
			wrong := b
			wrong.Data = bytes.Clone(b.Data)
			wrong.Data[n] = v
			_, _, _ = wrong.Find(b.First)
		}
	}
	b.Data = append(bytes.Clone(b.Data), 0)
	if _, _, err := b.Find(b.First); err == nil || !strings.Contains(err.Error(), `"flow-0"`) {
		t.Errorf("a batch that is too long: %v", err)
	}
}

// sourceOf returns a source as an engine is: an index on Last. It counts its calls.
func sourceOf(batches []outcomes.Batch, within outcomes.Range, flow string, calls *int) outcomes.Source {
	sorted := slices.Clone(batches)
	slices.SortFunc(sorted, func(a, b outcomes.Batch) int { return bytes.Compare(b.Last[:], a.Last[:]) })
	return func(below store.ID, limit int) ([]outcomes.Batch, error) {
		*calls++
		var found []outcomes.Batch
		for _, b := range sorted {
			if bytes.Compare(b.Last[:], below[:]) < 0 && bytes.Compare(b.Last[:], within.After[:]) > 0 &&
				bytes.Compare(b.First[:], within.Before[:]) < 0 && (flow == "" || b.Flow == flow) && len(found) < limit {
				found = append(found, b)
			}
		}
		return found, nil
	}
}

func TestCursorMergesBatches(t *testing.T) {
	t.Parallel()
	var batches []outcomes.Batch
	list := random(6000, 7, 25*time.Second)
	for part := range slices.Chunk(list, 500) { // as they end
		batches = append(batches, pack(t, part)...)
	}
	slices.SortFunc(list, func(a, b store.Outcome) int { return strings.Compare(b.ID, a.ID) })
	middle := list[len(list)/2].ID
	for _, c := range []struct {
		name, text, flow string
		after, before    string
	}{
		{name: "all"},
		{name: "a flow", flow: "flow-3"},
		{name: "older", before: middle},
		{name: "newer", after: middle},
		{name: "few", after: list[4000].ID, before: list[3990].ID},
		{name: "one", after: list[3003].ID, before: list[3001].ID},
		{name: "text in the flow", text: "LOW-2"},
		{name: "text in ids", text: strings.ToUpper(list[77].ID[5:22])},
		{name: "text in some ids", text: "7z"},
		{name: "text nowhere", text: "größe"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			within := rangeOf(t, c.after, c.before)
			var want []string
			for _, o := range list {
				if (c.after == "" || o.ID > c.after) && (c.before == "" || o.ID < c.before) && (c.flow == "" || o.Flow == c.flow) &&
					(strings.Contains(o.ID, strings.ToLower(c.text)) || strings.Contains(o.Flow, strings.ToLower(c.text))) {
					want = append(want, o.ID)
				}
			}
			calls := 0
			got := readAll(t, outcomes.NewCursor(within, c.text, sourceOf(batches, within, c.flow, &calls)), within)
			if !slices.Equal(got, want) {
				t.Errorf("got %d outcomes, want %d", len(got), len(want))
			}
		})
	}
}

// rangeOf returns the range between two ids, of which "" is no limit.
func rangeOf(t *testing.T, after, before string) outcomes.Range {
	t.Helper()
	r := outcomes.Range{Before: store.ID(bytes.Repeat([]byte{0xff}, len(store.ID{})))}
	var err error
	if after != "" {
		if r.After, err = store.ParseID(after); err != nil {
			t.Fatal(err)
		}
	}
	if before != "" {
		if r.Before, err = store.ParseID(before); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

// readAll reads a cursor to its end, down to bounds that come closer, and checks the
// order of its items.
func readAll(t *testing.T, c *outcomes.Cursor, within outcomes.Range) []string {
	t.Helper()
	var found []string
	last := within.Before
	for _, above := range []store.ID{rangeOf(t, ulid.New(begin.Add(15*time.Second)), "").After, within.After} {
		for {
			item, ok, err := c.Next(above)
			if err != nil {
				t.Fatal(err)
			}
			if !ok {
				break
			}
			if bytes.Compare(item.ID[:], last[:]) >= 0 || bytes.Compare(item.ID[:], above[:]) <= 0 {
				t.Fatalf("item %s follows %s and is above %s", item.ID, last, above)
			}
			last = item.ID
			if item.Found() {
				found = append(found, item.Summary().ID)
			}
		}
	}
	return found
}

// TestCursorReadsLittle: a page of the newest runs reads few batches, also if many
// flows end runs at once.
func TestCursorReadsLittle(t *testing.T) {
	t.Parallel()
	batches := pack(t, random(20_000, 200, 5*time.Second))
	within, calls := rangeOf(t, "", ""), 0
	c := outcomes.NewCursor(within, "", sourceOf(batches, within, "", &calls))
	for range 50 {
		if _, ok, err := c.Next(within.After); !ok || err != nil {
			t.Fatal(ok, err)
		}
	}
	if calls > 8 { // of 1, 2, 4, … 32 batches
		t.Errorf("a page took %d reads", calls)
	}
}

func TestRangeOfOneID(t *testing.T) {
	t.Parallel()
	list := random(5, 1, time.Second)
	batches := pack(t, list)
	for _, o := range list {
		id, err := store.ParseID(o.ID)
		if err != nil {
			t.Fatal(err)
		}
		calls, within := 0, outcomes.RangeOf(id)
		got := readAll(t, outcomes.NewCursor(within, "", sourceOf(batches, within, "", &calls)), within)
		if !slices.Equal(got, []string{o.ID}) {
			t.Errorf("found %q, want %s", got, o.ID)
		}
	}
}

func TestCountEnded(t *testing.T) {
	t.Parallel()
	minute := begin.Truncate(time.Minute)
	at := func(flow string, started, took time.Duration) store.Outcome {
		s := minute.Add(started)
		return store.Outcome{ID: ulid.New(s), Flow: flow, Started: s, Finished: s.Add(took)}
	}
	got := outcomes.CountEnded([]store.Outcome{
		at("a", 0, time.Second), at("a", time.Second, 2*time.Second), at("b", 59*time.Second, time.Second), at("a", 2*time.Second, -time.Second),
	})
	n := minute.Unix() / 60
	if want := []outcomes.Count{{"a", n, 3, 3000}, {"b", n + 1, 1, 1000}}; !slices.Equal(got, want) {
		t.Errorf("counted %+v, want %+v", got, want)
	}
}

func BenchmarkPack(b *testing.B) {
	list := random(outcomes.MaxOutcomes, 1, time.Second)
	for b.Loop() {
		pack(b, list)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(list)), "ns/outcome")
}
