package sqlite

import (
	"context"
	"database/sql/driver"
	"time"

	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/erase"
)

// Phases of taking an address out of the history; see the table hidings.
const (
	hidingRuns int64 = iota
	hidingKeys
	hidingLateRuns
	hidingLateKeys
	hidingOpen
)

// hiding is an address that is to be taken out of the history, and how far that
// has come.
type hiding struct {
	contact string
	noted   int64
	phase   int64
	run     store.ID
	scope   string
	name    []byte
}

// noteHiding notes that an address is to be hidden in what came until now.
func (t *tx) noteHiding(key string) error {
	id, _ := store.FirstID(time.UnixMilli(t.now + 1))
	_, err := t.exec("INSERT OR REPLACE INTO hidings (contact, noted, phase, run, scope, name) VALUES (?, ?, 0, ?, '', x'')", key, t.now, id[:])
	if err != nil {
		return err
	}
	_, err = t.exec("INSERT OR IGNORE INTO hiding_runs (contact, run) SELECT ?, seq FROM runs WHERE state <= 3", key)
	return err
}

// Hide takes addresses out of the history.
func (s *Store) Erase(ctx context.Context, q store.EraseQuery) (store.Erased, error) {
	var out store.Erased
	if q.NewEraser == nil {
		q.NewEraser = erase.New
	}
	all, err := s.hidings(ctx, store.ContactKey(q.Email))
	if err != nil {
		return out, err
	}
	e := effort{runs: max(q.Limit, 1), bytes: searchEffort}
	for i := range all {
		if e.spent() {
			out.More = true
			break
		}
		b := &hideBatch{hiding: all[i], cleaner: q.NewEraser(all[i].contact), effort: &e}
		if err := s.hide(ctx, b, &out); err != nil {
			return out, err
		}
	}
	out.Open, err = s.openHidings(ctx, store.ContactKey(q.Email))
	return out, err
}

// effort is how much may still be looked at in one call.
type effort struct{ runs, bytes int }

func (e *effort) spent() bool { return e.runs <= 0 || e.bytes <= 0 }

const ofContact = " WHERE ?1 = '' OR contact = ?1"

// hidings reads what is noted, of one address where one is given.
func (s *Store) hidings(ctx context.Context, key string) ([]hiding, error) {
	var all []hiding
	err := s.readers.use(ctx, func(v *view) error {
		all = nil
		return v.query("SELECT contact, noted, phase, run, scope, name FROM hidings"+ofContact, func(v []driver.Value) error {
			all = append(all, hiding{text(v[0]), integer(v[1]), integer(v[2]), idOf(v[3]), text(v[4]), blobOf(v[5])})
			return nil
		}, key)
	})
	return all, err
}

// openHidings counts runs that are not over and wait to be gone through.
func (s *Store) openHidings(ctx context.Context, key string) (n int, err error) {
	err = s.readers.use(ctx, func(v *view) error {
		_, err := v.one("SELECT count(DISTINCT run) FROM hiding_runs"+ofContact, func(v []driver.Value) { n = int(integer(v[0])) }, key)
		return err
	})
	return n, err
}

// hide goes on with one address: it looks for it without holding up others, and
// then writes what it found in one transaction.
func (s *Store) hide(ctx context.Context, b *hideBatch, out *store.Erased) error {
	now := s.clock.now()
	if err := s.readers.use(ctx, func(v *view) error { return b.look(v, now) }); err != nil {
		return err
	}
	var done store.Erased
	err := s.writer.do(ctx, func(t *tx) error {
		done = store.Erased{Unread: b.unread, More: out.More || b.more}
		return t.writeHidden(b, &done)
	})
	if err != nil {
		return err
	}
	out.Add(done)
	return nil
}

// writeHidden writes what a batch found, and notes how far it has come.
func (t *tx) writeHidden(b *hideBatch, done *store.Erased) error {
	for _, seq := range b.found {
		if err := t.hideRun(b, seq, done); err != nil {
			return err
		}
	}
	for _, k := range b.keys {
		n, err := t.exec("UPDATE keys SET value = ? WHERE scope = ? AND name = ? AND value = ?", k.clean, k.scope, k.name, k.value)
		if err != nil {
			return err
		}
		done.Keys += int(n)
	}
	for _, seq := range b.open {
		if err := t.waitToHide(b, seq); err != nil {
			return err
		}
	}
	return t.moveOn(b)
}

