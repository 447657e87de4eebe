package packedsteps

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/store"
)

// IsPacked reports whether a step is a packed one.
func IsPacked(s *store.Step) bool { return s.Path == Path && s.State == State }

// ErrUnreadable is wrapped by the errors of [Unpack].
var ErrUnreadable = errors.New("its packed steps can't be read")

// Unpack returns the steps of a packed step.
func Unpack(packed *store.Step) ([]store.Step, error) {
	d := decoder{rest: packed.Output}
	if first := d.bytes(1); !d.failed && first[0] != format {
		return nil, fmt.Errorf("%w: they have the format %d, and this program knows %d", ErrUnreadable, first[0], format)
	}
	steps := make([]store.Step, d.count())
	began := packed.Began.UnixMicro()
	for i := range steps {
		s := &steps[i]
		s.Path, s.Kind, s.State = string(d.text()), string(d.text()), flow.State(d.text())
		s.Attempts = int(d.signed())
		s.Began = time.UnixMicro(began + d.signed())
		s.Took = time.Duration(d.signed()) * time.Microsecond
		s.Input, s.Output, s.Version = d.text(), d.text(), packed.Version
	}
	if d.failed || len(d.rest) > 0 {
		return nil, fmt.Errorf("%w: they have the wrong length", ErrUnreadable)
	}
	return steps, nil
}

// Expand returns the steps of a run as they were before they were packed, in the order
// in which they began. Of two steps with one path the packed one is later. Packed steps
// that can't be read stay as they are.
func Expand(rows []store.Step) []store.Step {
	at := 0
	for at < len(rows) && !IsPacked(&rows[at]) {
		at++
	}
	if at == len(rows) {
		return rows
	}
	steps, err := Unpack(&rows[at])
	if err != nil {
		return rows
	}
	if len(rows) > 1 {
		steps = addOthers(steps, rows)
	}
	slices.SortStableFunc(steps, func(a, b store.Step) int { return cmp.Or(a.Began.Compare(b.Began), cmp.Compare(a.Path, b.Path)) })
	return steps
}

// addOthers adds the rows of other steps than the packed ones.
func addOthers(packed, rows []store.Step) []store.Step {
	known := map[string]bool{Path: true}
	for i := range packed {
		known[packed[i].Path] = true
	}
	for i := range rows {
		if !known[rows[i].Path] {
			packed = append(packed, rows[i])
		}
	}
	return packed
}

// decoder reads packed steps. After a failure, it reads zeros.
type decoder struct {
	rest   []byte
	failed bool
}

func (d *decoder) fail() { d.failed, d.rest = true, nil }

func (d *decoder) bytes(n uint64) []byte {
	if n > uint64(len(d.rest)) {
		d.fail()
		return nil
	}
	out := d.rest[:n:n]
	d.rest = d.rest[n:]
	return out
}

func (d *decoder) unsigned() uint64 {
	v, n := binary.Uvarint(d.rest)
	if n <= 0 {
		d.fail()
		return 0
	}
	d.rest = d.rest[n:]
	return v
}

func (d *decoder) signed() int64 {
	v, n := binary.Varint(d.rest)
	if n <= 0 {
		d.fail()
		return 0
	}
	d.rest = d.rest[n:]
	return v
}

// text reads a text. An empty one is nil.
func (d *decoder) text() []byte {
	n := d.unsigned()
	if n == 0 {
		return nil
	}
	return d.bytes(n)
}

// stepLength is how many bytes an encoded step has at least.
const stepLength = 8

// count reads how many steps follow.
func (d *decoder) count() int {
	n := d.unsigned()
	if n > uint64(len(d.rest)/stepLength) {
		d.fail()
		return 0
	}
	return int(n) //nolint:gosec // not more than there are bytes
}
