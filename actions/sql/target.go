package sql

import (
	"crypto/tls"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/webhook-gateway/gateway/actions/web"
)

// target is the address of a database and the login for it.
type target struct {
	host                         string
	port                         int
	database, username, password string
	encryption                   encryption
	tls                          *web.TLS // nil for the system's authorities
	application, searchPath      string   // PostgreSQL's application_name and search_path
}

// encryption is the encryption that a connection demands.
type encryption int

const (
	encryptNever encryption = iota
	encryptIfOffered
	encryptAlways // without checking the certificate
	encryptAndVerify
)

func (t *target) hostPort() string { return net.JoinHostPort(t.host, strconv.Itoa(t.port)) }

// checkHost refuses hosts that can not be reached by TCP.
func (t *target) checkHost() error {
	switch {
	case strings.HasPrefix(t.host, "/"):
		return errors.New("the host is the path of a socket; databases are reached by TCP, so give a name or an address")
	case t.host == "" || strings.ContainsAny(t.host, " ,/@?#"):
		return errors.New(`the host is neither an address nor one host name, such as "db.example.com"`)
	case t.username == "":
		return errors.New("the user's name is missing")
	}
	return nil
}

// tlsConfig returns the TLS settings, nil for a connection without encryption.
func (t *target) tlsConfig() *tls.Config {
	switch t.encryption {
	case encryptNever:
		return nil
	case encryptIfOffered, encryptAlways:
		return &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: true} //nolint:gosec // the file asks for it, and the reference explains the risk
	}
	c := t.tls.Config()
	if c == nil {
		c = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	if c.ServerName == "" {
		c.ServerName = t.host
	}
	return c
}

// parseTargetURL reads a URL of one of the schemes. take reads its parameters
// by name and returns false for a wrong value. Errors repeat neither user nor
// password.
func parseTargetURL(text string, schemes []string, take map[string]func(t *target, value string) bool) (*target, error) {
	u, err := url.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("the URL can't be read; write it as %s://USER:PASSWORD@HOST:PORT/DATABASE, with unusual characters percent-encoded, which urlencode does", schemes[0])
	}
	if !slices.Contains(schemes, u.Scheme) {
		return nil, fmt.Errorf(`the URL must begin with "%s://"`, schemes[0])
	}
	t := &target{host: u.Hostname(), database: strings.TrimPrefix(u.Path, "/"), username: u.User.Username(), encryption: encryptIfOffered}
	t.password, _ = u.User.Password()
	if text := u.Port(); text != "" {
		if t.port, err = strconv.Atoi(text); err != nil || t.port < 1 || t.port > 65535 {
			return nil, errors.New("the URL's port is not a number from 1 to 65535")
		}
	}
	params, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return nil, errors.New("the URL's parameters can't be read; unusual characters must be percent-encoded")
	}
	for _, name := range slices.Sorted(maps.Keys(params)) {
		set, known := take[name]
		if !known {
			return nil, fmt.Errorf("the URL's parameter %q has no effect here; known are %s, and certificates are given in a tls block", name, strings.Join(slices.Sorted(maps.Keys(take)), ", "))
		}
		if !set(t, params.Get(name)) {
			return nil, fmt.Errorf("the URL's parameter %q has a value that is not known", name)
		}
	}
	return t, nil
}

// encryptionByName returns the reader of a parameter with fixed values.
func encryptionByName(values map[string]encryption) func(*target, string) bool {
	return func(t *target, text string) bool {
		e, known := values[text]
		t.encryption = e
		return known
	}
}
