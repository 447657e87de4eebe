package postgres

import (
	"bytes"
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/erase"
)

// noteErasure notes that an address is to be erased from everything received
// until now.
func noteErasure(ctx context.Context, t *tx, key string) error {
	var now time.Time
	scanRows(t.addSQL("SELECT clock()"), []any{&now}, func() error { return nil })
	if err := t.sendAll(ctx); err != nil {
		return err
	}
	task := erase.NewTask(key, now)
	t.addSQL(`INSERT INTO hidings (contact, noted, phase, run, scope, name) VALUES ($1, $2, 0, $3, '', '')
		ON CONFLICT (contact) DO UPDATE SET noted = excluded.noted, phase = 0, run = excluded.run, scope = '', name = ''`, key, now, [16]byte(task.Run))
	// Each part of the union has its own index.
	t.addSQL(`INSERT INTO hiding_runs (contact, run) SELECT $1, id FROM (
			SELECT id FROM runs WHERE state <= 1 UNION SELECT id FROM runs WHERE state = 2 UNION SELECT id FROM runs WHERE state = 3) open
		ON CONFLICT DO NOTHING`, key)
	return nil
}

// Erase erases addresses of deleted contacts from the history. Several gateways
// may do so at once.
func (s *Store) Erase(ctx context.Context, q store.EraseQuery) (store.Erased, error) {
	ctx, cancel, err := s.detachContext(ctx)
	if err != nil {
		return store.Erased{}, err
	}
	defer cancel()
	return erase.History(ctx, eraseEngine{s}, q, maxPageBytes)
}

// eraseEngine is the store as package erase sees it. Runs are referred to by
// their id.
type eraseEngine struct{ *Store }

type eraseScan = erase.Scan[[16]byte]

const ofContact = " WHERE $1 = '' OR contact = $1"

func (e eraseEngine) Tasks(ctx context.Context, contact string) ([]erase.Task, error) {
	var tasks []erase.Task
	err := inTransaction(ctx, e.readPool, func(ctx context.Context, t *tx) error {
		tasks = nil
		var task erase.Task
		scanRows(t.addSQL("SELECT contact, noted, clock() >= noted + $2::bigint * interval '1 second', phase, run, scope, name FROM hidings"+ofContact,
			contact, int64(erase.LateRecordTime/time.Second)),
			[]any{&task.Contact, &task.Noted, &task.Late, (*int)(&task.Phase), (*[16]byte)(&task.Run), &task.Scope, &task.Name}, func() error {
				tasks = append(tasks, task)
				task.Name = nil
				return nil
			})
		return t.sendAll(ctx)
	})
	return tasks, err
}

func (e eraseEngine) CountOpen(ctx context.Context, contact string) (n int, err error) {
	err = inTransaction(ctx, e.readPool, func(ctx context.Context, t *tx) error {
		scanRows(t.addSQL("SELECT count(DISTINCT run) FROM hiding_runs"+ofContact, contact), []any{&n}, func() error { return nil })
		return t.sendAll(ctx)
	})
	return n, err
}

func (e eraseEngine) Read(ctx context.Context, f func(erase.Reader[[16]byte]) error) error {
	return inTransaction(ctx, e.readPool, func(ctx context.Context, t *tx) error { return f(&eraseReader{ctx, t}) })
}

// eraseReader reads in one transaction, without locks.
type eraseReader struct {
	ctx context.Context
	*tx
}

func (r *eraseReader) AwaitedRuns(contact string, limit int) (ids [][16]byte, err error) {
	var id [16]byte
	scanRows(r.addSQL("SELECT h.run FROM hiding_runs h LEFT JOIN runs r ON r.id = h.run WHERE h.contact = $1 AND (r.state IS NULL OR r.state > 3) ORDER BY h.run LIMIT $2",
		contact, limit), []any{&id}, func() error {
		ids = append(ids, id)
		return nil
	})
	return ids, r.sendAll(r.ctx)
}

