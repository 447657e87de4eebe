package command_test

import (
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/webhook-gateway/gateway/internal/testutil/postgrestest"
	"github.com/webhook-gateway/gateway/internal/testutil/signaltest"
)

const sharedPassword = "correct-horse-battery"

// TestReplicasPassword runs a gateway with the password of its database, which
// goes away and comes back: no line of its log shows it, and none of its pages.
func TestReplicasPassword(t *testing.T) {
	t.Parallel()
	server := postgrestest.Start(t)
	database := server.Database(t)
	makeLocked(t, database)
	name := strings.TrimPrefix(mustURL(t, database).Path, "/")
	r := newReceiver(t, nil)
	s := newSite(t, threeActions(r.url), "--store", server.URLOf(url.UserPassword(postgrestest.Locked, sharedPassword), name), "--log-level", "debug")
	s.secret = sharedPassword
	p := s.start(t)
	if _, status, err := postNumber(http.DefaultClient, p.base+"/load", 1); err != nil || status != http.StatusOK {
		t.Fatal(status, err)
	}
	server.Kill()
	signaltest.Repeat(t, "a gateway without its database refuses", func() bool {
		_, status, err := postNumber(http.DefaultClient, p.base+"/load", 2)
		return err == nil && status == http.StatusServiceUnavailable
	})
	if text := adminPages(t, p); strings.Contains(text, sharedPassword) {
		t.Errorf("a page shows the password:\n%s", text)
	}
	server.Start(t)
	signaltest.Repeat(t, "a gateway accepts again", func() bool {
		_, status, err := postNumber(http.DefaultClient, p.base+"/load", 3)
		return err == nil && status == http.StatusOK
	})
	r.await(t, []int64{1, 3}, "/three")
	p.stop()
	if p.lines.leaked {
		t.Errorf("the log shows the password:\n%s", p.lines)
	}
}

// TestReplicasRefused starts gateways that can't use their database.
func TestReplicasRefused(t *testing.T) {
	t.Parallel()
	server := postgrestest.Start(t)
	database := server.Database(t)
	makeLocked(t, database)
	name := strings.TrimPrefix(mustURL(t, database).Path, "/")
	for _, c := range []struct{ name, store, want string }{
		{"wrong password", server.URLOf(url.UserPassword(postgrestest.Locked, sharedPassword+"!"), name), `refuses the user "locked"`},
		{"no rights", server.URLOf(url.UserPassword(postgrestest.Locked, sharedPassword), name), `GRANT CREATE ON DATABASE "` + name + `"`},
		{"unreachable", "postgres://gateway:" + sharedPassword + "@127.0.0.1:1/gateway", "can't be reached (connect: connection refused)"},
		{"unreadable", "postgres://gateway:" + sharedPassword + "/x@127.0.0.1/gateway", "can't be read: write it like postgres://"},
		{"another scheme", "mysql://gateway:" + sharedPassword + "@127.0.0.1/gateway", "takes a URL such as"},
		{"no URL", "password=" + sharedPassword, "takes a URL such as"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if c.name == "no rights" {
				c.store += "&search_path=somewhere"
			}
			self, err := os.Executable()
			if err != nil {
				t.Fatal(err)
			}
			s := newSite(t, "")
			cmd := exec.CommandContext(t.Context(), self)
			cmd.Args = []string{"gateway", "run", "--data", s.data, s.flows}
			cmd.Env = append(os.Environ(), "GATEWAY_STORE="+c.store)
			out, err := cmd.CombinedOutput()
			if cmd.ProcessState.ExitCode() != 2 || !strings.Contains(string(out), c.want) {
				t.Errorf("it ends with %v and says\n%s, want\n%s", err, out, c.want)
			}
			if strings.Contains(string(out), sharedPassword) {
				t.Errorf("it shows the password: %s", out)
			}
		})
	}
}

// makeLocked makes the role that needs its password, with a schema of its own.
func makeLocked(t *testing.T, database string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), database)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(t.Context()) }()
	for _, statement := range []string{
		"CREATE ROLE " + postgrestest.Locked + " LOGIN PASSWORD '" + sharedPassword + "'",
		"CREATE SCHEMA gateway AUTHORIZATION " + postgrestest.Locked,
	} {
		if _, err := conn.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
}

func mustURL(t *testing.T, text string) *url.URL {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// adminPages returns the pages on which a gateway reports its own state.
func adminPages(t *testing.T, p *process) string {
	t.Helper()
	var all strings.Builder
	for _, path := range []string{"/healthz", "/readyz", "/metrics", "/api/v1/status"} {
		res, err := http.Get("http://" + p.admin + path) //nolint:gosec // our own process
		if err != nil {
			t.Fatal(err)
		}
		if err := res.Write(&all); err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
	}
	return all.String()
}
