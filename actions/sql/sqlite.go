package sql

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"math/big"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"modernc.org/sqlite"

	"github.com/webhook-gateway/gateway/actions/local"
	"github.com/webhook-gateway/gateway/flow"
)

func sqliteEngine() *engine {
	return &engine{
		title: "SQLite", placeholder: "?",
		syntax:   syntax{numbered: true, question: true, names: true, backtick: true, bracket: true},
		open:     openSQLite,
		argument: func(v any) (any, error) { return convertArgument(v, exactFloat) },
		column:   sqliteColumn,
		explain:  explainSQLite,
	}
}

// exactFloat passes a number as a 64-bit float if that is exact, and as text
// if not: SQLite has no exact decimals.
func exactFloat(text string) any {
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return text
	}
	exact, ok := new(big.Rat).SetString(text)
	shortest, ok2 := new(big.Rat).SetString(strconv.FormatFloat(f, 'g', -1, 64))
	if !ok || !ok2 || exact.Cmp(shortest) != 0 {
		return text
	}
	return f
}

func openSQLite(n *Connection, out surroundings) (*backend, error) {
	if len(out.folders) == 0 {
		return nil, errors.New("flows may not write files here, and a database of SQLite is one; start the gateway with --allow-path FOLDER (or GATEWAY_ALLOW_PATH) to let them write below a folder")
	}
	folder, name, err := local.Folders(out.folders).Locate(n.target.database)
	if err != nil {
		return nil, errors.New("the file of the database lies below none of the folders that flows may write to; --allow-path names those")
	}
	return &backend{connector: &sqliteFile{folder: folder, path: filepath.Join(folder, name)}, prepare: prepareSQLite}, nil
}

// sqliteFile connects to a database file below an allowed folder.
type sqliteFile struct{ folder, path string }

// Connect opens the file. It resolves the path each time, as links may change.
func (f *sqliteFile) Connect(ctx context.Context) (driver.Conn, error) {
	path, err := f.resolvePath()
	if err != nil {
		return nil, err
	}
	params := url.Values{"_pragma": {"busy_timeout(5000)", "foreign_keys(1)"}, "_txlock": {"immediate"}}
	connector, err := sqlite.NewConnector((&url.URL{Scheme: "file", OmitHost: true, Path: filepath.ToSlash(path), RawQuery: params.Encode()}).String())
	if err != nil {
		return nil, err
	}
	return connector.Connect(ctx)
}

// Driver returns SQLite's driver.
func (f *sqliteFile) Driver() driver.Driver { return &sqlite.Driver{} }

// resolvePath follows symbolic links and refuses those that lead out of the
// folder. The file itself need not exist.
func (f *sqliteFile) resolvePath() (string, error) {
	folder, err := filepath.EvalSymlinks(f.folder)
	if err != nil {
		return "", errNoFolder
	}
	path, err := filepath.EvalSymlinks(f.path)
	if err != nil {
		dir, err := filepath.EvalSymlinks(filepath.Dir(f.path))
		if err != nil {
			return "", errNoFolder
		}
		path = filepath.Join(dir, filepath.Base(f.path))
		if _, err := os.Lstat(path); err == nil {
			return "", errLedOut // a dangling link
		}
	}
	if below, err := filepath.Rel(folder, path); err != nil || !filepath.IsLocal(below) {
		return "", errLedOut
	}
	return path, nil
}

var (
	errNoFolder = &flow.Error{Class: flow.Permanent, Message: "the folder of the database is not there"}
	errLedOut   = &flow.Error{Class: flow.Denied, Message: "the file of the database leads out of the folders that flows may write to by a symbolic link"}
)

// prepareSQLite makes the connection read-only for queries, which SQLite's own
// transactions can't.
func prepareSQLite(ctx context.Context, c *sql.Conn, readOnly bool) (func(), error) {
	_, err := c.ExecContext(ctx, fmt.Sprintf("PRAGMA query_only = %t", readOnly))
	return func() {}, err
}

// sqliteColumn returns the reader of a column. In SQLite each value has a type
// of its own.
func sqliteColumn(t *sql.ColumnType) func(any) (any, error) {
	kind := strings.ToUpper(t.DatabaseTypeName())
	isJSON := slices.Contains([]string{"JSON", "JSONB"}, kind)
	return func(v any) (any, error) {
		switch v := v.(type) {
		case []byte:
			return bytesColumn(v)
		case time.Time: // the driver parses texts in date columns
			if kind == "DATE" && v.Equal(v.Truncate(24*time.Hour)) {
				return dateColumn(v)
			}
		case int64:
			if kind == "BOOLEAN" && (v == 0 || v == 1) {
				return v == 1, nil
			}
		case string:
			if isJSON {
				return jsonColumn(v)
			}
		}
		return plainColumn(v)
	}
}
