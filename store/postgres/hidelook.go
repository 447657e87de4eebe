package postgres

import (
	"bytes"
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/erase"
)

// hideBatch is one look for one address, and what it found.
type hideBatch struct {
	hiding
	cleaner store.Eraser
	effort  *effort

	found  [][16]byte // runs that are over and hold the address, or wait to be looked at
	open   [][16]byte // runs that are not over
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
func (b *hideBatch) look(ctx context.Context, t *tx) error {
	b.found, b.open, b.keys, b.unread, b.next, b.more = nil, nil, nil, 0, b.hiding, false
	if err := b.lookOver(ctx, t); err != nil {
		return err
	}
	switch {
	case b.phase == hidingRuns:
		return b.lookRuns(ctx, t, store.ID{})
	case b.phase == hidingLateRuns && b.due:
		floor, _ := store.FirstID(b.noted.Add(-store.LateRecordTime))
		return b.lookRuns(ctx, t, floor)
	case b.phase == hidingKeys, b.phase == hidingLateKeys:
		return b.lookKeys(ctx, t)
	}
	return nil
}

// lookOver takes runs that were not over when they were to be gone through and
// now are.
func (b *hideBatch) lookOver(ctx context.Context, t *tx) error {
	most := min(b.effort.runs, purgeBatch)
	var id [16]byte
	each(t.queue("SELECT h.run FROM hiding_runs h LEFT JOIN runs r ON r.id = h.run WHERE h.contact = $1 AND (r.state IS NULL OR r.state > 3) ORDER BY h.run LIMIT $2",
		b.contact, most), []any{&id}, func() error {
		b.found = append(b.found, id)
		return nil
	})
	if err := t.send(ctx); err != nil {
		return err
	}
	b.effort.runs -= len(b.found)
	b.more = len(b.found) == most
	return nil
}

// lookRuns goes through runs from the newest to the oldest, down to the floor.
func (b *hideBatch) lookRuns(ctx context.Context, t *tx, floor store.ID) error {
	var ids [][16]byte
	var id [16]byte
	var size int64
	full := false
	each(t.queue("SELECT id, bytes FROM runs WHERE id < $1 AND id >= $2 ORDER BY id DESC LIMIT $3",
		b.run, [16]byte(floor), max(b.effort.runs, 0)+1), []any{&id, &size}, func() error {
		if full = full || b.effort.spent(); full {
			return nil
		}
		ids = append(ids, id)
		b.effort.runs--
		b.effort.bytes -= size
		return nil
	})
	if err := t.send(ctx); err != nil {
		return err
	}
	b.more = true
	if len(ids) > 0 {
		b.next.run = ids[len(ids)-1]
	}
	if !full {
		b.next.phase = b.phase + 1
	}
	found, err := readTraces(ctx, t, ids, "")
	for _, id := range ids {
		if tr := found[id]; err == nil && tr != nil {
			b.lookAt(id, tr)
		}
	}
	return err
}

// lookAt looks for the address in a run.
func (b *hideBatch) lookAt(id [16]byte, tr *traced) {
	if tr.state <= store.Running {
		b.open = append(b.open, id)
		return
	}
	erased := tr.Erase(b.cleaner)
	if erased.Unread {
		b.unread++
	}
	if erased.Any() {
		b.found = append(b.found, id)
	}
}

// lookKeys goes through the values of keys.
func (b *hideBatch) lookKeys(ctx context.Context, t *tx) error {
	var k foundKey
	full := false
	each(t.queue("SELECT scope, name, value FROM keys WHERE (scope, name) > ($1::text COLLATE \"C\", $2::bytea) ORDER BY scope, name LIMIT $3",
		b.scope, nonNil(b.name), max(b.effort.runs, 0)+1), []any{&k.scope, &k.name, &k.value}, func() error {
		if full = full || b.effort.spent(); full {
			return nil
		}
		b.effort.runs--
		b.effort.bytes -= runBytes + int64(len(k.value))
		b.next.scope, b.next.name = k.scope, bytes.Clone(k.name)
		clean, err := b.cleaner.Erase(store.Piece{Kind: store.ResponsePiece, Bytes: k.value})
		if err == nil && !bytes.Equal(clean, k.value) {
			b.keys = append(b.keys, foundKey{k.scope, b.next.name, bytes.Clone(k.value), bytes.Clone(clean)})
		}
		return nil
	})
	if err := t.send(ctx); err != nil {
		return err
	}
	b.more = true
	if full {
		return nil
	}
	b.next.scope, b.next.name, b.next.phase = "", nil, b.phase+1
	if b.next.phase == hidingLateRuns {
		b.next.run, _ = store.FirstID(b.noted.Add(time.Millisecond))
	}
	return nil
}

func nonNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// traced is what a run has left, and its state.
type traced struct {
	erase.Trace
	state store.State
}

// readTraces reads what runs have left; those that were deleted are missing.
// lock is what the statement ends with.
func readTraces(ctx context.Context, t *tx, ids [][16]byte, lock string) (map[[16]byte]*traced, error) {
	found := map[[16]byte]*traced{}
	var id [16]byte
	var state int16
	var okey []byte
	var cut bool
	var c store.Cause
	each(t.queue("SELECT id, state, okey, cut, coalesce(reason, ''), coalesce(message, '') FROM runs WHERE id = ANY($1::uuid[]) ORDER BY id"+lock, ids),
		[]any{&id, &state, &okey, &cut, &c.Reason, &c.Message}, func() error {
			found[id] = &traced{Trace: erase.Trace{OrderKey: string(okey), Cut: cut, Cause: c}, state: stateOf(state)}
			return nil
		})
	t.queue("SELECT run, event, body, variables, response, output FROM payloads WHERE run = ANY($1::uuid[])", ids).Query(func(rows pgx.Rows) error {
		for rows.Next() {
			var p store.Payload
			if err := rows.Scan(&id, &p.Event, &p.Body, &p.Variables, &p.Response, &p.Output); err != nil {
				return err
			}
			if tr := found[id]; tr != nil {
				tr.Payload = p
			}
		}
		return rows.Err()
	})
	t.queue(selectSteps, ids).Query(func(rows pgx.Rows) error {
		return readSteps(rows, func(run store.ID, s store.Step) {
			if tr := found[run]; tr != nil {
				tr.Steps = append(tr.Steps, s)
			}
		})
	})
	return found, t.send(ctx)
}
