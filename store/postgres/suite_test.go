package postgres_test

import (
	"context"
	"fmt"
	"os"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/testutil/postgrestest"
	"github.com/webhook-gateway/gateway/internal/testutil/signaltest"
	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/postgres"
	"github.com/webhook-gateway/gateway/store/storetest"
)

var server postgrestest.Shared

func TestMain(m *testing.M) { os.Exit(server.Main(m)) }

// open opens a store that is closed with the test.
func open(t testing.TB, url string) store.Store {
	t.Helper()
	s, err := postgres.Open(t.Context(), url, postgres.Options{Clock: clock.System{}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// execute executes statements in a database, as another program.
func execute(t testing.TB, url string, statements ...string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
	for _, s := range statements {
		if _, err := conn.Exec(t.Context(), s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

func TestSuite(t *testing.T) {
	t.Parallel()
	url := server.Database(t)
	var schemas atomic.Int64
	storetest.Run(t, storetest.Engine{
		Place: func(*testing.T) string { return fmt.Sprintf("%s&search_path=suite_%d", url, schemas.Add(1)) },
		Open: func(place string, o storetest.Options) (store.Store, error) {
			s, err := postgres.Open(context.Background(), place, postgres.Options{Clock: signaltest.PatientClock{}, KeyHash: o.KeyHash, NewKey: o.NewKey})
			if err != nil {
				return nil, err
			}
			return newClockedStore(place, s, o.Clock)
		},
		Execute: func(t *testing.T, place, statement string, args ...any) int64 {
			conn, err := pgx.Connect(t.Context(), place)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
			tag, err := conn.Exec(t.Context(), statement, args...)
			if err != nil {
				t.Fatalf("%s: %v", statement, err)
			}
			return tag.RowsAffected()
		},
		Shared: true,
	})
}
