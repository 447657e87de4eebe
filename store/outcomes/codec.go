package outcomes

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/webhook-gateway/gateway/internal/trace"
	"github.com/webhook-gateway/gateway/store"
)

// The data of a batch are the format, the number of outcomes n, and their columns,
// one after the other. Numbers are varints, signed ones in zigzag:
//
//	kinds     how many, and of each the status and the version
//	times     n: the milliseconds of the id, since those of the id before
//	rests     n: the other 10 bytes of the id
//	starts    n: milliseconds from the time in the id to the start, signed
//	lengths   n: milliseconds from the start to the end, signed
//	kind      n: the index of the kind; missing if there is one kind
//	traces    how many, and of each the distance to the outcome before that has one,
//	          the id of the trace and that of the span; in formatTraced alone
//
// Ids are random and the rest is mostly one byte, so a compression would save
// nothing that is worth its time.

// The first byte of the data: formatTraced if an outcome has a trace.
const (
	format       = 1
	formatTraced = 2
)

// restSize is how many bytes of an id are not its time.
const restSize = len(store.ID{}) - timeSize

// traceSize is how many bytes the ids of a trace and a span have.
const traceSize = len(trace.ID{}) + len(trace.SpanID{})

// timeSize is how many bytes of an id are its time.
const timeSize = 6

// encode encodes sorted items.
func encode(items []item) []byte {
	kinds, index := kindsOf(items)
	out := make([]byte, 0, 64+len(items)*(restSize+6))
	out = binary.AppendUvarint(append(out, format), uint64(len(items)))
	out = binary.AppendUvarint(out, uint64(len(kinds)))
	for _, k := range kinds {
		out = binary.AppendUvarint(out, uint64(k.status)) //nolint:gosec // it was validated
		out = binary.AppendUvarint(out, uint64(len(k.version)))
		out = append(out, k.version...)
	}
	before := int64(0)
	for i := range items {
		at := millisOf(items[i].id)
		out = binary.AppendUvarint(out, uint64(at-before)) //nolint:gosec // they are sorted
		before = at
	}
	for i := range items {
		out = append(out, items[i].id[timeSize:]...)
	}
	for i := range items {
		out = binary.AppendVarint(out, items[i].started-millisOf(items[i].id))
	}
	for i := range items {
		out = binary.AppendVarint(out, items[i].finished-items[i].started)
	}
	if len(kinds) > 1 {
		for _, k := range index {
			out = binary.AppendUvarint(out, uint64(k)) //nolint:gosec // an index
		}
	}
	return appendTraces(out, items)
}

// appendTraces appends the traces, if there are any.
func appendTraces(out []byte, items []item) []byte {
	n := 0
	for i := range items {
		if items[i].trace != (traceIDs{}) {
			n++
		}
	}
	if n == 0 {
		return out
	}
	out[0] = formatTraced
	out = binary.AppendUvarint(slices.Grow(out, n*(traceSize+1)+binary.MaxVarintLen64), uint64(n))
	before := -1
	for i := range items {
		if t := &items[i].trace; *t != (traceIDs{}) {
			out = binary.AppendUvarint(out, uint64(i-before)) //nolint:gosec // it grows
			out = append(append(out, t.trace[:]...), t.span[:]...)
			before = i
		}
	}
	return out
}

// kindsOf returns the different kinds of items, and the index of the kind of each.
func kindsOf(items []item) (kinds []kind, index []int) {
	index = make([]int, len(items))
	for i := range items {
		if i > 0 && items[i].kind == items[i-1].kind {
			index[i] = index[i-1]
			continue
		}
		at := slices.Index(kinds, items[i].kind)
		if at < 0 {
			at = len(kinds)
			kinds = append(kinds, items[i].kind)
		}
		index[i] = at
	}
	return kinds, index
}

