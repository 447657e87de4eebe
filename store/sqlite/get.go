package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/webhook-gateway/gateway/store"
)

// Get returns all of a run.
func (s *Store) Get(ctx context.Context, id string) (*store.Run, error) {
	key, err := store.ParseID(id)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", store.ErrNotFound, err)
	}
	tx, err := s.readers.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return nil, s.reading(err)
	}
	defer func() { _ = tx.Rollback() }() // it has only read
	run, err := s.readRun(ctx, tx, key)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fmt.Errorf("%w: run %s", store.ErrNotFound, id)
	}
	return run, s.reading(err)
}

const selectRun = "SELECT " + columns + ", r.seq, r.cut, r.okey FROM runs r WHERE r.id = ?"

func (s *Store) readRun(ctx context.Context, tx *sql.Tx, id store.ID) (*store.Run, error) {
	var r summaryRow
	var seq int64
	var okey []byte
	run := &store.Run{}
	if err := tx.StmtContext(ctx, s.statements.run).QueryRowContext(ctx, id[:]).Scan(append(r.fields(), &seq, &run.Cut, &okey)...); err != nil {
		return nil, err
	}
	run.Summary, run.OrderKey = r.summary(), string(okey)
	if l, ok := s.leases.get(seq); ok && run.State == store.Running {
		run.Owner, run.Lease = l.owner, s.leaseEnd(l)
	}
	row := tx.StmtContext(ctx, s.statements.payload).QueryRowContext(ctx, seq)
	if err := scanPayload(row, &run.Payload); err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, err
	}
	var err error
	run.Steps, err = readSteps(ctx, tx.StmtContext(ctx, s.statements.steps), seq)
	return run, err
}

// leaseEnd is the time of day at which a lease ends as things stand.
func (s *Store) leaseEnd(l lease) time.Time {
	if l.until == ended {
		return time.Time{}
	}
	left := l.until - s.clock.source.Elapsed()
	return time.UnixMilli(s.clock.now()).Add(left)
}