func (r *eraseReader) Runs(below, floor store.ID, b *erase.Budget, visit func(store.ID, [16]byte, store.State, *erase.Run)) (stopped bool, err error) {
	var ids [][16]byte
	var id [16]byte
	var size int64
	scanRows(r.addSQL("SELECT id, bytes FROM runs WHERE id < $1 AND id >= $2 ORDER BY id DESC LIMIT $3",
		[16]byte(below), [16]byte(floor), max(b.Runs, 0)+1), []any{&id, &size}, func() error {
		if stopped = stopped || b.IsSpent(); stopped {
			return nil
		}
		b.Spend(size)
		ids = append(ids, id)
		return nil
	})
	if err := r.sendAll(r.ctx); err != nil {
		return stopped, err
	}
	runs, err := readEraseRuns(r.ctx, r.tx, ids, "")
	if err != nil {
		return stopped, err
	}
	for _, id := range ids {
		if run := runs[id]; run != nil {
			visit(id, id, run.state, &run.Run)
		}
	}
	return stopped, nil
}

func (r *eraseReader) Keys(scope string, name []byte, b *erase.Budget, visit func(scope string, name, value []byte)) (stopped bool, err error) {
	var keyScope string
	var keyName, value []byte
	scanRows(r.addSQL("SELECT scope, name, value FROM keys WHERE (scope, name) > ($1::text COLLATE \"C\", $2::bytea) ORDER BY scope, name LIMIT $3",
		scope, nonNil(name), max(b.Runs, 0)+1), []any{&keyScope, &keyName, &value}, func() error {
		if stopped = stopped || b.IsSpent(); stopped {
			return nil
		}
		b.Spend(int64(runBytes + len(value)))
		visit(keyScope, bytes.Clone(keyName), bytes.Clone(value))
		return nil
	})
	return stopped, r.sendAll(r.ctx)
}

// nonNil returns the bytes as a value that is not null.
func nonNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// eraseRun holds the parts of a run that may contain an address, and its state.
type eraseRun struct {
	erase.Run
	state store.State
}

// readEraseRuns reads runs. Deleted runs are missing in the result. The lock,
// if any, is the end of the first statement.
func readEraseRuns(ctx context.Context, t *tx, ids [][16]byte, lock string) (map[[16]byte]*eraseRun, error) {
	runs := map[[16]byte]*eraseRun{}
	var id [16]byte
	var state int16
	var cut bool
	var c store.Cause
	scanRows(t.addSQL("SELECT id, state, cut, coalesce(reason, ''), coalesce(message, ''), coalesce(detail, '') FROM runs WHERE id = ANY($1::uuid[]) ORDER BY id"+lock, ids),
		[]any{&id, &state, &cut, &c.Reason, &c.Message, &c.Detail}, func() error {
			runs[id] = &eraseRun{Run: erase.Run{Cut: cut, Cause: c}, state: stateOf(state)}
			return nil
		})
	t.addSQL(selectPayloads, ids).Query(func(rows pgx.Rows) error {
		return readPayloads(rows, func(id store.ID, p store.Payload) {
			if run := runs[id]; run != nil {
				run.Payload = p
			}
		})
	})
	t.addSQL(selectSteps, ids).Query(func(rows pgx.Rows) error {
		return readSteps(rows, func(id store.ID, steps []store.Step) {
			if run := runs[id]; run != nil {
				run.Steps = steps
			}
		})
	})
	return runs, t.sendAll(ctx)
}

func (e eraseEngine) Write(ctx context.Context, s *eraseScan) (done store.Erased, err error) {
	err = inTransaction(ctx, e.writePool, func(ctx context.Context, t *tx) error {
		done = store.Erased{}
		return t.writeErasure(ctx, s, &done, e.shard)
	})
	return done, err
}

func (t *tx) writeErasure(ctx context.Context, s *eraseScan, done *store.Erased, shard int16) error {
	if len(s.Found) > 0 {
		if err := t.eraseRuns(ctx, s, done, shard); err != nil {
			return err
		}
	}
	for _, k := range s.Keys {
		var changed bool
		scanRows(t.addSQL("UPDATE keys SET value = $4 WHERE scope = $1 AND name = $2 AND value = $3 RETURNING true", k.Scope, k.Name, k.Value, nullBlob(k.Clean)),
			[]any{&changed}, func() error {
				done.Keys++
				return nil
			})
	}
	t.awaitRuns(s, s.Open)
	t.saveProgress(s)
	return t.sendAll(ctx)
}

