package postgres

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// errURL shows nothing of the URL: what can't be read may be the password.
var errURL = errors.New("the URL of the store can't be read: write it like postgres://USER:PASSWORD@HOST:5432/DATABASE?sslmode=verify-full," +
	" and what is special in the password as %XX (@ is %40, / is %2F, # is %23, ? is %3F)")

// clearURL is a URL of which every reader thinks the same. In any other a part of
// the password may be taken for a host or a database, and be shown.
var clearURL = regexp.MustCompile(`^postgres(ql)?://([^@:/?#\[\]\s]*(:(?P<password>[^@:/?#\[\]\s]*))?@)?[^@?#\s]*(\?[^#\s]*)?$`)

// connectTime is how long a connection may take to be made, unless the URL says
// so with connect_timeout.
const connectTime = 10 * time.Second

// parse reads a URL. No error shows its password.
func parse(text string, timeout time.Duration) (*connector, error) {
	if !clearURL.MatchString(text) {
		return nil, errURL
	}
	config, err := pgxpool.ParseConfig(text)
	if err != nil {
		return nil, fmt.Errorf("the URL of the store: %s", without(err.Error(), passwords(text)))
	}
	if !strings.Contains(text, "connect_timeout=") {
		config.ConnConfig.ConnectTimeout = connectTime
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
func passwords(text string) []string {
	secrets := []string{clearURL.FindStringSubmatch(text)[clearURL.SubexpIndex("password")]}
	_, query, _ := strings.Cut(text, "?")
	for pair := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(pair, "=")
		if strings.HasSuffix(name, "password") { // that of the user, or of a key: sslpassword
			secrets = append(secrets, value)
		}
	}
	for _, s := range secrets {
		if meant, err := url.PathUnescape(s); err == nil {
			secrets = append(secrets, meant)
		}
	}
	return secrets
}

// without returns a text with secrets made unreadable.
func without(text string, secrets []string) string {
	for _, s := range secrets {
		if s != "" {
			text = strings.ReplaceAll(text, s, "xxxxx")
		}
	}
	return text
}
