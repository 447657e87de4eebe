package postgres

import (
	"context"
	"time"

	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/erase"
)

// Phases of taking an address out of the history; see the table hidings.
const (
	hidingRuns int = iota
	hidingKeys
	hidingLateRuns
	hidingLateKeys
	hidingOpen
)

// hiding is an address that is to be taken out of the history, and how far that
// has come.
type hiding struct {
	contact string
	noted   time.Time
	due     bool // what was recorded late can be gone through
	phase   int
	run     [16]byte
	scope   string
	name    []byte
}

// noteHiding notes that an address is to be hidden in what came until now.
func noteHiding(ctx context.Context, t *tx, key string) error {
	var now time.Time
	each(t.queue("SELECT clock()"), []any{&now}, func() error { return nil })
	if err := t.send(ctx); err != nil {
		return err
	}
	id, _ := store.FirstID(now.Add(time.Millisecond))
	t.queue(`INSERT INTO hidings (contact, noted, phase, run, scope, name) VALUES ($1, $2, 0, $3, '', '')
		ON CONFLICT (contact) DO UPDATE SET noted = excluded.noted, phase = 0, run = excluded.run, scope = '', name = ''`, key, now, [16]byte(id))
	// Each part has an index of its own.
	t.queue(`INSERT INTO hiding_runs (contact, run) SELECT $1, id FROM (
			SELECT id FROM runs WHERE state <= 1 UNION SELECT id FROM runs WHERE state = 2 UNION SELECT id FROM runs WHERE state = 3) open
		ON CONFLICT DO NOTHING`, key)
	return nil
}

// Hide takes addresses out of the history. Several gateways may do so at once.
func (s *Store) Erase(ctx context.Context, q store.EraseQuery) (store.Erased, error) {
	var out store.Erased
	ctx, cancel, err := s.begin(ctx)
	if err != nil {
		return out, err
	}
	defer cancel()
	if q.NewEraser == nil {
		q.NewEraser = erase.New
	}
	all, err := s.hidings(ctx, store.ContactKey(q.Email))
	if err != nil {
		return out, err
	}
	e := effort{runs: max(q.Limit, 1), bytes: pageBytes}
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
type effort struct {
	runs  int
	bytes int64
}

func (e *effort) spent() bool { return e.runs <= 0 || e.bytes <= 0 }

const ofContact = " WHERE $1 = '' OR contact = $1"

// hidings reads what is noted, of one address where one is given.
func (s *Store) hidings(ctx context.Context, key string) ([]hiding, error) {
	var all []hiding
	err := transact(ctx, s.readers, func(ctx context.Context, t *tx) error {
		all = nil
		var h hiding
		each(t.queue("SELECT contact, noted, clock() >= noted + $2::bigint * interval '1 second', phase, run, scope, name FROM hidings"+ofContact,
			key, int64(store.LateRecordTime/time.Second)), []any{&h.contact, &h.noted, &h.due, &h.phase, &h.run, &h.scope, &h.name}, func() error {
			all = append(all, h)
			h.name = nil
			return nil
		})
		return t.send(ctx)
	})
	return all, err
}

// openHidings counts runs that are not over and wait to be gone through.
func (s *Store) openHidings(ctx context.Context, key string) (n int, err error) {
	err = transact(ctx, s.readers, func(ctx context.Context, t *tx) error {
		each(t.queue("SELECT count(DISTINCT run) FROM hiding_runs"+ofContact, key), []any{&n}, func() error { return nil })
		return t.send(ctx)
	})
	return n, err
}

// hide goes on with one address: it looks for it without locks, and then writes
// what it found in one transaction.
func (s *Store) hide(ctx context.Context, b *hideBatch, out *store.Erased) error {
	before := *b.effort
	err := transact(ctx, s.readers, func(ctx context.Context, t *tx) error {
		*b.effort = before
		return b.look(ctx, t)
	})
	if err != nil {
		return err
	}
	var done store.Erased
	err = transact(ctx, s.writers, func(ctx context.Context, t *tx) error {
		done = store.Erased{Unread: b.unread, More: out.More || b.more}
		return b.write(ctx, t, &done, s.shard)
	})
	if err == nil {
		out.Add(done)
	}
	return err
}
