package sql

import (
	"context"
	"database/sql/driver"
	"errors"
	"net/url"
	"os"
	"path/filepath"

	"modernc.org/sqlite"

	"github.com/webhook-gateway/gateway/actions/local"
	"github.com/webhook-gateway/gateway/flow"
)

func sqliteEngine() *engine {
	return &engine{
		title: "SQLite", placeholder: "?",
		syntax:  syntax{numbered: true, question: true, names: true, backtick: true, bracket: true},
		open:    openSQLite,
		explain: explainSQLite, flaw: sqliteFlaw,
		mapping: sqliteMappings(),
	}
}

func openSQLite(n *Connection, out surroundings) (*backend, error) {
	if len(out.folders) == 0 {
		return nil, errors.New("flows may not write files here, and a database of SQLite is one; start the gateway with --allow-path FOLDER (or GATEWAY_ALLOW_PATH) to let them write below a folder")
	}
	folder, name, err := local.Folders(out.folders).Locate(n.target.database)
	if err != nil {
		return nil, errors.New("the file of the database is not inside a folder that flows may write to; --allow-path names these folders")
	}
	f := &sqliteFile{folder: folder, path: filepath.Join(folder, name)}
	if err := f.driver.RegisterDeterministicScalarFunction("from_base64", 1, fromBase64); err != nil {
		return nil, err
	}
	return &backend{connector: f, begin: beginSQLite}, nil
}

// sqliteFile connects to a database file below an allowed folder.
type sqliteFile struct {
	driver       sqlite.Driver // with the functions for statements of flows
	folder, path string
}

// Connect opens the file. It resolves the path each time, as links may change.
func (f *sqliteFile) Connect(context.Context) (driver.Conn, error) {
	path, err := f.resolvePath()
	if err != nil {
		return nil, err
	}
	params := url.Values{"_pragma": {"busy_timeout(5000)", "foreign_keys(1)"}, "_txlock": {"immediate"}}
	return f.driver.Open((&url.URL{Scheme: "file", OmitHost: true, Path: filepath.ToSlash(path), RawQuery: params.Encode()}).String())
}

// Driver returns SQLite's driver.
func (f *sqliteFile) Driver() driver.Driver { return &f.driver }

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
