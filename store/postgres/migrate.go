package postgres

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/webhook-gateway/gateway/store"
)

// The files of migrations are applied in the order of their names, each once. A
// file that was released never changes.
//
//go:embed migrations/*.sql
var migrations embed.FS

// migrate updates the tables.
func migrate(ctx context.Context, c *connector, o Options) error {
	conn, err := c.connect(ctx)
	if err != nil {
		return wrapContextError(ctx, err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	if err := checkServer(ctx, conn); err != nil {
		return err
	}
	if err := migrateSchema(ctx, conn, c.schema, o); err != nil {
		return fmt.Errorf("the schema %q: %w", c.schema, err)
	}
	hasher := keyHasher{KeyHash: o.KeyHash, accept: o.NewKey, conn: conn, schema: c.schema}
	if err := hasher.hashOldKeys(ctx); err != nil {
		return fmt.Errorf("the schema %q: %w", c.schema, err)
	}
	return checkPrivileges(ctx, conn)
}

// migrateSchema applies the missing migrations in one transaction.
func migrateSchema(ctx context.Context, conn *pgx.Conn, schema string, o Options) error {
	t, err := conn.Begin(ctx)
	if err != nil {
		return wrapContextError(ctx, err)
	}
	if err := applyMigrations(ctx, t, schema, o); err != nil {
		return errors.Join(err, t.Rollback(context.WithoutCancel(ctx)))
	}
	return wrapContextError(ctx, t.Commit(ctx))
}

// checkServer refuses a server that cannot be written to, and a database whose
// encoding is not UTF-8.
func checkServer(ctx context.Context, conn *pgx.Conn) error {
	var encoding, readOnly string
	const settings = "SELECT current_setting('server_encoding'), current_setting('transaction_read_only')"
	if err := conn.QueryRow(ctx, settings).Scan(&encoding, &readOnly); err != nil {
		return wrapContextError(ctx, err)
	}
	if readOnly == "on" {
		return wrapContextError(ctx, &pgconn.PgError{Severity: "ERROR", Code: codeReadOnly, Message: "its transactions are read-only"})
	}
	if encoding != "UTF8" {
		return fmt.Errorf("the database %q has the encoding %s; the store needs one with UTF8", conn.Config().Database, encoding)
	}
	return nil
}

// lockMigrations waits until no other gateway migrates the schema.
func lockMigrations(ctx context.Context, t pgx.Tx, schema string) error {
	_, err := t.Exec(ctx, "SELECT pg_advisory_xact_lock(hashtext($1))", "gateway migrations of "+schema)
	return err
}

// applyMigrations applies the missing migrations. Of several gateways that
// start at once, one applies them and the others wait. On a server without
// advisory locks, the slower gateway fails with a duplicate key, and the next
// start succeeds.
func applyMigrations(ctx context.Context, t pgx.Tx, schema string, o Options) error {
	if err := lockMigrations(ctx, t, schema); err != nil {
		return wrapContextError(ctx, err)
	}
	applied, err := schemaVersion(ctx, t, schema)
	if err != nil {
		return wrapContextError(ctx, err)
	}
	files, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return err
	}
	slices.Sort(files)
	if applied > len(files) {
		return fmt.Errorf("%w: its tables have version %d, this program knows %d; run the newer one, or name another schema with search_path in the URL", store.ErrNewer, applied, len(files))
	}
	if 0 < applied && applied < len(files) && o.Warn != nil {
		o.Warn(store.UpdatesTables)
	}
	for i, name := range files[applied:] {
		text, err := migrations.ReadFile(name)
		if err != nil {
			return err
		}
		if _, err := t.Conn().PgConn().Exec(ctx, string(text)).ReadAll(); err != nil {
			return wrapContextError(ctx, fmt.Errorf("%s: %w", name, err))
		}
		if _, err := t.Exec(ctx, "INSERT INTO versions (version, applied) VALUES ($1, now())", applied+i+1); err != nil {
			return wrapContextError(ctx, err)
		}
	}
	return nil
}

// schemaVersion returns how many migrations were applied. It makes the schema
// and its table of versions only if they do not exist, because the role may not
// be allowed to make them.
func schemaVersion(ctx context.Context, t pgx.Tx, schema string) (int, error) {
	for _, part := range []struct{ exists, make string }{
		{"SELECT EXISTS (SELECT 1 FROM information_schema.schemata WHERE schema_name = $1)", "CREATE SCHEMA " + pgx.Identifier{schema}.Sanitize()},
		{
			"SELECT EXISTS (SELECT 1 FROM information_schema.tables WHERE table_schema = $1 AND table_name = 'versions')",
			"CREATE TABLE versions (version int PRIMARY KEY, applied timestamptz NOT NULL)",
		},
	} {
		var exists bool
		if err := t.QueryRow(ctx, part.exists, schema).Scan(&exists); err != nil {
			return 0, err
		}
		if exists {
			continue
		}
		if _, err := t.Exec(ctx, part.make); err != nil {
			return 0, err
		}
	}
	var n int
	err := t.QueryRow(ctx, "SELECT coalesce(max(version), 0) FROM versions").Scan(&n)
	return n, err
}

// checkPrivileges refuses tables that the user may not read and write.
// Otherwise the first run would show that.
func checkPrivileges(ctx context.Context, conn *pgx.Conn) error {
	const closed = `SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE n.nspname = current_schema() AND c.relkind = 'r' AND NOT (has_table_privilege(c.oid, 'SELECT')
		AND has_table_privilege(c.oid, 'INSERT') AND has_table_privilege(c.oid, 'UPDATE') AND has_table_privilege(c.oid, 'DELETE')) ORDER BY 1 LIMIT 1`
	var table string
	err := conn.QueryRow(ctx, closed).Scan(&table)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nil
	case err != nil:
		return wrapContextError(ctx, err)
	}
	return wrapContextError(ctx, &pgconn.PgError{Severity: "ERROR", Code: codePrivilege, Message: fmt.Sprintf("permission denied for table %s", table)})
}
