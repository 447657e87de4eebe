package sqlite_test

import (
	"database/sql"
	"path/filepath"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/sqlite"
	"github.com/webhook-gateway/gateway/store/storetest"
)

func TestSuite(t *testing.T) {
	t.Parallel()
	storetest.Run(t, storetest.Engine{
		Place: func(t *testing.T) string { return t.TempDir() },
		Open: func(place string, o storetest.Options) (store.Store, error) {
			s, err := sqlite.Open(sqlite.Options{Dir: place, Clock: o.Clock, Elapsed: o.Clock.Elapsed, KeyHash: o.KeyHash, NewKey: o.NewKey})
			if err != nil {
				return nil, err
			}
			return s, nil
		},
		Execute: func(t *testing.T, place, statement string, args ...any) (n int64) {
			useFile(t, filepath.Join(place, sqlite.FileName), func(db *sql.DB) error {
				r, err := db.ExecContext(t.Context(), strings.ReplaceAll(statement, "$", "?"), args...)
				if err != nil {
					return err
				}
				n, err = r.RowsAffected()
				return err
			})
			return n
		},
	})
}
