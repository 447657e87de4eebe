package postgres

import (
	"context"
	"math"
	"time"

	"github.com/webhook-gateway/gateway/store"
)

// AppendAudit adds an entry to the audit log.
func (s *Store) AppendAudit(ctx context.Context, e store.AuditEntry) error {
	ctx, cancel, err := s.detachContext(ctx)
	if err != nil {
		return err
	}
	defer cancel()
	e = e.Clean()
	return inTransaction(ctx, s.writePool, func(_ context.Context, t *tx) error {
		t.addSQL("INSERT INTO audit (at, who, address, action, target, result) VALUES (clock(), $1, $2, $3, $4, $5)",
			e.Who, e.Address, e.Action, e.Target, e.Result)
		t.addSQL("DELETE FROM audit WHERE number <= (SELECT max(number) FROM audit) - $1", store.MaxAuditEntries)
		return nil
	})
}

// ListAudit returns a page of the audit log.
func (s *Store) ListAudit(ctx context.Context, q store.AuditQuery) (store.AuditPage, error) {
	before := int64(math.MaxInt64)
	if q.After > 0 {
		before = q.After
	}
	var entries []store.AuditEntry
	err := inTransaction(ctx, s.readPool, func(_ context.Context, t *tx) error {
		entries = nil
		var e store.AuditEntry
		var at time.Time
		read := t.addSQL("SELECT number, at, who, address, action, target, result FROM audit WHERE number < $1 ORDER BY number DESC LIMIT $2", before, q.PageSize()+1)
		scanRows(read, []any{&e.Number, &at, &e.Who, &e.Address, &e.Action, &e.Target, &e.Result}, func() error {
			e.At = timeOf(&at)
			entries = append(entries, e)
			return nil
		})
		return nil
	})
	return q.PageOf(entries), wrapContextError(ctx, err)
}
