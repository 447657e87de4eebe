package sqlite

import (
	"database/sql/driver"
	"fmt"
)

// maxCompact is the size up to which a file of an earlier version is written anew
// when it is opened, which takes some seconds.
const maxCompact = 256 << 20

// convertFile makes the file of an earlier version give back free space (see
// shrink).
func (t *tx) convertFile() {
	var mode int64
	_, err := t.queryRow("PRAGMA auto_vacuum", func(v []driver.Value) { mode = intOf(v[0]) })
	if err == nil && mode == 0 {
		t.compact("keeps its size when runs are deleted")
	}
}

// compact writes the file anew, between two transactions: without free space,
// and with auto_vacuum. For a large file, somebody has to choose the time. The
// file works as it is, so a failure is no error, and what the file does then is a
// warning.
func (t *tx) compact(otherwise string) {
	var size int64
	_, err := t.queryRow("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size", func(v []driver.Value) { size = intOf(v[0]) })
	command := fmt.Sprintf("sqlite3 %q 'PRAGMA auto_vacuum = INCREMENTAL; VACUUM'", t.files.path)
	if err == nil && size > t.maxCompact {
		t.warn(fmt.Sprintf("the store file, which an earlier version made, %s; to convert it, stop the gateway and run %s", otherwise, command))
		return
	}
	if err == nil {
		err = t.vacuum()
	}
	if err != nil {
		t.warn(fmt.Sprintf("the store file, which an earlier version made, %s, because it can't be converted (%v); stop the gateway, make space and run %s", otherwise, err, command))
		_ = t.closeConn() // the next transaction begins with a new one
	}
}

// vacuum copies all data. The connection keeps temporary data in memory, but the
// copy goes to a file.
func (t *tx) vacuum() error {
	err := t.conn.execScript("PRAGMA temp_store = FILE; PRAGMA auto_vacuum = INCREMENTAL; VACUUM; PRAGMA wal_checkpoint(TRUNCATE)")
	if reset := t.conn.execScript("PRAGMA temp_store = MEMORY"); err == nil {
		err = reset
	}
	return err
}
