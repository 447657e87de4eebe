package web

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/schema"
)

// TLS holds the authorities that a connection trusts and its client
// certificate. A nil TLS stands for the defaults.
type TLS struct {
	ca, cert, keyPEM string
	serverName       string
	skipVerify       bool

	authorities *x509.CertPool
	client      []tls.Certificate
}

// Describe declares the block.
func (t *TLS) Describe(s *schema.Spec) {
	s.Doc = "Certificates are texts in PEM: `ca = file(\"ca.pem\")`."
	schema.Attr(s, &t.ca, "ca", "The certificates of the trusted authorities, instead of the system's.", schema.Secret())
	schema.Attr(s, &t.cert, "cert", "The client certificate, followed by the intermediate certificates.", schema.Secret())
	schema.Attr(s, &t.keyPEM, "key", "The private key of the client certificate.", schema.Credential())
	schema.Attr(s, &t.serverName, "server_name", "The name that the server's certificate must have, if it is not the URL's host.")
	schema.Attr(s, &t.skipVerify, "insecure_skip_verify", "`true` accepts any certificate. Others on the network can then read and change the traffic; use `ca` to stay safe.")
	s.Check(t.checkSettings)
}

func (t *TLS) checkSettings(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics {
	var diags hcl.Diagnostics
	if t.ca != "" {
		t.authorities = x509.NewCertPool()
		if !t.authorities.AppendCertsFromPEM([]byte(t.ca)) {
			diags = append(diags, d.Problem("ca", "No certificate", "This holds no certificate in PEM. "+suggestFile("ca")))
		}
	}
	switch {
	case t.cert == "" && t.keyPEM == "":
	case t.cert == "" || t.keyPEM == "":
		diags = append(diags, diag.Error(d.Block.DefRange(), "Half a client certificate", `"cert" and "key" belong together: give both or none.`))
	default:
		pair, err := tls.X509KeyPair([]byte(t.cert), []byte(t.keyPEM))
		if err != nil {
			diags = append(diags, d.Problem("cert", "No client certificate", diag.Sentence(err)+" "+suggestFile("cert")))
		}
		t.client = []tls.Certificate{pair}
	}
	if t.skipVerify {
		diags = append(diags, diag.Warning(d.Range("insecure_skip_verify"), "Certificates are not checked",
			"Others on the network can read the credentials and change the answers. Give the server's authority as ca instead."))
	}
	return diags
}

func suggestFile(attr string) string {
	return "Give the text of the file and not its name: " + attr + " = file(\"" + attr + ".pem\")."
}

// Key identifies the settings without revealing them.
func (t *TLS) Key() string {
	if t == nil {
		return ""
	}
	all := []string{t.ca, t.cert, t.keyPEM, t.serverName, strconv.FormatBool(t.skipVerify)}
	sum := sha256.Sum256([]byte(strings.Join(all, "\x00")))
	return hex.EncodeToString(sum[:])
}

// Config returns the settings for a client, nil for the defaults.
func (t *TLS) Config() *tls.Config {
	if t == nil {
		return nil
	}
	return &tls.Config{
		MinVersion:         tls.VersionTLS12,
		RootCAs:            t.authorities,
		Certificates:       t.client,
		ServerName:         t.serverName,
		InsecureSkipVerify: t.skipVerify,
	}
}
