package triggers

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/internal/urltext"
)

// linkRedirect is the target of a link. Values of the click have their places in
// its path and query. The files choose the server: a caller could otherwise send
// people anywhere in the name of this gateway.
type linkRedirect struct {
	url     expr.Of[string]
	targets []redirectTarget
}

// redirectTarget is one form that the URL may have.
type redirectTarget struct {
	origin string // scheme and host
	start  string // the part before the first value
}

// checkTargets finds URLs that are not absolute, and those whose server is not
// known at load.
func (l *linkRedirect) checkTargets(d *schema.Decoded) hcl.Diagnostics {
	if !l.url.IsSet() {
		return nil
	}
	forms := l.url.Expr().URLForms()
	fixed, isFixed := l.url.Constant()
	if isFixed {
		forms = []string{fixed}
	}
	for _, form := range forms {
		if form == "" {
			continue // a secret that is not set
		}
		target, ok := newRedirectTarget(form)
		if !ok {
			return hcl.Diagnostics{d.Problem("redirect", "Wrong URL", "Write an absolute URL, such as \"https://shop.example.com/offer\".")}
		}
		l.targets = append(l.targets, target)
	}
	if len(forms) == 0 && l.url.Expr().Tier() != expr.Constant {
		return hcl.Diagnostics{d.Problem("redirect", "Value in the host",
			"A caller would choose where the browser goes. Begin with the server, such as \"https://shop.example.com/${urlpath(link.query.page)}\".")}
	}
	return nil
}

// newRedirectTarget returns the target of a form, false if it is no absolute URL.
func newRedirectTarget(form string) (redirectTarget, bool) {
	text, err := urltext.Join(form)
	if err != nil || urltext.BeginsWithValue(form) {
		return redirectTarget{}, false
	}
	origin, ok := originOf(text)
	return redirectTarget{origin, urltext.BeforeValue(form)}, ok
}

// originOf returns scheme and host of an absolute URL.
func originOf(text string) (string, bool) {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") || u.User != nil {
		return "", false
	}
	return u.Scheme + "://" + u.Host, true
}

// header returns the header of the redirect for a click.
func (l *linkRedirect) header(ctx context.Context, env expr.Env) http.Header {
	return http.Header{"Location": {asciiURL(l.target(ctx, env))}, "Cache-Control": {"no-store"}, "Referrer-Policy": {"no-referrer"}}
}

// target returns the URL for a click, or the part before the first value if it
// has none.
func (l *linkRedirect) target(ctx context.Context, env expr.Env) string {
	text, err := l.url.Eval(ctx, env)
	if err == nil {
		text, err = urltext.Join(text)
	}
	origin, ok := originOf(text)
	if err == nil && ok && slices.ContainsFunc(l.targets, func(t redirectTarget) bool { return t.origin == origin }) {
		return text
	}
	if len(l.targets) == 0 {
		return ""
	}
	return l.targets[0].start
}

// asciiURL percent-encodes the bytes that a URL must not hold.
func asciiURL(text string) string {
	var out strings.Builder
	for _, c := range []byte(text) {
		if c <= ' ' || c >= 0x7f {
			fmt.Fprintf(&out, "%%%02X", c)
			continue
		}
		out.WriteByte(c)
	}
	return out.String()
}
