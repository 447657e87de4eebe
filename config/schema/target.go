package schema

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/diag"
)

// defaultPorts are the ports of URLs that name none.
var defaultPorts = map[string]int{"http": 80, "https": 443}

// CheckURL reports an attribute whose URL is written in the files and leads to a host
// that Context.Egress refuses. A URL that begins with a value of the environment or
// of the run is not judged.
func (c *Context) CheckURL(d *Decoded, name string) hcl.Diagnostics {
	text, whole := c.Scope.WrittenText(d.Expr(name))
	scheme, rest, _ := strings.Cut(text, "://")
	end := strings.IndexAny(rest, "/?#")
	if end < 0 && !whole {
		return nil // the host continues with a value
	}
	if end >= 0 {
		rest = rest[:end]
	}
	u, err := url.Parse(scheme + "://" + rest)
	if err != nil {
		return nil // the URL has findings of its own
	}
	port := defaultPorts[u.Scheme]
	if u.Port() != "" {
		port, _ = strconv.Atoi(u.Port())
	}
	return c.judgeTarget(d, name, u.Hostname(), port)
}

// CheckHost reports an attribute that leads to a host that Context.Egress refuses. It
// judges only settings that are written in the files: the attribute and "port".
func (c *Context) CheckHost(d *Decoded, name, host string, port int) hcl.Diagnostics {
	if _, whole := c.Scope.WrittenText(d.Expr(name)); !whole {
		return nil
	}
	if d.Has("port") && !c.Scope.IsWritten(d.Expr("port")) {
		return nil
	}
	return c.judgeTarget(d, name, host, port)
}

func (c *Context) judgeTarget(d *Decoded, name, host string, port int) hcl.Diagnostics {
	if c.Egress == nil || port < 1 || port > 65535 {
		return nil
	}
	if err := c.Egress(host, uint16(port)); err != nil {
		return hcl.Diagnostics{d.Problem(name, "Address refused", diag.Sentence(err))}
	}
	return nil
}
