package packedsteps_test

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/testutil/fuzztest"
	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/packedsteps"
)

var began = time.UnixMicro(1_790_000_000_123_456)

// threeSteps are steps in the order in which they began.
func threeSteps() []store.Step {
	return []store.Step{
		{Path: "sum", Kind: "transform", State: flow.Succeeded, Attempts: 1, Began: began, Took: 7 * time.Microsecond, Output: []byte(`{"total":1}`), Version: "v"},
		{Path: "each/0/tell", Kind: "http", State: flow.Succeeded, Attempts: 3, Began: began.Add(time.Millisecond), Took: time.Hour, Input: []byte{0, 255}, Output: []byte("o"), Version: "v"},
		{Path: "skipped", Kind: "log", State: flow.Skipped, Began: began.Add(time.Second), Version: "v"},
	}
}

func TestPackedStepsComeBack(t *testing.T) {
	t.Parallel()
	want := threeSteps()
	rows := packedsteps.Pack(store.Succeeded, []store.Step{want[2], want[0], want[1]}) // a later step may end first
	if len(rows) != 1 || !packedsteps.IsPacked(&rows[0]) || !rows[0].Began.Equal(began) || rows[0].Version != "v" {
		t.Fatalf("packed: %+v", rows)
	}
	if got := packedsteps.Expand(rows); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestExpandPrefersPackedSteps(t *testing.T) {
	t.Parallel()
	want := threeSteps()
	early := store.Step{Path: "early", State: flow.Succeeded, Began: began.Add(-time.Second)}
	failed := store.Step{Path: "sum", State: flow.Failed, Began: began.Add(-time.Minute)}
	reset := store.Step{Path: packedsteps.Path, State: store.StepReset}
	rows := append(packedsteps.Pack(store.Succeeded, want), failed, early, reset)
	if got := packedsteps.Expand(rows); !reflect.DeepEqual(got, append([]store.Step{early}, want...)) {
		t.Errorf("got %+v", got)
	}
	if got := packedsteps.Expand(want); !reflect.DeepEqual(got, want) {
		t.Errorf("steps that are not packed became %+v", got)
	}
}

func TestSomeStepsStayAsTheyAre(t *testing.T) {
	t.Parallel()
	many := make([]store.Step, 65)
	for i := range many {
		many[i].Path = fmt.Sprint(i)
	}
	for name, change := range map[string]func(s []store.Step) []store.Step{
		"one":            func(s []store.Step) []store.Step { return s[:1] },
		"none":           func([]store.Step) []store.Step { return nil },
		"many":           func([]store.Step) []store.Step { return many },
		"large input":    func(s []store.Step) []store.Step { s[1].Input = make([]byte, 1025); return s },
		"large output":   func(s []store.Step) []store.Step { s[2].Output = make([]byte, 1025); return s },
		"a failed one":   func(s []store.Step) []store.Step { s[1].Cause.Class = "transient"; return s },
		"a cut one":      func(s []store.Step) []store.Step { s[1].CutFrom = 1; return s },
		"two versions":   func(s []store.Step) []store.Step { s[2].Version = "w"; return s },
		"one path":       func(s []store.Step) []store.Step { s[2].Path = "sum"; return s },
		"without a path": func(s []store.Step) []store.Step { s[1].Path = ""; return s },
	} {
		steps := change(threeSteps())
		if got := packedsteps.Pack(store.Succeeded, steps); !reflect.DeepEqual(got, steps) {
			t.Errorf("%s: packed as %+v", name, got)
		}
	}
	for _, state := range []store.State{store.Failed, store.Cancelled, store.Refused} {
		steps := threeSteps()
		if got := packedsteps.Pack(state, steps); !reflect.DeepEqual(got, steps) {
			t.Errorf("of a run that is %s: packed as %+v", state, got)
		}
	}
	full := threeSteps()
	full[0].Input, full[0].Output = make([]byte, 1024), make([]byte, 1024)
	if got := packedsteps.Pack(store.Succeeded, full); len(got) != 1 {
		t.Errorf("steps of up to 1 KiB were not packed, but %d", len(got))
	}
	if got := packedsteps.Pack(store.Succeeded, many[:64]); len(got) != 1 {
		t.Errorf("64 steps were not packed, but %d", len(got))
	}
}

// TestUnreadableSteps cuts and lengthens packed steps at each byte.
func TestUnreadableSteps(t *testing.T) {
	t.Parallel()
	rows := packedsteps.Pack(store.Succeeded, threeSteps())
	whole := string(rows[0].Output)
	for i := range len(whole) + 1 {
		data := whole[:i]
		if i == len(whole) {
			data += "\x00"
		}
		rows[0].Output = []byte(data)
		if steps, err := packedsteps.Unpack(&rows[0]); !errors.Is(err, packedsteps.ErrUnreadable) {
			t.Fatalf("%d bytes of %d: %v, %v", i, len(whole), steps, err)
		}
		if got := packedsteps.Expand(rows); !reflect.DeepEqual(got, rows) {
			t.Fatalf("%d bytes: expanded to %+v", i, got)
		}
	}
	rows[0].Output = []byte("\x02" + whole[1:])
	if _, err := packedsteps.Unpack(&rows[0]); err == nil || !strings.Contains(err.Error(), "format 2") {
		t.Errorf("another format: %v", err)
	}
}

func FuzzUnpack(f *testing.F) {
	f.Add(packedsteps.Pack(store.Succeeded, threeSteps())[0].Output)
	f.Add([]byte{1, 255, 255, 255, 255, 15})
	f.Fuzz(func(t *testing.T, data []byte) {
		packed := store.Step{State: packedsteps.State, Output: data, Began: began}
		steps, err := packedsteps.Unpack(&packed)
		if err != nil {
			return
		}
		again := packedsteps.Pack(store.Succeeded, steps)
		if len(again) != 1 || !packedsteps.IsPacked(&again[0]) {
			return // too many, or not unique
		}
		if got, err := packedsteps.Unpack(&again[0]); err != nil || len(got) != len(steps) {
			t.Fatalf("%d steps came back as %d: %v", len(steps), len(got), err)
		}
	})
}

// FuzzPack packs steps in the order in which they ended, among rows of other steps.
// Expanding them gives what an engine without packed steps returns.
func FuzzPack(f *testing.F) {
	for seed := range 50 {
		f.Add(fmt.Append(nil, seed))
	}
	f.Fuzz(func(t *testing.T, decisions []byte) {
		r := fuzztest.NewRand(decisions)
		steps, earlier := randomSteps(r, r.IntN(6)), randomSteps(r, r.IntN(3))
		packed := packedsteps.Pack(store.Succeeded, steps)
		if len(packed) != 1 || !packedsteps.IsPacked(&packed[0]) {
			if !reflect.DeepEqual(packed, steps) {
				t.Errorf("steps that are not packed became %+v", packed)
			}
			return
		}
		earlier = slices.DeleteFunc(earlier, func(s store.Step) bool { return s.Path == packedsteps.Path }) // the packed one replaces it
		want := byPath(earlier, steps)
		for i := range want {
			want[i] = stored(want[i])
		}
		slices.SortStableFunc(want, func(a, b store.Step) int { return cmp.Or(a.Began.Compare(b.Began), cmp.Compare(a.Path, b.Path)) })
		rows := append(byPath(earlier), packed...)
		for i := range rows {
			rows[i] = stored(rows[i])
		}
		r.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
		if got := packedsteps.Expand(rows); !reflect.DeepEqual(got, want) {
			t.Errorf("%+v\nand earlier %+v\nbecame %+v\nwant   %+v", steps, earlier, got, want)
		}
	})
}

func pick[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }

func randomSteps(r *rand.Rand, n int) []store.Step {
	steps := make([]store.Step, n)
	for i := range steps {
		steps[i] = store.Step{
			Path: pick(r, "a", "b", "each/0/a", "each/1/a", "e\u0301", "\xff", "\x00", "c", "d", ""), Kind: pick(r, "log", "", "a\xffb", "\x00"),
			State: pick(r, flow.Succeeded, flow.Skipped, store.StepEnded, store.StepReset), Attempts: pick(r, 0, 1, 3, math.MaxInt32, -1),
			Began:  pick(r, began, began.Add(1), began.Add(time.Microsecond), began.Add(-time.Hour), time.Time{}, time.Unix(0, 0), began.Add(-1)),
			Took:   pick(r, 0, 1, 999, time.Microsecond, time.Hour, -time.Second, math.MaxInt64, math.MinInt64),
			Input:  pick(r, nil, []byte{}, []byte("in"), make([]byte, 1024), []byte{0, 255}, make([]byte, 1025)),
			Output: pick(r, nil, []byte("null"), []byte{}, make([]byte, 128)), Version: pick(r, "v", "v", "v", "v", "v", ""),
		}
		if r.IntN(20) == 0 {
			steps[i].Cause.Class = "transient"
		}
	}
	return steps
}

// byPath returns the last step of each path.
func byPath(lists ...[]store.Step) []store.Step {
	last := map[string]store.Step{}
	for _, s := range slices.Concat(lists...) {
		last[s.Path] = s
	}
	return slices.Collect(maps.Values(last))
}

// stored returns a step as engines return it.
func stored(s store.Step) store.Step {
	s.Kind, s.State = store.CleanText(s.Kind), flow.State(store.CleanText(string(s.State)))
	s.Began, s.Took = time.UnixMicro(s.Began.UnixMicro()), s.Took.Truncate(time.Microsecond)
	if len(s.Input) == 0 {
		s.Input = nil
	}
	if len(s.Output) == 0 {
		s.Output = nil
	}
	return s
}
