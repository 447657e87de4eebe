package sqlite

import (
	"context"
	"database/sql/driver"
	"time"

	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/erase"
)

// noteErasure notes that an address is to be erased from everything received
// until now.
func (t *tx) noteErasure(key string) error {
	task := erase.NewTask(key, time.UnixMilli(t.now))
	_, err := t.exec("INSERT OR REPLACE INTO hidings (contact, noted, phase, run, scope, name) VALUES (?, ?, 0, ?, '', x'')", key, t.now, task.Run[:])
	if err != nil {
		return err
	}
	_, err = t.exec("INSERT OR IGNORE INTO hiding_runs (contact, run) SELECT ?, seq FROM runs WHERE state <= 3", key)
	return err
}

// searchEffort is about how many bytes an erasure, or a page of contacts, reads at
// most.
const searchEffort = 8 << 20

// Erase erases addresses of deleted contacts from the history.
func (s *Store) Erase(ctx context.Context, q store.EraseQuery) (store.Erased, error) {
	return erase.History(ctx, eraseEngine{s}, q, searchEffort)
}

// eraseEngine is the store as package erase sees it. Runs are referred to by
// their seq.
type eraseEngine struct{ *Store }

const ofContact = " WHERE ?1 = '' OR contact = ?1"

func (e eraseEngine) Tasks(ctx context.Context, contact string) ([]erase.Task, error) {
	var tasks []erase.Task
	now := time.UnixMilli(e.clock.now())
	err := e.readers.withView(ctx, func(v *view) error {
		tasks = nil
		return v.query("SELECT contact, noted, phase, run, scope, name FROM hidings"+ofContact, func(v []driver.Value) error {
			noted := timeOf(v[1])
			tasks = append(tasks, erase.Task{
				Contact: textOf(v[0]), Noted: noted, Late: now.Sub(noted) >= erase.LateRecordTime,
				Position: erase.Position{Phase: erase.Phase(intOf(v[2])), Run: idOf(v[3]), Scope: textOf(v[4]), Name: blobOf(v[5])},
			})
			return nil
		}, contact)
	})
	return tasks, err
}

func (e eraseEngine) CountOpen(ctx context.Context, contact string) (n int, err error) {
	err = e.readers.withView(ctx, func(v *view) error {
		_, err := v.queryRow("SELECT count(DISTINCT run) FROM hiding_runs"+ofContact, func(v []driver.Value) { n = int(intOf(v[0])) }, contact)
		return err
	})
	return n, err
}

func (e eraseEngine) Read(ctx context.Context, f func(erase.Reader[int64]) error) error {
	return e.readers.withView(ctx, func(v *view) error { return f(eraseReader{v}) })
}

type eraseReader struct{ *view }

func (r eraseReader) AwaitedRuns(contact string, limit int) (seqs []int64, err error) {
	const list = `SELECT h.run FROM hiding_runs h LEFT JOIN runs r ON r.seq = h.run
		WHERE h.contact = ? AND (r.state IS NULL OR r.state > 3) LIMIT ?`
	err = r.query(list, func(v []driver.Value) error {
		seqs = append(seqs, intOf(v[0]))
		return nil
	}, contact, int64(limit))
	return seqs, err
}

func (r eraseReader) Runs(below, floor store.ID, b *erase.Budget, visit func(store.ID, int64, store.State, *erase.Run)) (stopped bool, err error) {
	const list = "SELECT seq, id FROM runs INDEXED BY runs_id WHERE id < ? AND id >= ? ORDER BY id DESC"
	err = r.query(list, func(v []driver.Value) error {
		if stopped = b.IsSpent(); stopped {
			return errStopRows
		}
		seq, id := intOf(v[0]), idOf(v[1])
		run, state, err := readEraseRun(r, seq)
		switch {
		case isDamaged(err):
			b.Spend(0)
			visit(id, seq, state, nil)
			return nil
		case err != nil || run == nil:
			return err
		}
		b.Spend(int64(rowEffort + run.Size()))
		visit(id, seq, state, run)
		return nil
	}, below[:], floor[:])
	return stopped, err
}

func (r eraseReader) Keys(scope string, name []byte, b *erase.Budget, visit func(scope string, name, value []byte)) (stopped bool, err error) {
	const list = "SELECT scope, name, value FROM keys WHERE (scope, name) > (?, ?) ORDER BY scope, name"
	err = r.query(list, func(v []driver.Value) error {
		if stopped = b.IsSpent(); stopped {
			return errStopRows
		}
		value := blobOf(v[2])
		b.Spend(int64(rowEffort + len(value)))
		visit(textOf(v[0]), blobOf(v[1]), value)
		return nil
	}, scope, nonNil(name))
	return stopped, err
}

