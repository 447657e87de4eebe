package load

import (
	"fmt"
	"net/netip"
	"net/url"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/internal/netname"
)

// TLS says where the certificate of the endpoints comes from: files or ACME.
type TLS struct {
	Cert, Key string // paths of PEM files; "" with ACME
	ClientCA  string // path of a PEM file; "" if clients have no certificates
	ACME      *ACME  // nil with files
}

// ACME names the authority from which certificates are obtained.
type ACME struct {
	Domains     []string
	Email       string // "" for none
	Directory   string // URL
	DirectoryCA string // path of a PEM file; "" for the authorities of the system
}

// letsEncrypt is the directory of the authority that is asked by default.
const letsEncrypt = "https://acme-v02.api.letsencrypt.org/directory"

// Describe declares the block.
func (t *TLS) Describe(s *schema.Spec) {
	s.Doc = "The certificate comes from files, `cert` and `key`, or from an authority, `acme`. Each reload reads the files again, so a renewed certificate needs no restart."
	schema.Attr(s, &t.Cert, "cert", "Path of the PEM file with the certificate and its chain. Required without `acme`.")
	schema.Attr(s, &t.Key, "key", "Path of the PEM file with the private key. Required without `acme`.")
	schema.Attr(s, &t.ClientCA, "client_ca", "Path of a PEM file with the authorities of client certificates, for `auth \"mtls\"`. Clients may still connect without a certificate; a connection with a certificate of another authority fails. After a change, connections that are open stay open.")
	schema.Single(s, &t.ACME, "acme", "Obtains certificates and renews them.")
	s.Check(t.checkSource)
}

// checkSource reports a certificate with two sources or with none.
func (t *TLS) checkSource(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics {
	var diags hcl.Diagnostics
	for _, name := range []string{"cert", "key"} {
		switch {
		case t.ACME != nil && d.Has(name):
			diags = append(diags, d.Problem(name, "Two sources of the certificate", fmt.Sprintf("The block acme obtains the certificate: remove %q, or remove the block to use files.", name)))
		case t.ACME == nil && !d.Has(name):
			diags = append(diags, d.Problem(name, "Missing attribute", fmt.Sprintf("%q is required. A block acme in the place of \"cert\" and \"key\" obtains the certificate from an authority.", name)))
		}
	}
	return diags
}

// Describe declares the block.
func (a *ACME) Describe(s *schema.Spec) {
	a.Directory = letsEncrypt
	s.Doc = "The gateway asks the authority at `directory` for a certificate of each domain. Using this block, you agree to the terms of service of the authority. The authority connects to port 443 of each domain (TLS-ALPN-01), which must lead to `listen`, without a proxy that ends TLS in between. Certificates are obtained while the gateway runs: until then, connections fail. A failure is logged with its cause and tried again later. Accounts, keys and certificates are kept in the folder `acme` of the data folder, or sealed in the store if it is PostgreSQL: then several gateways behind one name share them. `gateway validate` asks no authority."
	schema.Attr(s, &a.Domains, "domains", "Host names under which the gateway is reached. Each gets a certificate of its own; clients that name no host get that of the first. A change takes effect with a reload.", schema.Required())
	schema.Attr(s, &a.Email, "email", "Address at which the authority can reach you.")
	schema.Attr(s, &a.Directory, "directory", "URL of the directory of the authority.")
	schema.Attr(s, &a.DirectoryCA, "directory_ca", "Path of a PEM file with the authorities that the certificate of the directory must come from, in place of those of the system. For an authority of your own.")
	s.Check(a.checkDomains)
	s.Check(a.checkAuthority)
}

func (a *ACME) checkDomains(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics {
	if len(a.Domains) == 0 && d.Known && d.Has("domains") {
		return hcl.Diagnostics{d.Problem("domains", "No domain", `Write the host names of the gateway, such as domains = ["hooks.example.com"].`)}
	}
	var diags hcl.Diagnostics
	for i, name := range a.Domains {
		if problem := a.findProblem(name); problem != "" {
			diags = append(diags, diag.Error(d.Element("domains", i), "Wrong domain", fmt.Sprintf("%q %s", name, problem)))
		}
	}
	return diags
}

// findProblem says why no certificate can be obtained for a name, "" if one can.
func (a *ACME) findProblem(name string) string {
	if strings.HasPrefix(name, "*.") {
		return "is a wildcard, which an authority tests in the DNS only. List each name."
	}
	if _, err := netip.ParseAddr(name); err == nil {
		return "is an address. Write the name that leads to it."
	}
	ascii, ok := netname.ToASCII(name)
	switch {
	case !ok:
		return `is no host name. Write one such as "hooks.example.com".`
	case a.Directory == letsEncrypt && !strings.Contains(ascii, "."):
		return `is no public name. Write one such as "hooks.example.com", or the "directory" of an authority of your own.`
	}
	return ""
}

func (a *ACME) checkAuthority(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics {
	var diags hcl.Diagnostics
	if a.Email != "" && !netname.IsEmail(a.Email) {
		diags = append(diags, d.Problem("email", "Wrong e-mail address", `Write an address such as "ops@example.com".`))
	}
	if u, err := url.Parse(a.Directory); d.Known && (err != nil || u.Scheme != "https" || u.Host == "") {
		diags = append(diags, d.Problem("directory", "Wrong URL", fmt.Sprintf("The URL of a directory looks like %q.", letsEncrypt)))
	}
	return diags
}