// waitToHide notes a run that is not over.
func (t *tx) waitToHide(b *hideBatch, seq int64) error {
	_, err := t.exec("INSERT OR IGNORE INTO hiding_runs (contact, run) VALUES (?, ?)", b.contact, seq)
	return err
}

// moveOn notes how far the batch has come, unless another has moved on or the
// address was noted once more meanwhile.
func (t *tx) moveOn(b *hideBatch) error {
	_, err := t.exec("UPDATE hidings SET phase = ?, run = ?, scope = ?, name = ? WHERE contact = ? AND noted = ? AND phase = ? AND run = ? AND scope = ? AND name = ?",
		b.next.phase, b.next.run[:], b.next.scope, nonNil(b.next.name), b.contact, b.noted, b.phase, b.run[:], b.scope, nonNil(b.name))
	if err != nil {
		return err
	}
	_, err = t.exec("DELETE FROM hidings WHERE contact = ? AND phase = ? AND NOT EXISTS (SELECT 1 FROM hiding_runs r WHERE r.contact = hidings.contact)", b.contact, hidingOpen)
	return err
}

func nonNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// hideRun takes the address out of a run that is still over, or was deleted.
func (t *tx) hideRun(b *hideBatch, seq int64, done *store.Erased) error {
	trace, state, err := traceOf(t, seq)
	if err != nil && !damaged(err) {
		return err
	}
	if trace != nil && state <= store.Running {
		return t.waitToHide(b, seq)
	}
	waited, err := t.exec("DELETE FROM hiding_runs WHERE contact = ? AND run = ?", b.contact, seq)
	if err != nil || trace == nil {
		return err
	}
	erased := trace.Erase(b.cleaner)
	if erased.Unread && waited > 0 {
		done.Unread++
	}
	if !erased.Any() {
		return nil
	}
	done.Runs++
	return t.writeTrace(seq, trace, erased)
}

func (t *tx) writeTrace(seq int64, trace *erase.Trace, e *erase.Changes) error {
	if e.Run {
		_, err := t.exec("UPDATE runs SET okey = ?, reason = ?, message = ? WHERE seq = ?",
			blob([]byte(trace.OrderKey)), orNull(trace.Cause.Reason), orNull(trace.Cause.Message), seq)
		if err != nil {
			return err
		}
	}
	if p := &trace.Payload; e.Payload {
		_, err := t.exec("UPDATE payloads SET event = ?, body = ?, variables = ?, response = ?, output = ? WHERE run = ?",
			blob(p.Event), blob(p.Body), blob(p.Variables), blob(p.Response), blob(p.Output), seq)
		if err != nil {
			return err
		}
	}
	for i := range e.Steps {
		s := &e.Steps[i]
		_, err := t.exec("UPDATE steps SET path = ?, input = ?, output = ?, size = ?, reason = ?, message = ? WHERE run = ? AND path = ?",
			[]byte(s.Path), blob(s.Input), blob(s.Output), int64(max(len(s.Input), len(s.Output))),
			orNull(s.Cause.Reason), orNull(s.Cause.Message), seq, []byte(s.Was))
		if err != nil {
			return err
		}
	}
	return nil
}

// traceOf reads what a run has left; nil where it was deleted.
func traceOf(r asker, seq int64) (*erase.Trace, store.State, error) {
	t := &erase.Trace{}
	var state store.State
	found, err := r.one("SELECT state, okey, cut, reason, class, action, position, message FROM runs WHERE seq = ?", func(v []driver.Value) {
		state, t.OrderKey, t.Cut, t.Cause = stateOf(v[0]), string(blobOf(v[1])), integer(v[2]) != 0, cause(v[3:])
	}, seq)
	if err != nil || !found {
		return nil, 0, err
	}
	if _, err := payload(r, seq, &t.Payload); err != nil {
		return nil, 0, err
	}
	if t.Steps, err = steps(r, seq); err != nil {
		return nil, 0, err
	}
	return t, state, nil
}
