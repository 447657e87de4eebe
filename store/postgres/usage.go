package postgres

import (
	"context"

	"github.com/webhook-gateway/gateway/store"
)

// Ping writes.
func (s *Store) Ping(ctx context.Context) error { return s.intake.do(ctx, &ping{shard: s.shard}) }

type ping struct{ shard int16 }

func (p *ping) weight() int         { return 0 }
func (p *ping) ends() []store.Claim { return nil }
func (p *ping) ask(*intake)         {}

func (p *ping) decide(in *intake) error {
	if !in.pinged {
		in.queue("UPDATE shards SET ping = clock() WHERE shard = $1", p.shard)
		in.pinged = true
	}
	return nil
}

// Usage tells how large the store is. Bytes is what the runs were counted as
// when they were written, indexes and all; File is what the tables take, with
// the space in them that is free.
func (s *Store) Usage(ctx context.Context) (store.Usage, error) {
	var u store.Usage
	const bytes = "SELECT coalesce(sum(bytes), 0)::bigint FROM shards"
	if err := s.readers.QueryRow(ctx, bytes).Scan(&u.Bytes); err != nil {
		return store.Usage{}, reading(ctx, err)
	}
	const file = "SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace" +
		" WHERE n.nspname = current_schema() AND c.relkind = 'r'"
	if err := s.readers.QueryRow(ctx, file).Scan(&u.File); err != nil && code(err) == "" {
		return store.Usage{}, reading(ctx, err) // not a server that can't tell
	}
	return u, nil
}
