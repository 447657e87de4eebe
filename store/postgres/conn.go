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

// connector makes connections to the server of a URL.
type connector struct {
	config  *pgxpool.Config
	schema  string
	timeout time.Duration // of a transaction
}

// newPool returns a pool that makes connections when they are needed, and sets
// up each with prepare.
func (c *connector) newPool(size int, prepare func(context.Context, *pgx.Conn) error) (*pgxpool.Pool, error) {
	config := c.config.Copy()
	config.MaxConns = int32(size) //nolint:gosec // a handful
	config.MinConns, config.MinIdleConns = 0, 0
	config.AfterConnect = prepare
	// The server may have closed an idle connection, which must not fail an
	// operation.
	config.ShouldPing = func(_ context.Context, p pgxpool.ShouldPingParams) bool { return p.IdleDuration > maxIdleUnchecked }
	config.PingTimeout = 5 * time.Second
	// The pool connects when it is first used, with the context of the caller.
	pool, err := pgxpool.NewWithConfig(context.Background(), config)
	if err != nil {
		return nil, fmt.Errorf("the URL of the store: %w", err)
	}
	return pool, nil
}

// maxIdleUnchecked is how long a connection may be idle before the pool pings
// it.
const maxIdleUnchecked = 200 * time.Millisecond

// connect makes one connection outside of the pools: for LISTEN and for
// migrations.
func (c *connector) connect(ctx context.Context) (*pgx.Conn, error) {
	return pgx.ConnectConfig(ctx, c.config.ConnConfig.Copy())
}

// setting is a parameter of a session.
type setting struct{ name, value string }

// prepareWriter sets up a session that writes.
//
// Plans: a plan that was made while a table was empty stays in use for the life
// of the connection, and would read whole tables later. All statements of this
// package find rows by an index from a short list, so the settings exclude
// other plans. Such a plan fits any list, so it is made once.
//
// Locks: a gateway that loses its network between the two trips of a
// transaction must not keep its locks for long.
func (c *connector) prepareWriter(ctx context.Context, conn *pgx.Conn) error {
	registerArrays(conn.TypeMap())
	if err := findFlush(ctx, conn); err != nil {
		return err
	}
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

// prepareReader sets up a session that reads. Reads go down an index and need its
// order. With the default for disks that turn, the server would rather read many rows
// in another order and sort them.
func (c *connector) prepareReader(ctx context.Context, conn *pgx.Conn) error {
	return applySettings(ctx, conn, setting{"jit", "off"}, setting{"random_page_cost", "1.1"}, setting{"statement_timeout", formatMillis(c.timeout)})
}

func formatMillis(d time.Duration) string { return fmt.Sprint(d.Milliseconds()) }

// applySettings sets the parameters that the server knows. It also makes
// commits durable if the role or the database has turned that off.
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

// errURL shows no part of the URL: the part that cannot be read may be the
// password.
var errURL = errors.New("the URL of the store can't be read: write it like postgres://USER:PASSWORD@HOST:5432/DATABASE?sslmode=verify-full," +
	" with special characters of the password as %XX (@ is %40, / is %2F, # is %23, ? is %3F)")

// unambiguousURL matches URLs that all parsers split in the same way. In other
// URLs a part of the password may be taken for a host or a database, and be
// shown.
var unambiguousURL = regexp.MustCompile(`^postgres(ql)?://([^@:/?#\[\]\s]*(:(?P<password>[^@:/?#\[\]\s]*))?@)?[^@?#\s]*(\?[^#\s]*)?$`)

// connectTimeout limits how long connecting may take, unless the URL has
// connect_timeout.
const connectTimeout = 10 * time.Second

// parseURL reads a URL. No error shows its password.
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

// urlSecrets returns the passwords of a URL, as written and decoded.
func urlSecrets(text string) []string {
	secrets := []string{unambiguousURL.FindStringSubmatch(text)[unambiguousURL.SubexpIndex("password")]}
	_, query, _ := strings.Cut(text, "?")
	for pair := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(pair, "=")
		if strings.HasSuffix(name, "password") { // also sslpassword, which is of a key
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

// maskSecrets replaces secrets in a text.
func maskSecrets(text string, secrets []string) string {
	for _, s := range secrets {
		if s != "" {
			text = strings.ReplaceAll(text, s, "xxxxx")
		}
	}
	return text
}
