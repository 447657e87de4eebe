package sqlite_test

import (
	"testing"

	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/sqlite"
	"github.com/webhook-gateway/gateway/store/storetest"
)

func TestSuite(t *testing.T) {
	t.Parallel()
	storetest.Run(t, storetest.Engine{
		Place: func(t *testing.T) string { return t.TempDir() },
		Open: func(place string, c *storetest.Clock) (store.Store, error) {
			s, err := sqlite.Open(sqlite.Options{Dir: place, Clock: c, Elapsed: c.Elapsed})
			if err != nil {
				return nil, err
			}
			return s, nil
		},
	})
}