// awaitRuns notes runs that are not over.
func (t *tx) awaitRuns(s *eraseScan, ids [][16]byte) {
	if len(ids) > 0 {
		t.addSQL("INSERT INTO hiding_runs (contact, run) SELECT $1, u.id FROM unnest($2::uuid[]) AS u (id) ON CONFLICT DO NOTHING", s.Contact, ids)
	}
}

// saveProgress saves the scan's next position, unless another scan has saved one
// or the address was noted again since.
func (t *tx) saveProgress(s *eraseScan) {
	t.addSQL(`UPDATE hidings SET phase = $6, run = $7, scope = $8, name = $9
		WHERE contact = $1 AND noted = $2 AND phase = $3 AND run = $4 AND (scope, name) = ($5::text, $10::bytea)`,
		s.Contact, s.Noted, int(s.Phase), [16]byte(s.Run), s.Scope, int(s.Next.Phase), [16]byte(s.Next.Run), s.Next.Scope, nonNil(s.Next.Name), nonNil(s.Name))
	t.addSQL("DELETE FROM hidings h WHERE contact = $1 AND phase = $2 AND NOT EXISTS (SELECT 1 FROM hiding_runs r WHERE r.contact = h.contact)",
		s.Contact, int(erase.AwaitOpenRuns))
}

// eraseRuns erases the address from the runs that the scan found, except runs
// that were requeued since.
func (t *tx) eraseRuns(ctx context.Context, s *eraseScan, done *store.Erased, shard int16) error {
	runs, err := readEraseRuns(ctx, t, s.Found, " FOR UPDATE")
	if err != nil {
		return err
	}
	var over, open [][16]byte
	for _, id := range s.Found {
		if run := runs[id]; run != nil && run.state <= store.Running {
			open = append(open, id)
		} else {
			over = append(over, id)
		}
	}
	awaited := map[[16]byte]bool{}
	var id [16]byte
	scanRows(t.addSQL("DELETE FROM hiding_runs WHERE contact = $1 AND run = ANY($2::uuid[]) RETURNING run", s.Contact, over), []any{&id}, func() error {
		awaited[id] = true
		return nil
	})
	if err := t.sendAll(ctx); err != nil {
		return err
	}
	t.awaitRuns(s, open)
	var changed, stepsChanged [][16]byte
	changes := map[[16]byte]*erase.Changes{}
	for _, id := range over {
		run := runs[id]
		if run == nil {
			continue
		}
		of := s.EraseRun(&run.Run, awaited[id], done)
		if of == nil {
			continue
		}
		changed, changes[id] = append(changed, id), of
		if len(of.Steps) > 0 {
			stepsChanged = append(stepsChanged, id)
		}
	}
	if err := unpackSteps(ctx, t, stepsChanged, shard); err != nil {
		return err
	}
	for _, id := range changed {
		t.writeChanges(id, &runs[id].Run, changes[id])
	}
	if len(changed) > 0 {
		recountBytes(t, changed, shard)
	}
	return nil
}

func (t *tx) writeChanges(id [16]byte, run *erase.Run, changes *erase.Changes) {
	if changes.Run {
		t.addSQL("UPDATE runs SET reason = $2, message = $3, detail = $4 WHERE id = $1",
			id, nullText(run.Cause.Reason), nullText(run.Cause.Message), nullText(run.Cause.Detail))
	}
	if p := &run.Payload; changes.Payload {
		t.addSQL("UPDATE payloads SET event = $2, body = $3, variables = $4, response = $5, output = $6, trace = $7 WHERE run = $1",
			id, nullBlob(p.Event), nullBlob(p.Body), nullBlob(p.Variables), nullBlob(p.Response), nullBlob(p.Output), nullBlob(p.Trace))
	}
	for i := range changes.Steps {
		s := &changes.Steps[i]
		t.addSQL("UPDATE steps SET path = $3, input = $4, output = $5, reason = $6, message = $7, detail = $8 WHERE run = $1 AND path = $2",
			id, []byte(s.OldPath), []byte(s.Path), nullBlob(s.Input), nullBlob(s.Output), nullText(s.Cause.Reason), nullText(s.Cause.Message), nullText(s.Cause.Detail))
	}
}
