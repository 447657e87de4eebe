package cmd

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/spf13/pflag"

	"github.com/webhook-gateway/gateway/admin/session"
)

// oidcFlags are the settings of sign-in by OpenID Connect.
type oidcFlags struct {
	adminURL                       string
	issuer, clientID, clientSecret string
	roleClaim                      string
	read, operate, scopes          string
}

func (o *oidcFlags) addTo(f *pflag.FlagSet) {
	f.StringVar(&o.adminURL, "admin-url", "", "URL by which browsers reach the admin listener, such as https://gateway-admin.example.com; with https, cookies are sent over TLS only (GATEWAY_ADMIN_URL)")
	f.StringVar(&o.issuer, "oidc-issuer", "", "URL of the provider of OpenID Connect by which people sign in to the admin listener (GATEWAY_OIDC_ISSUER)")
	f.StringVar(&o.clientID, "oidc-client-id", "", "client id at the provider (GATEWAY_OIDC_CLIENT_ID)")
	f.StringVar(&o.clientSecret, "oidc-client-secret", "", "client secret at the provider (GATEWAY_OIDC_CLIENT_SECRET)")
	f.StringVar(&o.roleClaim, "oidc-role-claim", "", "claim of the ID token that gives the role, such as groups or realm_access.roles (GATEWAY_OIDC_ROLE_CLAIM; default roles)")
	f.StringVar(&o.read, "oidc-read", "", "values of the claim that may see everything and change nothing, separated by commas (GATEWAY_OIDC_READ)")
	f.StringVar(&o.operate, "oidc-operate", "", "values of the claim that may also change, separated by commas (GATEWAY_OIDC_OPERATE)")
	f.StringVar(&o.scopes, "oidc-scopes", "", "scopes to ask for besides openid, separated by commas (GATEWAY_OIDC_SCOPES; default profile,email)")
}

func (o *oidcFlags) readEnv(set func(to *string, variable string)) {
	set(&o.adminURL, "GATEWAY_ADMIN_URL")
	set(&o.issuer, "GATEWAY_OIDC_ISSUER")
	set(&o.clientID, "GATEWAY_OIDC_CLIENT_ID")
	set(&o.clientSecret, "GATEWAY_OIDC_CLIENT_SECRET")
	set(&o.roleClaim, "GATEWAY_OIDC_ROLE_CLAIM")
	set(&o.read, "GATEWAY_OIDC_READ")
	set(&o.operate, "GATEWAY_OIDC_OPERATE")
	set(&o.scopes, "GATEWAY_OIDC_SCOPES")
}

// settings returns the settings; nil without a provider.
func (o *oidcFlags) settings() (*session.OIDC, error) {
	if o.adminURL != "" {
		u, err := url.Parse(o.adminURL)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" {
			return nil, fmt.Errorf("--admin-url must be a URL without a path, such as https://gateway-admin.example.com, not %q", o.adminURL)
		}
	}
	if o.issuer == "" {
		if o.clientID != "" || o.read != "" || o.operate != "" || o.roleClaim != "" {
			return nil, errors.New("sign-in by OpenID Connect needs --oidc-issuer")
		}
		return nil, nil //nolint:nilnil // no provider is no error
	}
	for flag, value := range map[string]string{"--oidc-client-id": o.clientID, "--admin-url": o.adminURL} {
		if value == "" {
			return nil, fmt.Errorf("--oidc-issuer needs %s", flag)
		}
	}
	out := &session.OIDC{
		Issuer: o.issuer, ClientID: o.clientID, ClientSecret: o.clientSecret, AdminURL: o.adminURL, RoleClaim: first(o.roleClaim, "roles"),
		Read: splitList(o.read), Operate: splitList(o.operate), Scopes: splitList(first(o.scopes, "profile,email")),
	}
	if len(out.Read)+len(out.Operate) == 0 {
		return nil, errors.New("--oidc-issuer needs --oidc-operate or --oidc-read: the values of the claim --oidc-role-claim that let people in")
	}
	return out, nil
}

// isSecure reports whether browsers reach the admin listener by TLS.
func (o *oidcFlags) isSecure() bool { return strings.HasPrefix(o.adminURL, "https://") }

// splitList returns the elements of a list with commas.
func splitList(text string) []string {
	var out []string
	for e := range strings.SplitSeq(text, ",") {
		if e = strings.TrimSpace(e); e != "" {
			out = append(out, e)
		}
	}
	return out
}
