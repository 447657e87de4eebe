// Package packedsteps stores the steps of a run that succeeded in one row. Engines write
// such a row like that of any step, and expand it when they read. Three rows, each with
// an entry of an index, cost three times as much as one.
//
// Only steps that nobody changes are packed: a run that is queued again, or from which
// an address is erased, has its steps in rows of their own first. See [Unpack]. A run
// that did not succeed may go on after its steps, also in a gateway of the version
// before, which does not know packed ones and would repeat them.
package packedsteps

import (
	"encoding/binary"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/store"
)

const (
	// Path is the path of a packed step. No action has it.
	Path = ""
	// State is the state of a packed step. Its output has the steps.
	State flow.State = "packed"
)

const (
	// maxPart is the largest input or output of a step that is packed. Larger ones may
	// be cut, each by itself.
	maxPart = 1 << 10
	// maxSteps is how many steps are packed at most.
	maxSteps = 64
)

// Pack returns the steps of a run that is over, in a state, as engines write them: one
// packed step, or the steps themselves if the run did not succeed, if they are few,
// many, large, not unique or of several versions, or if one of them failed.
func Pack(of store.State, steps []store.Step) []store.Step {
	if of != store.Succeeded || !canPack(steps) {
		return steps
	}
	packed := store.Step{Path: Path, State: State, Began: steps[0].Began, Version: steps[0].Version}
	size := 0
	for i := range steps {
		if s := &steps[i]; s.Began.Before(packed.Began) {
			packed.Began = s.Began
		}
		size += len(steps[i].Path) + len(steps[i].Input) + len(steps[i].Output) + 32
	}
	packed.Output = encode(steps, packed.Began.UnixMicro(), size)
	return []store.Step{packed}
}

func canPack(steps []store.Step) bool {
	if len(steps) < 2 || len(steps) > maxSteps {
		return false
	}
	for i := range steps {
		s := &steps[i]
		if !s.Cause.IsZero() || s.CutFrom > 0 || len(s.Input) > maxPart || len(s.Output) > maxPart || s.Path == Path || s.Version != steps[0].Version {
			return false
		}
		for j := range i {
			if steps[j].Path == s.Path {
				return false
			}
		}
	}
	return true
}

// format is the first byte of packed steps. After it is the number of steps, and of
// each its path, kind, state, attempts, the microseconds since the first began and
// those it took, input and output. Numbers are varints, and texts follow their lengths.
const format = 1

func encode(steps []store.Step, began int64, size int) []byte {
	out := binary.AppendUvarint(append(make([]byte, 0, size), format), uint64(len(steps)))
	for i := range steps {
		s := &steps[i]
		out = appendText(out, s.Path)
		out = appendText(out, store.CleanText(s.Kind))
		out = appendText(out, store.CleanText(string(s.State)))
		out = binary.AppendVarint(out, int64(s.Attempts))
		out = binary.AppendVarint(out, s.Began.UnixMicro()-began)
		out = binary.AppendVarint(out, s.Took.Microseconds())
		out = appendText(out, s.Input)
		out = appendText(out, s.Output)
	}
	return out
}

func appendText[T string | []byte](to []byte, text T) []byte {
	return append(binary.AppendUvarint(to, uint64(len(text))), text...)
}
