package sqlite

import (
	"context"
	"database/sql/driver"
	"math"

	"github.com/webhook-gateway/gateway/store"
)

// AppendAudit adds an entry to the audit log.
func (s *Store) AppendAudit(ctx context.Context, e store.AuditEntry) error {
	e = e.Clean()
	return s.writer.do(ctx, func(t *tx) error {
		_, err := t.exec("INSERT INTO audit (at, who, address, action, target, result) VALUES (?, ?, ?, ?, ?, ?)",
			t.now, e.Who, e.Address, e.Action, e.Target, e.Result)
		if err == nil {
			_, err = t.exec("DELETE FROM audit WHERE number <= (SELECT max(number) FROM audit) - ?", int64(store.MaxAuditEntries))
		}
		return err
	})
}

// ListAudit returns a page of the audit log.
func (s *Store) ListAudit(ctx context.Context, q store.AuditQuery) (store.AuditPage, error) {
	before := int64(math.MaxInt64)
	if q.After > 0 {
		before = q.After
	}
	var entries []store.AuditEntry
	err := s.readers.withView(ctx, func(v *view) error {
		entries = nil
		return v.query("SELECT number, at, who, address, action, target, result FROM audit WHERE number < ? ORDER BY number DESC LIMIT ?", func(r []driver.Value) error {
			entries = append(entries, store.AuditEntry{
				Number: intOf(r[0]), At: timeOf(r[1]), Who: textOf(r[2]), Address: textOf(r[3]), Action: textOf(r[4]), Target: textOf(r[5]), Result: textOf(r[6]),
			})
			return nil
		}, before, int64(q.PageSize()+1))
	})
	return q.PageOf(entries), err
}
