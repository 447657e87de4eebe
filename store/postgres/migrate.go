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

// The files of migrations are applied in the order of their names, each once.
// What a released version has applied never changes.
//
//go:embed migrations/*.sql
var migrations embed.FS

// migrate brings the schema up to date.
func migrate(ctx context.Context, c *connector) error {
	conn, err := c.connect(ctx)
	if err != nil {
		return wrapReadError(ctx, err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	if err := checkServer(ctx, conn); err != nil {
		return err
	}
	if err := migrateSchema(ctx, conn, c.schema); err != nil {
		return fmt.Errorf("the schema %q: %w", c.schema, err)
	}
	return checkPrivileges(ctx, conn)
}

// upgrade applies what is missing in one transaction.
func migrateSchema(ctx context.Context, conn *pgx.Conn, schema string) error {
	t, err := conn.Begin(ctx)
	if err != nil {
		return wrapReadError(ctx, err)
	}
	if err := applyMigrations(ctx, t, schema); err != nil {
		return errors.Join(err, t.Rollback(context.WithoutCancel(ctx)))
	}
	return wrapReadError(ctx, t.Commit(ctx))
}

// checkServer refuses a server that can't be written to, and a database whose
// texts are not UTF-8.
func checkServer(ctx context.Context, conn *pgx.Conn) error {
	var encoding, readOnly string
	const settings = "SELECT current_setting('server_encoding'), current_setting('transaction_read_only')"
	if err := conn.QueryRow(ctx, settings).Scan(&encoding, &readOnly); err != nil {
		return wrapReadError(ctx, err)
	}
	if readOnly == "on" {
		return wrapReadError(ctx, &pgconn.PgError{Severity: "ERROR", Code: codeReadOnly, Message: "its transactions are read-only"})
	}
	if encoding != "UTF8" {
		return fmt.Errorf("the database %q has the encoding %s; the store needs one with UTF8", conn.Config().Database, encoding)
	}
	return nil
}

// apply applies the migrations that are missing. Of several gateways that start
// at once, one does so and the others wait; what lasts longer than the lock of
// a server without such locks fails on a key, and starts over.
func applyMigrations(ctx context.Context, t pgx.Tx, schema string) error {
	if _, err := t.Exec(ctx, "SELECT pg_advisory_xact_lock(hashtext($1))", "gateway migrations of "+schema); err != nil {
		return wrapReadError(ctx, err)
	}
	applied, err := schemaVersion(ctx, t, schema)
	if err != nil {
		return wrapReadError(ctx, err)
	}
	files, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return err
	}
	slices.Sort(files)
	if applied > len(files) {
		return fmt.Errorf("%w: it has version %d, and this program knows %d; run the newer one, or name another schema with search_path in the URL", store.ErrNewer, applied, len(files))
	}
	for i, name := range files[applied:] {
		text, err := migrations.ReadFile(name)
		if err != nil {
			return err
		}
		if _, err := t.Conn().PgConn().Exec(ctx, string(text)).ReadAll(); err != nil {
			return wrapReadError(ctx, fmt.Errorf("%s: %w", name, err))
		}
		if _, err := t.Exec(ctx, "INSERT INTO versions (version, applied) VALUES ($1, now())", applied+i+1); err != nil {
			return wrapReadError(ctx, err)
		}
	}
	return nil
}

// version returns how many migrations were applied, and makes the schema where
// there is none. Nothing is made that is there, as the role may not be allowed
// to.
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

// checkRights refuses tables that the user may not use, which would show when
// the first run is to be kept.
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
		return wrapReadError(ctx, err)
	}
	return wrapReadError(ctx, &pgconn.PgError{Severity: "ERROR", Code: codePrivilege, Message: fmt.Sprintf("permission denied for table %s", table)})
}
