package sqlite

import (
	"bytes"
	"database/sql/driver"
	"time"

	"github.com/webhook-gateway/gateway/store"
)

// hideBatch is one look for one address, and what it found.
type hideBatch struct {
	hiding
	cleaner store.Eraser
	effort  *effort

	found  []int64 // runs that are over and hold the address, or wait to be looked at
	open   []int64 // runs that are not over
	keys   []foundKey
	unread int
	next   hiding // how far it came
	more   bool   // there is more to do at once
}

// foundKey is a key whose value holds the address.
type foundKey struct {
	scope              string
	name, value, clean []byte
}

// look finds what is to be written next. It may be called again.
func (b *hideBatch) look(v *view, now int64) error {
	b.found, b.open, b.keys, b.unread, b.next, b.more = nil, nil, nil, 0, b.hiding, false
	if err := b.lookOver(v); err != nil {
		return err
	}
	late := b.noted + store.LateRecordTime.Milliseconds()
	switch {
	case b.phase == hidingRuns:
		return b.lookRuns(v, store.ID{})
	case b.phase == hidingLateRuns && now >= late:
		floor, _ := store.FirstID(time.UnixMilli(b.noted - store.LateRecordTime.Milliseconds()))
		return b.lookRuns(v, floor)
	case b.phase == hidingKeys, b.phase == hidingLateKeys:
		return b.lookKeys(v)
	}
	return nil
}

// lookOver takes runs that were not over when they were to be gone through and
// now are.
func (b *hideBatch) lookOver(v *view) error {
	const list = `SELECT h.run FROM hiding_runs h LEFT JOIN runs r ON r.seq = h.run
		WHERE h.contact = ? AND (r.state IS NULL OR r.state > 3) LIMIT ?`
	most := min(b.effort.runs, purgeBatch)
	err := v.query(list, func(r []driver.Value) error {
		b.found = append(b.found, integer(r[0]))
		return nil
	}, b.contact, int64(most))
	b.effort.runs -= len(b.found)
	b.more = len(b.found) == most
	return err
}

// lookRuns goes through runs from the newest to the oldest, down to the floor.
func (b *hideBatch) lookRuns(v *view, floor store.ID) error {
	const list = "SELECT seq, id FROM runs INDEXED BY runs_id WHERE id < ? AND id >= ? ORDER BY id DESC"
	full := false
	err := v.query(list, func(r []driver.Value) error {
		if full = b.effort.spent(); full {
			return errEnough
		}
		if err := b.lookAt(v, integer(r[0])); err != nil {
			return err
		}
		b.next.run = idOf(r[1])
		return nil
	}, b.run[:], floor[:])
	if err == nil && !full {
		b.next.phase = b.phase + 1
	}
	b.more = true
	return err
}

// lookAt looks for the address in a run.
func (b *hideBatch) lookAt(v *view, seq int64) error {
	b.effort.runs--
	trace, state, err := traceOf(v, seq)
	switch {
	case damaged(err):
		b.unread++
		return nil
	case err != nil || trace == nil:
		return err
	case state <= store.Running:
		b.open = append(b.open, seq)
		return nil
	}
	b.effort.bytes -= rowEffort + len(trace.Event) + len(trace.Body) + len(trace.Variables) + len(trace.Response) + len(trace.Output)
	for i := range trace.Steps {
		b.effort.bytes -= len(trace.Steps[i].Input) + len(trace.Steps[i].Output)
	}
	erased := trace.Erase(b.cleaner)
	if erased.Unread {
		b.unread++
	}
	if erased.Any() {
		b.found = append(b.found, seq)
	}
	return nil
}

// lookKeys goes through the values of keys.
func (b *hideBatch) lookKeys(v *view) error {
	const list = "SELECT scope, name, value FROM keys WHERE (scope, name) > (?, ?) ORDER BY scope, name"
	full := false
	err := v.query(list, func(r []driver.Value) error {
		if full = b.effort.spent(); full {
			return errEnough
		}
		b.effort.runs--
		value := blobOf(r[2])
		b.effort.bytes -= rowEffort + len(value)
		b.next.scope, b.next.name = text(r[0]), blobOf(r[1])
		clean, err := b.cleaner.Erase(store.Piece{Kind: store.ResponsePiece, Bytes: value})
		if err == nil && !bytes.Equal(clean, value) {
			b.keys = append(b.keys, foundKey{b.next.scope, b.next.name, value, clean})
		}
		return nil
	}, b.scope, nonNil(b.name))
	if err != nil {
		return err
	}
	b.more = true
	if full {
		return nil
	}
	b.next.scope, b.next.name, b.next.phase = "", nil, b.phase+1
	if b.next.phase == hidingLateRuns {
		b.next.run, _ = store.FirstID(time.UnixMilli(b.noted + 1))
	}
	return nil
}
