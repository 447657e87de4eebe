package postgres

import (
	"context"

	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/erase"
)

// write writes what a batch found, and notes how far it has come.
func (b *hideBatch) write(ctx context.Context, t *tx, done *store.Erased, shard int16) error {
	if err := b.writeRuns(ctx, t, done, shard); err != nil {
		return err
	}
	for i := range b.keys {
		k := &b.keys[i]
		var changed bool
		each(t.queue("UPDATE keys SET value = $4 WHERE scope = $1 AND name = $2 AND value = $3 RETURNING true", k.scope, k.name, k.value, bytea(k.clean)),
			[]any{&changed}, func() error {
				done.Keys++
				return nil
			})
	}
	b.wait(t, b.open)
	b.moveOn(t)
	return t.send(ctx)
}

// wait notes runs that are not over.
func (b *hideBatch) wait(t *tx, ids [][16]byte) {
	if len(ids) > 0 {
		t.queue("INSERT INTO hiding_runs (contact, run) SELECT $1, u.id FROM unnest($2::uuid[]) AS u (id) ON CONFLICT DO NOTHING", b.contact, ids)
	}
}

// moveOn notes how far the batch has come, unless another has moved on or the
// address was noted once more meanwhile.
func (b *hideBatch) moveOn(t *tx) {
	t.queue(`UPDATE hidings SET phase = $6, run = $7, scope = $8, name = $9
		WHERE contact = $1 AND noted = $2 AND phase = $3 AND run = $4 AND (scope, name) = ($5::text, $10::bytea)`,
		b.contact, b.noted, b.phase, b.run, b.scope, b.next.phase, b.next.run, b.next.scope, nonNil(b.next.name), nonNil(b.name))
	t.queue("DELETE FROM hidings h WHERE contact = $1 AND phase = $2 AND NOT EXISTS (SELECT 1 FROM hiding_runs r WHERE r.contact = h.contact)", b.contact, hidingOpen)
}

// writeRuns takes the address out of runs that are still over.
func (b *hideBatch) writeRuns(ctx context.Context, t *tx, done *store.Erased, shard int16) error {
	if len(b.found) == 0 {
		return nil
	}
	found, err := readTraces(ctx, t, b.found, " FOR UPDATE")
	if err != nil {
		return err
	}
	waited := map[[16]byte]bool{}
	var over, open, changed [][16]byte
	for _, id := range b.found {
		if tr := found[id]; tr != nil && tr.state <= store.Running {
			open = append(open, id)
		} else {
			over = append(over, id)
		}
	}
	var id [16]byte
	each(t.queue("DELETE FROM hiding_runs WHERE contact = $1 AND run = ANY($2::uuid[]) RETURNING run", b.contact, over), []any{&id}, func() error {
		waited[id] = true
		return nil
	})
	if err := t.send(ctx); err != nil {
		return err
	}
	b.wait(t, open)
	for _, id := range over {
		tr := found[id]
		if tr == nil {
			continue
		}
		erased := tr.Erase(b.cleaner)
		if erased.Unread && waited[id] {
			done.Unread++
		}
		if erased.Any() {
			done.Runs++
			changed = append(changed, id)
			writeTrace(t, id, &tr.Trace, erased)
		}
	}
	if len(changed) > 0 {
		resize(t, changed, shard)
	}
	return nil
}

func writeTrace(t *tx, id [16]byte, tr *erase.Trace, e *erase.Changes) {
	if e.Run {
		t.queue("UPDATE runs SET okey = $2, reason = $3, message = $4 WHERE id = $1",
			id, bytea([]byte(tr.OrderKey)), orNull(tr.Cause.Reason), orNull(tr.Cause.Message))
	}
	if p := &tr.Payload; e.Payload {
		t.queue("UPDATE payloads SET event = $2, body = $3, variables = $4, response = $5, output = $6 WHERE run = $1",
			id, bytea(p.Event), bytea(p.Body), bytea(p.Variables), bytea(p.Response), bytea(p.Output))
	}
	for i := range e.Steps {
		s := &e.Steps[i]
		t.queue("UPDATE steps SET path = $3, input = $4, output = $5, reason = $6, message = $7 WHERE run = $1 AND path = $2",
			id, []byte(s.Was), []byte(s.Path), bytea(s.Input), bytea(s.Output), orNull(s.Cause.Reason), orNull(s.Cause.Message))
	}
}
