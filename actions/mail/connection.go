package mail

import (
	"cmp"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/actions/web"
	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/internal/netname"
)

// Connection is an SMTP server and the login for it. smtp_session.go speaks to
// it.
type Connection struct {
	host               string
	port               int
	username, password string
	from               string
	tls                string
	auth               string
	helo               string
	timeout, idle      time.Duration
	connections        int
	certificates       *web.TLS

	sender mailbox // from, parsed; empty if not set
}

// The values of "tls".
const (
	tlsStart = "starttls"
	tlsFull  = "tls"
	tlsNone  = "none"
)

// authAny chooses the best of the mechanisms that the server offers.
const authAny = "auto"

// Describe declares the attributes and examples.
func (n *Connection) Describe(s *schema.Spec) {
	n.tls, n.auth, n.connections = tlsStart, authAny, 4
	n.timeout, n.idle = 15*time.Second, time.Minute
	s.Doc = "A mail server that delivers messages, by SMTP ([RFC 5321](https://www.rfc-editor.org/rfc/rfc5321)). Connections stay open for a while and are reused. A private address is refused unless the gateway's `egress` names it."
	schema.Attr(s, &n.host, "host", "The server's name, of any script, or its address.", schema.Required())
	schema.Attr(s, &n.port, "port", "The port. The default is 587, 465 with `tls = \"tls\"`, 25 with `tls = \"none\"`.")
	schema.Attr(s, &n.tls, "tls", "How the connection is encrypted. `starttls`: it begins open and is encrypted before anything is said; a server that does not offer that is refused. `tls`: from its first byte. `none`: not at all, for servers on this machine or in a network of your own; no password is sent then.", schema.OneOf(tlsStart, tlsFull, tlsNone))
	schema.Attr(s, &n.username, "username", "The user's name, if the server needs a login.", schema.Secret())
	schema.Attr(s, &n.password, "password", "The password; a token with `auth = \"xoauth2\"`.", schema.Credential())
	schema.Attr(s, &n.auth, "auth", "How the user is proven. `auto` takes the first of `scram-sha-256`, `plain`, `login` and `cram-md5` that the server offers.", schema.OneOf(append([]string{authAny}, mechanismNames()...)...))
	schema.Attr(s, &n.from, "from", "The sender of messages whose action has none: an address, or `Name <address>`.")
	schema.Attr(s, &n.helo, "helo", "The gateway's name in its greeting. The default is the name of its machine.")
	schema.Attr(s, &n.timeout, "timeout", "The time limit for a new connection: connecting, encryption and login. After that, the action's own `timeout` applies.")
	schema.Attr(s, &n.connections, "connections", "How many connections there are at once, at most 100. Actions beyond that wait, also if the server takes fewer connections and answers 421.")
	schema.Attr(s, &n.idle, "idle", "How long a connection is kept for the next message. `0s` keeps none.")
	schema.Single(s, &n.certificates, "certificates", "A certificate authority or a client certificate of its own.")
	s.Check(n.checkSettings)
	s.Example(schema.Example{
		Title: "A provider that asks for a password",
		HCL:   "host     = \"smtp.example.com\"\nusername = \"shop\"\npassword = secret.shop_password\nfrom     = \"Lamp Shop <shop@example.com>\"",
	})
	s.Example(schema.Example{
		Title: "A server inside, with a certificate authority of its own",
		HCL:   "host = \"mail.warehouse.internal\"\ntls  = \"tls\"\nfrom = \"gateway@warehouse.internal\"\ncertificates { ca = file(\"warehouse-ca.pem\") }",
	})
}

func (n *Connection) checkSettings(c *schema.Context, d *schema.Decoded) hcl.Diagnostics {
	var diags hcl.Diagnostics
	wrong := func(at, summary, detail string) { diags = append(diags, d.Problem(at, summary, detail)) }
	name := strings.TrimSuffix(n.host, ".")
	if host, ok := netname.ToASCII(name); ok && host != name {
		n.host = host // of another script
	} else if !ok && net.ParseIP(n.host) == nil {
		wrong("host", "Wrong host", `This is a name such as "smtp.example.com", or an address, without a port.`)
	}
	if d.Has("port") && (n.port < 1 || n.port > 65535) {
		wrong("port", "Wrong port", "A port is a number from 1 to 65535.")
	}
	if (n.username == "") != (n.password == "") {
		wrong("username", "Half a login", `"username" and "password" belong together: give both or none.`)
	} else if n.username == "" && d.Has("auth") {
		wrong("auth", "Login without a user", `"auth" chooses how a user logs in: give "username" and "password" too, or leave it out.`)
	}
	if n.tls == tlsNone && n.username != "" {
		wrong("tls", "Password in the open", `Without encryption others on the network could read the password. Use "starttls" or "tls", or a server that needs no password.`)
	}
	if n.tls == tlsNone && n.certificates != nil {
		wrong("certificates", "Certificates without TLS", `They have no effect with tls = "none": leave them out, or encrypt the connection.`)
	}
	if d.Has("helo") && !netname.IsHostname(n.helo) {
		wrong("helo", "Wrong name", `This is the name of a host, such as "gateway.example.com".`)
	}
	if d.Has("from") {
		var err error
		if n.sender, err = parseMailbox(n.from); err != nil {
			wrong("from", "Wrong sender", diag.Sentence(err))
		}
	}
	diags = append(diags, c.CheckHost(d, "host", n.host, n.serverPort())...)
	return append(diags, n.checkLimits(d)...)
}

func (n *Connection) checkLimits(d *schema.Decoded) hcl.Diagnostics {
	var diags hcl.Diagnostics
	if n.timeout <= 0 {
		diags = append(diags, d.Problem("timeout", "Wrong value", "A connection needs more time than none; leave timeout out for the default."))
	}
	if n.connections < 1 || n.connections > 100 {
		diags = append(diags, d.Problem("connections", "Wrong value", "The number of connections is from 1 to 100."))
	}
	if n.idle < 0 {
		diags = append(diags, d.Problem("idle", "Wrong value", "A connection is kept for 0s or longer."))
	}
	return diags
}

// serverAddress returns "host:port".
func (n *Connection) serverAddress() string {
	return net.JoinHostPort(n.host, strconv.Itoa(n.serverPort()))
}

func (n *Connection) serverPort() int {
	return cmp.Or(n.port, map[string]int{tlsStart: 587, tlsFull: 465, tlsNone: 25}[n.tls])
}

// tlsConfig returns the TLS settings for the server.
func (n *Connection) tlsConfig() *tls.Config {
	c := n.certificates.Config()
	if c == nil {
		c = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	if c.ServerName == "" {
		c.ServerName = strings.TrimSuffix(n.host, ".")
	}
	return c
}

// resourceKey identifies the settings without revealing them.
func (n *Connection) resourceKey() string {
	all := fmt.Sprintf("%q %q %q %q %q %q %v %v %d %s", n.serverAddress(), n.username, n.password, n.tls, n.auth, n.helo, n.timeout, n.idle, n.connections, n.certificates.Key())
	sum := sha256.Sum256([]byte(all))
	return hex.EncodeToString(sum[:])
}
