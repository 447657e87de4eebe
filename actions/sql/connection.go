package sql

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/actions/web"
	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
)

// Connection is a database and the login for it.
type Connection struct {
	driver, url, host            string
	port                         int
	database, username, password string
	tls                          *web.TLS
	maxConnections               int

	engine *engine // nil if the driver is unknown
	target *target // nil if the settings have findings
	secret bool    // url reads a secret, so nothing of it may be shown
}

// The drivers, as files name them.
const (
	driverPostgres = "postgres"
	driverMySQL    = "mysql"
	driverSQLite   = "sqlite"
)

// Describe declares the attributes and examples.
func (n *Connection) Describe(s *schema.Spec) {
	n.maxConnections = 4
	s.Doc = "A database. Its connections stay open and are shared by all actions that use it. Servers are reached through the same guard as HTTP servers: private addresses are refused unless the gateway's `egress` names them. Sessions of MySQL have the time zone UTC; those of PostgreSQL keep the zone that the database sets."
	schema.Attr(s, &n.driver, "driver", "The kind of database: `postgres` (PostgreSQL and compatible databases), `mysql` (MySQL and MariaDB) or `sqlite`, a file.", schema.Required(), schema.OneOf(driverPostgres, driverMySQL, driverSQLite))
	schema.Attr(s, &n.url, "url", "All settings in one: `postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=verify-full` or `mysql://USER:PASSWORD@HOST:PORT/DATABASE?tls=true`. Unusual characters in a password must be percent-encoded.", schema.Secret(), schema.CredentialInURL())
	schema.Attr(s, &n.host, "host", "Name or address of the server, instead of `url`.")
	schema.Attr(s, &n.port, "port", "The port. The default is 5432 for PostgreSQL and 3306 for MySQL.")
	schema.Attr(s, &n.database, "database", "The name of the database. For `sqlite` the path of the file, which is created if it is missing: absolute, or relative to the first folder that `gateway run --allow-path` names. It must be below one of these folders.", schema.Secret())
	schema.Attr(s, &n.username, "username", "The user's name.", schema.Secret())
	schema.Attr(s, &n.password, "password", "The password.", schema.Credential())
	schema.Single(s, &n.tls, "tls", "Encrypts the connection and checks the server's certificate and host name; an empty block uses the system's authorities. Without the block and without a setting in the URL, the connection is encrypted if the server offers it, and the certificate is not checked.")
	schema.Attr(s, &n.maxConnections, "max_connections", "The largest number of connections that this gateway opens.")
	s.Check(n.checkSettings)
	s.Example(schema.Example{
		Title: "A PostgreSQL server, by its URL",
		HCL:   "driver = \"postgres\"\nurl    = \"postgres://gateway:${urlencode(secret.shop_password)}@db.example.com/shop?sslmode=verify-full\"",
	})
	s.Example(schema.Example{
		Title: "A MariaDB server with an authority of its own",
		HCL:   "driver   = \"mysql\"\nhost     = \"warehouse.internal\"\ndatabase = \"stock\"\nusername = \"gateway\"\npassword = secret.shop_password\ntls { ca = file(\"warehouse-ca.pem\") }",
	})
	s.Example(schema.Example{
		Title: "A file",
		HCL:   "driver   = \"sqlite\"\ndatabase = \"/var/lib/gateway/crm.db\"",
	})
}

func (n *Connection) checkSettings(c *schema.Context, d *schema.Decoded) hcl.Diagnostics {
	n.engine = engineOf(n.driver)
	if d.Has("url") {
		e, _ := expr.Compile(d.Expr("url"), c.Scope, cty.String)
		n.secret = e != nil && e.Sensitive()
	}
	diags := n.checkAttributes(d)
	if n.maxConnections < 1 || n.maxConnections > 1000 {
		diags = append(diags, d.Problem("max_connections", "Wrong value", "A gateway opens from 1 to 1000 connections to a database."))
	}
	if n.port < 0 || n.port > 65535 || d.Has("port") && n.port == 0 {
		diags = append(diags, d.Problem("port", "Wrong value", "A port is a number from 1 to 65535."))
	}
	if diags.HasErrors() {
		return diags
	}
	at := "url"
	if !d.Has(at) {
		at = "host"
	}
	target, err := n.resolveTarget()
	if err != nil {
		return append(diags, d.Problem(at, "Wrong address", diag.Sentence(err)))
	}
	n.target = target
	return append(diags, c.CheckHost(d, at, target.host, target.port)...)
}

// checkAttributes finds attributes that don't go together.
func (n *Connection) checkAttributes(d *schema.Decoded) hcl.Diagnostics {
	server := []string{"host", "port", "username", "password"}
	if n.driver == driverSQLite {
		for _, name := range append(server, "url", "tls") {
			if d.Has(name) || name == "tls" && n.tls != nil {
				return hcl.Diagnostics{d.Problem(name, "Not for a file", fmt.Sprintf("SQLite is a file and no server, so it has no %q: \"database\" is the path of the file.", name))}
			}
		}
		if n.database == "" {
			return hcl.Diagnostics{d.Problem("database", "Missing attribute", `"database" is required: the path of the file.`)}
		}
		return nil
	}
	if !d.Has("url") {
		if n.host == "" {
			return hcl.Diagnostics{d.Problem("host", "Missing attribute", `The server is required, as "url" or as "host".`)}
		}
		return nil
	}
	for _, name := range append(server, "database") {
		if d.Has(name) {
			return hcl.Diagnostics{d.Problem(name, "Said twice", fmt.Sprintf("The URL already holds the address and the login. Move %q into it, or leave the URL out.", name))}
		}
	}
	return nil
}

// resolveTarget reads the address of the database. Errors repeat nothing of
// the settings.
func (n *Connection) resolveTarget() (*target, error) {
	if n.driver == driverSQLite {
		return &target{database: n.database}, nil
	}
	t := &target{host: n.host, port: n.port, database: n.database, username: n.username, password: n.password, encryption: encryptIfOffered}
	if n.url != "" {
		var err error
		if t, err = n.engine.parseURL(n.url); err != nil {
			return nil, err
		}
	}
	if t.port == 0 {
		t.port = n.engine.port
	}
	if n.tls != nil {
		t.encryption, t.tls = encryptAndVerify, n.tls
	}
	return t, t.checkHost()
}

func (n *Connection) hasTarget() bool { return n != nil && n.target != nil }

// resourceKey identifies the settings without revealing them.
func (n *Connection) resourceKey() string {
	t := n.target
	all := []string{n.driver, t.host, fmt.Sprint(t.port, t.encryption, n.maxConnections, n.secret), t.database, t.username, t.password, t.application, t.searchPath, t.tls.Key()}
	sum := sha256.Sum256([]byte(strings.Join(all, "\x00")))
	return hex.EncodeToString(sum[:])
}
