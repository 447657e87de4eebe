package postgres_test

import (
	"net/url"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/webhook-gateway/gateway/internal/testutil/postgrestest"
	"github.com/webhook-gateway/gateway/store"
)

// TestConfirmedIsDurable accepts, claims and puts back runs on a server that flushes
// its log only when it must. After each of them the log is durable, also for a user
// who may not call the function that flushes.
func TestConfirmedIsDurable(t *testing.T) {
	t.Parallel()
	server, err := postgrestest.Launch("wal_writer_delay=10s", "wal_writer_flush_after=1GB", "autovacuum=off")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	admin := server.URL("postgres")
	execute(t, admin, "CREATE ROLE plain LOGIN", "CREATE SCHEMA plain AUTHORIZATION plain")
	for _, signature := range []string{"boolean, text, text", "boolean, text, bytea"} {
		execute(t, admin, "REVOKE EXECUTE ON FUNCTION pg_logical_emit_message("+signature+") FROM PUBLIC")
	}
	for name, at := range map[string]string{
		"with the function": admin, "without the function": server.URLOf(url.User("plain"), "postgres") + "&search_path=plain",
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, at)
			conn, err := pgx.Connect(t.Context(), admin)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = conn.Close(t.Context()) })
			for range 5 {
				checkDurable(t, conn, s)
			}
		})
	}
}

func checkDurable(t *testing.T, conn *pgx.Conn, s store.Store) {
	t.Helper()
	during := func(what string, do func() error) {
		t.Helper()
		var before string
		if err := conn.QueryRow(t.Context(), "SELECT pg_current_wal_insert_lsn()::text").Scan(&before); err != nil {
			t.Fatal(err)
		}
		if err := do(); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		var durable bool
		if err := conn.QueryRow(t.Context(), "SELECT pg_current_wal_flush_lsn() > $1::text::pg_lsn", before).Scan(&durable); err != nil {
			t.Fatal(err)
		}
		if !durable {
			t.Errorf("%s: nothing of it is on the disk", what)
		}
	}
	run := submission()
	during("accept", func() error {
		_, err := s.Accept(t.Context(), run)
		return err
	})
	var got store.Claimed
	during("claim", func() (err error) {
		got, err = s.Claim(t.Context(), store.ClaimQuery{Owner: "test", Lease: time.Minute, Limit: 1, Flows: []store.FlowLimit{{Flow: run.Flow}}})
		return err
	})
	if len(got.Work) != 1 {
		t.Fatalf("claimed %d runs", len(got.Work))
	}
	during("release", func() error { return s.Release(t.Context(), got.Work[0].Claim) })
}
