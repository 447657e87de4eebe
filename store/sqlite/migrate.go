package sqlite

import (
	"database/sql/driver"
	"embed"
	"fmt"
	"io/fs"

	"github.com/webhook-gateway/gateway/store"
)

//go:embed migrations/*.sql
var migrations embed.FS

// application marks the file as a store, in its header: "gwdb".
const application = 0x67776462

// migrate updates the tables, in the current transaction. The n-th migration
// file, by name, makes version n.
func (t *tx) migrate() error {
	files, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return err
	}
	var version, mark int64
	if _, err := t.queryRow("PRAGMA user_version", func(v []driver.Value) { version = intOf(v[0]) }); err != nil {
		return err
	}
	if _, err := t.queryRow("PRAGMA application_id", func(v []driver.Value) { mark = intOf(v[0]) }); err != nil {
		return err
	}
	switch {
	case version > int64(len(files)):
		return fmt.Errorf("%w: its tables have version %d, this program knows %d", store.ErrNewer, version, len(files))
	case version > 0 && mark != application:
		return fmt.Errorf("%s is a database of another program", FileName)
	case version == int64(len(files)):
		return nil
	case version > 0:
		t.warn(store.UpdatesTables)
	}
	for _, name := range files[version:] {
		if err := t.applyMigration(name); err != nil {
			return fmt.Errorf("bringing the tables up to date with %s: %w", name, err)
		}
	}
	return t.conn.execScript(fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d", application, len(files)))
}

func (t *tx) applyMigration(name string) error {
	text, err := migrations.ReadFile(name)
	if err != nil {
		return err
	}
	return t.conn.execScript(string(text))
}
