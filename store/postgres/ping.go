package postgres

import (
	"context"

	"github.com/webhook-gateway/gateway/store"
)

// Ping writes.
func (s *Store) Ping(ctx context.Context) error { return s.intake.Do(ctx, &ping{shard: s.shard}) }

type ping struct{ shard int16 }

func (p *ping) size() int           { return 0 }
func (p *ping) ends() []store.Claim { return nil }
func (p *ping) ask(*intake)         {}

func (p *ping) decide(in *intake) error {
	if !in.pinged {
		in.queue("UPDATE shards SET ping = clock() WHERE shard = $1", p.shard)
		in.pinged = true
	}
	return nil
}
