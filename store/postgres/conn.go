package postgres

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// connector makes connections to the server that a URL names.
type connector struct {
	config  *pgxpool.Config
	schema  string
	timeout time.Duration // of a transaction
}

// pool makes connections as they are needed, each prepared by the function.
func (c *connector) newPool(size int, prepare func(context.Context, *pgx.Conn) error) (*pgxpool.Pool, error) {
	config := c.config.Copy()
	config.MaxConns = int32(size) //nolint:gosec // a handful
	config.MinConns, config.MinIdleConns = 0, 0
	config.AfterConnect = prepare
	// A connection that the server closed meanwhile must not fail an operation.
	config.ShouldPing = func(_ context.Context, p pgxpool.ShouldPingParams) bool { return p.IdleDuration > maxIdleUnchecked }
	config.PingTimeout = 5 * time.Second
	// The pool connects when it is first used, under the context of its user.
	pool, err := pgxpool.NewWithConfig(context.Background(), config)
	if err != nil {
		return nil, fmt.Errorf("the URL of the store: %w", err)
	}
	return pool, nil
}

// longestTrust is how long an idle connection is taken to be whole.
const maxIdleUnchecked = 200 * time.Millisecond

// single makes one connection, as for LISTEN.
func (c *connector) connect(ctx context.Context) (*pgx.Conn, error) {
	return pgx.ConnectConfig(ctx, c.config.ConnConfig.Copy())
}

// setting is a parameter of a session.
type setting struct{ name, value string }

// prepareWriter sets up a session that writes.
//
// A plan that was made while a table was empty stays in use for the life of the
// connection, and would read whole tables later. All statements here find rows
// by an index from a short list, so other plans are ruled out, and are the same
// whatever the list, so they are planned once.
//
// A gateway that is cut off between the two trips of a transaction must not keep
// its locks from the others.
func (c *connector) prepareWriter(ctx context.Context, conn *pgx.Conn) error {
	return applySettings(ctx, conn,
		setting{"default_transaction_isolation", "read committed"},
		setting{"enable_seqscan", "off"},
		setting{"enable_hashjoin", "off"},
		setting{"enable_mergejoin", "off"},
		setting{"plan_cache_mode", "force_generic_plan"},
		setting{"jit", "off"},
		setting{"lock_timeout", formatMillis(c.timeout * 2 / 3)},
		setting{"idle_in_transaction_session_timeout", formatMillis(c.timeout / 2)},
	)
}

// prepareReader sets up a session that reads.
func (c *connector) prepareReader(ctx context.Context, conn *pgx.Conn) error {
	return applySettings(ctx, conn, setting{"jit", "off"}, setting{"statement_timeout", formatMillis(c.timeout)})
}

func formatMillis(d time.Duration) string { return fmt.Sprint(d.Milliseconds()) }

// configure sets those parameters that the server knows, and makes commits
// durable whatever the role or the database has set.
func applySettings(ctx context.Context, conn *pgx.Conn, settings ...setting) error {
	var names, values []string
	for _, s := range settings {
		names, values = append(names, s.name), append(values, s.value)
	}
	const set = `SELECT set_config(s.name, w.value, false) FROM unnest($1::text[], $2::text[]) AS w (name, value) JOIN pg_settings s ON s.name = w.name`
	if _, err := conn.Exec(ctx, set, names, values); err != nil {
		return fmt.Errorf("setting up a session: %w", err)
	}
	const durable = `SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') NOT IN ('on', 'remote_apply')`
	if _, err := conn.Exec(ctx, durable); err != nil {
		return fmt.Errorf("setting up a session: %w", err)
	}
	return nil
}

// errURL shows nothing of the URL: what can't be read may be the password.
var errURL = errors.New("the URL of the store can't be read: write it like postgres://USER:PASSWORD@HOST:5432/DATABASE?sslmode=verify-full," +
	" and what is special in the password as %XX (@ is %40, / is %2F, # is %23, ? is %3F)")

// clearURL is a URL of which every reader thinks the same. In any other a part of
// the password may be taken for a host or a database, and be shown.
var unambiguousURL = regexp.MustCompile(`^postgres(ql)?://([^@:/?#\[\]\s]*(:(?P<password>[^@:/?#\[\]\s]*))?@)?[^@?#\s]*(\?[^#\s]*)?$`)

// connectTime is how long a connection may take to be made, unless the URL says
// so with connect_timeout.
const connectTimeout = 10 * time.Second

// parse reads a URL. No error shows its password.
func parseURL(text string, timeout time.Duration) (*connector, error) {
	if !unambiguousURL.MatchString(text) {
		return nil, errURL
	}
	config, err := pgxpool.ParseConfig(text)
	if err != nil {
		return nil, fmt.Errorf("the URL of the store: %s", maskSecrets(err.Error(), urlSecrets(text)))
	}
	if !strings.Contains(text, "connect_timeout=") {
		config.ConnConfig.ConnectTimeout = connectTimeout
	}
	c := &connector{config: config, schema: "gateway", timeout: timeout}
	params := config.ConnConfig.RuntimeParams
	if path := strings.Trim(params["search_path"], ` "`); path != "" {
		c.schema = path
	}
	if strings.ContainsAny(c.schema, `,"`+"\x00") {
		return nil, errors.New("the URL of the store: search_path must name one schema, in which the runs are kept")
	}
	params["search_path"] = pgx.Identifier{c.schema}.Sanitize()
	if params["application_name"] == "" {
		params["application_name"] = "gateway"
	}
	return c, nil
}

// passwords returns the secrets of a URL, as they stand in it and as they are
// meant.
func urlSecrets(text string) []string {
	secrets := []string{unambiguousURL.FindStringSubmatch(text)[unambiguousURL.SubexpIndex("password")]}
	_, query, _ := strings.Cut(text, "?")
	for pair := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(pair, "=")
		if strings.HasSuffix(name, "password") { // that of the user, or of a key: sslpassword
			secrets = append(secrets, value)
		}
	}
	for _, s := range secrets {
		if decoded, err := url.PathUnescape(s); err == nil {
			secrets = append(secrets, decoded)
		}
	}
	return secrets
}

// without returns a text with secrets made unreadable.
func maskSecrets(text string, secrets []string) string {
	for _, s := range secrets {
		if s != "" {
			text = strings.ReplaceAll(text, s, "xxxxx")
		}
	}
	return text
}