// decode decodes the items of a batch.
func (b *Batch) decode() ([]item, error) {
	d := decoder{rest: b.Data}
	items := d.items()
	switch {
	case d.err == nil && len(d.rest) > 0:
		d.err = errors.New("it is too long")
	case d.err == nil && len(items) != b.N:
		d.err = fmt.Errorf("it has %d outcomes instead of %d", len(items), b.N)
	}
	if d.err != nil {
		return nil, fmt.Errorf("the outcomes of flow %q from %s on can't be read: %w", b.Flow, b.First, d.err)
	}
	return items, nil
}

// decoder reads the data of a batch. After an error, it reads zeros.
type decoder struct {
	rest []byte
	err  error
}

var errShort = errors.New("it is too short")

func (d *decoder) fail(err error) {
	if d.err == nil {
		d.err = err
	}
	d.rest = nil
}

func (d *decoder) bytes(n uint64) []byte {
	if n > uint64(len(d.rest)) {
		d.fail(errShort)
		return nil
	}
	out := d.rest[:n]
	d.rest = d.rest[n:]
	return out
}

func (d *decoder) unsigned() uint64 {
	v, n := binary.Uvarint(d.rest)
	if n <= 0 {
		d.fail(errShort)
		return 0
	}
	d.rest = d.rest[n:]
	return v
}

func (d *decoder) signed() int64 {
	v, n := binary.Varint(d.rest)
	if n <= 0 {
		d.fail(errShort)
		return 0
	}
	d.rest = d.rest[n:]
	return v
}

// count reads a number of things that have at least so many bytes each.
func (d *decoder) count(each int) int {
	n := d.unsigned()
	if n > uint64(len(d.rest)/each) {
		d.fail(errShort)
		return 0
	}
	return int(n) //nolint:gosec // not more than there are bytes
}

func (d *decoder) items() []item {
	first := d.bytes(1)
	if d.err == nil && first[0] != format && first[0] != formatTraced {
		d.fail(fmt.Errorf("it has the format %d, and this program knows up to %d", first[0], formatTraced))
	}
	items := make([]item, d.count(restSize+3))
	kinds := make([]kind, d.count(2))
	for i := range kinds {
		status := d.unsigned()
		if status > math.MaxInt32 {
			d.fail(fmt.Errorf("it has the status %d", status))
		}
		kinds[i] = kind{int(status), string(d.bytes(d.unsigned()))} //nolint:gosec // checked above
	}
	d.readIDs(items)
	for i := range items {
		items[i].started = millisOf(items[i].id) + d.signed()
	}
	for i := range items {
		items[i].finished = items[i].started + d.signed()
	}
	d.readKinds(items, kinds)
	if d.err == nil && first[0] == formatTraced {
		d.readTraces(items)
	}
	return items
}

func (d *decoder) readTraces(items []item) {
	at := -1
	for range d.count(traceSize + 1) {
		next := d.unsigned()
		if next == 0 || next >= uint64(len(items)-at) {
			d.fail(errors.New("it has a trace of an unknown outcome"))
			return
		}
		at += int(next) //nolint:gosec // checked above
		copy(items[at].trace.trace[:], d.bytes(uint64(len(trace.ID{}))))
		copy(items[at].trace.span[:], d.bytes(uint64(len(trace.SpanID{}))))
	}
}

func (d *decoder) readIDs(items []item) {
	at := uint64(0)
	for i := range items {
		at += d.unsigned()
		if at >= 1<<(8*timeSize) {
			d.fail(errors.New("it has a time that no id has"))
			return
		}
		var id [8]byte
		binary.BigEndian.PutUint64(id[:], at<<16)
		copy(items[i].id[:timeSize], id[:])
	}
	for i := range items {
		copy(items[i].id[timeSize:], d.bytes(uint64(restSize)))
	}
}

func (d *decoder) readKinds(items []item, kinds []kind) {
	for i := range items {
		k := uint64(0)
		if len(kinds) > 1 {
			k = d.unsigned()
		}
		if k >= uint64(len(kinds)) {
			d.fail(errors.New("it has an outcome of an unknown kind"))
			return
		}
		items[i].kind = kinds[k]
	}
}