// nonNil returns the bytes as a value that is not null.
func nonNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// readEraseRun reads the parts of a run that may hold an address. The run is nil
// if it was deleted.
func readEraseRun(r querier, seq int64) (*erase.Run, store.State, error) {
	run := &erase.Run{}
	var state store.State
	found, err := r.queryRow("SELECT state, cut, reason, class, action, position, message, detail FROM runs WHERE seq = ?", func(v []driver.Value) {
		state, run.Cut, run.Cause = stateOf(v[0]), intOf(v[1]) != 0, causeOf(v[2:])
	}, seq)
	if err != nil || !found {
		return nil, 0, err
	}
	if _, err := readPayload(r, seq, &run.Payload); err != nil {
		return nil, 0, err
	}
	if run.Steps, err = readSteps(r, seq); err != nil {
		return nil, 0, err
	}
	return run, state, nil
}

func (e eraseEngine) Write(ctx context.Context, s *erase.Scan[int64]) (done store.Erased, err error) {
	err = e.writer.do(ctx, func(t *tx) error {
		done = store.Erased{}
		return t.writeErasure(s, &done)
	})
	return done, err
}

func (t *tx) writeErasure(s *erase.Scan[int64], done *store.Erased) error {
	for _, seq := range s.Found {
		if err := t.eraseRun(s, seq, done); err != nil {
			return err
		}
	}
	for _, k := range s.Keys {
		n, err := t.exec("UPDATE keys SET value = ? WHERE scope = ? AND name = ? AND value = ?", k.Clean, k.Scope, k.Name, k.Value)
		if err != nil {
			return err
		}
		done.Keys += int(n)
	}
	for _, seq := range s.Open {
		if err := t.awaitRun(s, seq); err != nil {
			return err
		}
	}
	return t.saveProgress(s)
}

// awaitRun notes a run that is not over.
func (t *tx) awaitRun(s *erase.Scan[int64], seq int64) error {
	_, err := t.exec("INSERT OR IGNORE INTO hiding_runs (contact, run) VALUES (?, ?)", s.Contact, seq)
	return err
}

// saveProgress saves the scan's next position, unless another scan has saved one
// or the address was noted again since.
func (t *tx) saveProgress(s *erase.Scan[int64]) error {
	_, err := t.exec("UPDATE hidings SET phase = ?, run = ?, scope = ?, name = ? WHERE contact = ? AND noted = ? AND phase = ? AND run = ? AND scope = ? AND name = ?",
		int64(s.Next.Phase), s.Next.Run[:], s.Next.Scope, nonNil(s.Next.Name),
		s.Contact, s.Noted.UnixMilli(), int64(s.Phase), s.Run[:], s.Scope, nonNil(s.Name))
	if err != nil {
		return err
	}
	_, err = t.exec("DELETE FROM hidings WHERE contact = ? AND phase = ? AND NOT EXISTS (SELECT 1 FROM hiding_runs r WHERE r.contact = hidings.contact)",
		s.Contact, int64(erase.AwaitOpenRuns))
	return err
}

// eraseRun erases the address from a run, unless it was deleted or requeued
// since the scan.
func (t *tx) eraseRun(s *erase.Scan[int64], seq int64, done *store.Erased) error {
	run, state, err := readEraseRun(t, seq)
	if err != nil && !isDamaged(err) {
		return err
	}
	if run != nil && state <= store.Running {
		return t.awaitRun(s, seq)
	}
	awaited, err := t.exec("DELETE FROM hiding_runs WHERE contact = ? AND run = ?", s.Contact, seq)
	if err != nil || run == nil {
		return err
	}
	if changes := s.EraseRun(run, awaited > 0, done); changes != nil {
		return t.writeChanges(seq, run, changes)
	}
	return nil
}

func (t *tx) writeChanges(seq int64, run *erase.Run, changes *erase.Changes) error {
	if changes.Run {
		_, err := t.exec("UPDATE runs SET reason = ?, message = ?, detail = ? WHERE seq = ?",
			nullText(run.Cause.Reason), nullText(run.Cause.Message), nullText(run.Cause.Detail), seq)
		if err != nil {
			return err
		}
	}
	if p := &run.Payload; changes.Payload {
		_, err := t.exec("UPDATE payloads SET event = ?, body = ?, variables = ?, response = ?, output = ?, trace = ? WHERE run = ?",
			nullBlob(p.Event), nullBlob(p.Body), nullBlob(p.Variables), nullBlob(p.Response), nullBlob(p.Output), nullBlob(p.Trace), seq)
		if err != nil {
			return err
		}
	}
	if len(changes.Steps) > 0 {
		if err := t.unpackSteps(seq); err != nil {
			return err
		}
	}
	for i := range changes.Steps {
		s := &changes.Steps[i]
		_, err := t.exec("UPDATE steps SET path = ?, input = ?, output = ?, size = ?, reason = ?, message = ?, detail = ? WHERE run = ? AND path = ?",
			[]byte(s.Path), nullBlob(s.Input), nullBlob(s.Output), cuttableSize(&s.Step),
			nullText(s.Cause.Reason), nullText(s.Cause.Message), nullText(s.Cause.Detail), seq, []byte(s.OldPath))
		if err != nil {
			return err
		}
	}
	return nil
}
