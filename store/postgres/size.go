package postgres

import "context"

// Size returns how many bytes the tables of the schema take, their indexes and
// long values included.
func (s *Store) Size(ctx context.Context) (size int64, err error) {
	// The server looks at each file. It leaves out a table that is dropped meanwhile.
	const sum = `SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint FROM pg_class c
		JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relkind = 'r'`
	err = s.readPool.QueryRow(ctx, sum, s.schema).Scan(&size)
	return size, wrapContextError(ctx, err)
}
