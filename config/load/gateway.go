package load

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/outbound"
)

// Gateway is the block of settings of the whole process. Flags and variables of
// the environment take precedence over it.
type Gateway struct {
	Listen    string // address of the endpoints
	PublicURL string // the beginning of printed and displayed URLs; "" if not set
	Admin     *Admin
	TLS       *TLS
	// TrustedProxies are addresses and networks; nil if the file says nothing.
	TrustedProxies []string
	ProxyProtocol  bool // trusted proxies send the header of the PROXY protocol
	Limits         *Limits
	Egress         *Egress
	History        *History
	Metrics        *Metrics
}

// Metrics chooses which numbers the gateway exports.
type Metrics struct {
	PerAction bool // the time of each action has a histogram of its own
}

// Describe declares the block.
func (m *Metrics) Describe(s *schema.Spec) {
	*m = Metrics{}
	s.Doc = "Which metrics the gateway exports."
	schema.Attr(s, &m.PerAction, "per_action", "Whether `gateway_action_duration_seconds` has a histogram for each action instead of one for each kind of action in a flow. A histogram has 18 series.")
}

// Admin configures the listener of the API, the metrics and the health checks.
type Admin struct {
	Listen string
}

// Limits bounds requests and the number of concurrent runs.
type Limits struct {
	Body      expr.Size
	Headers   expr.Size
	JSONDepth int
	Runs      int
	Memory    expr.Size // 0 if not set

	Connections   int // open ones of one address
	FailedSignIns int // of one address in a minute; 0 for no limit
	StrayRequests int // as above
}

// Egress holds the settings of outgoing requests.
type Egress struct {
	Allow       []string // addresses that flows may reach although they are not public
	IdleTimeout time.Duration
	Proxy       string         // a URL, "environment", or "" for none
	Proxies     outbound.Proxy // that Proxy names; set by the loader
}

func defaultGateway() Gateway {
	g := Gateway{}
	g.Describe(&schema.Spec{})
	g.Admin, g.Limits, g.Egress, g.History, g.Metrics = &Admin{}, &Limits{}, &Egress{}, &History{}, &Metrics{}
	for _, d := range []schema.Describer{g.Admin, g.Limits, g.Egress, g.History, g.Metrics} {
		d.Describe(&schema.Spec{})
	}
	return g
}

// Describe declares the block.
func (g *Gateway) Describe(s *schema.Spec) {
	g.Listen = ":8080"
	s.Doc = "Settings of the whole process. All files together have at most one. Every value has a default; flags and `GATEWAY_*` variables take precedence over the file."
	s.Example(schema.Example{
		Title: "With a public name, behind proxies, and with internal systems that flows may reach",
		HCL: `gateway {
  public_url      = "https://hooks.example.com"
  trusted_proxies = ["10.0.0.0/8"]
  egress { allow = ["10.1.0.0/16", "warehouse.internal"] }
  history { keep = "30d" }
}`,
	})
	s.Example(schema.Example{
		Title: "On the internet without a proxy, with certificates of Let's Encrypt",
		HCL: `gateway {
  listen     = ":443"
  public_url = "https://hooks.example.com"
  tls {
    acme {
      domains = ["hooks.example.com"]
      email   = "ops@example.com"
    }
  }
}`,
	})
	schema.Attr(s, &g.Listen, "listen", "Address of the endpoints. A change takes effect at the next start.")
	schema.Attr(s, &g.PublicURL, "public_url", "The beginning of the URLs of endpoints, as senders know it. It is printed and displayed, and part of the signatures of senders that sign the URL.")
	schema.Single(s, &g.Admin, "admin", "The listener of the API, the metrics and the health checks. They are never served on the public listener.")
	g.describeProxies(s)
	schema.Single(s, &g.TLS, "tls", "Serves the endpoints over HTTPS.")
	schema.Single(s, &g.Limits, "limits", "Bounds of requests and runs.")
	schema.Single(s, &g.Egress, "egress", "Flows can't reach private, loopback, link-local and metadata addresses unless they are listed here.")
	schema.Single(s, &g.Metrics, "metrics", "Which metrics the gateway exports.")
	schema.Single(s, &g.History, "history", "How long runs are kept, and how much of each.")
	s.Check(g.checkAddresses)
}

func (g *Gateway) checkAddresses(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics {
	var diags hcl.Diagnostics
	if err := checkListen(g.Listen); err != nil {
		diags = append(diags, d.Problem("listen", "Wrong address", err.Error()+"."))
	}
	if g.PublicURL == "" {
		return diags
	}
	u, err := url.Parse(g.PublicURL)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") || u.RawQuery != "" || u.Fragment != "" {
		diags = append(diags, d.Problem("public_url", "Wrong URL", `A public URL looks like "https://hooks.example.com".`))
	}
	return diags
}

// Describe declares the block.
func (a *Admin) Describe(s *schema.Spec) {
	a.Listen = "127.0.0.1:8081"
	s.Doc = "On an address other than loopback the admin listener requires a token."
	schema.Attr(s, &a.Listen, "listen", "Address of the admin listener. A change takes effect at the next start.")
	s.Check(func(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics {
		if err := checkListen(a.Listen); err != nil {
			return hcl.Diagnostics{d.Problem("listen", "Wrong address", err.Error()+".")}
		}
		return nil
	})
}

// Describe declares the block.
func (l *Limits) Describe(s *schema.Spec) {
	*l = Limits{Body: 1 << 20, Headers: 64 << 10, JSONDepth: 64, Runs: 256, Connections: 2000, FailedSignIns: 30, StrayRequests: 120}
	s.Doc = "A request above a limit is refused. Each limit has its own status."
	schema.Attr(s, &l.Body, "body", "Largest body of a request, from 1B to 1GiB. A larger one gets 413.")
	schema.Attr(s, &l.Headers, "headers", "Largest header of a request, from 1KiB to 16MiB. A larger one gets 431. A change takes effect at the next start.")
	schema.Attr(s, &l.JSONDepth, "json_depth", "How deep lists and objects of a body may be nested, from 1 to 1000. A deeper body gets 400.")
	schema.Attr(s, &l.Runs, "runs", "Concurrent runs of the whole process, from 1 to 1000000. A request above it gets 503.")
	schema.Attr(s, &l.Memory, "memory", "Bytes that the bodies and decoded values of all requests and runs, the outputs of their actions, and the answers that callers have not read, may take together. A request above it gets 503, and an action fails with the reason `memory`, which `retry` attempts again. Default: half of the memory of the container or the machine.")
	schema.Attr(s, &l.Connections, "connections_per_address", "Open connections of one client address, from 1 to 1000000; the addresses of an IPv6 network (/64) count as one. A connection above it is closed at once. Trusted proxies have no limit: name them in `trusted_proxies`.")
	schema.Attr(s, &l.FailedSignIns, "failed_sign_ins", "Requests of one client address in a minute that may fail the checks of `auth`. Answers to further ones are delayed by 2 s. Requests with the right credentials are never delayed. `0` delays none.")
	schema.Attr(s, &l.StrayRequests, "stray_requests", "Requests of one client address in a minute that reach no flow: to an unknown path, with a wrong method, or from an address or a page that `allow_ips` or `cors` refuses. Answers to further ones are delayed by 2 s, so that a flood of them takes little of the processor. Other requests of the address and those that trusted proxies send themselves are never delayed. `0` delays none.")
	s.Check(l.checkRanges)
}

func (l *Limits) checkRanges(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics {
	var diags hcl.Diagnostics
	for _, limit := range []struct {
		name   string
		ok     bool
		bounds string
	}{
		{"body", l.Body >= 1 && l.Body <= 1<<30, "from 1B to 1GiB"},
		{"headers", l.Headers >= 1<<10 && l.Headers <= 16<<20, "from 1KiB to 16MiB"},
		{"json_depth", l.JSONDepth >= 1 && l.JSONDepth <= 1000, "from 1 to 1000"},
		{"memory", l.Memory == 0 || l.Memory >= 1<<20 && l.Memory >= l.Body, "at least 1MiB, and not less than \"body\""},
		{"connections_per_address", l.Connections >= 1 && l.Connections <= 1_000_000, "from 1 to 1000000"},
		{"failed_sign_ins", l.FailedSignIns >= 0 && l.FailedSignIns <= 1_000_000, "from 0 to 1000000"},
		{"stray_requests", l.StrayRequests >= 0 && l.StrayRequests <= 1_000_000, "from 0 to 1000000"},
		{"runs", l.Runs >= 1 && l.Runs <= 1_000_000, "from 1 to 1000000"},
	} {
		if !limit.ok {
			diags = append(diags, d.Problem(limit.name, "Limit out of range", fmt.Sprintf("%q must be %s.", limit.name, limit.bounds)))
		}
	}
	return diags
}

// Describe declares the block.
func (e *Egress) Describe(s *schema.Spec) {
	e.IdleTimeout = outbound.DefaultIdleTimeout
	s.Doc = "Flows can reach every public address. `gateway validate` refuses a `url`, `base_url`, `webhook_url`, `jwks_url` or `host` that is written as an address or `localhost`, there or in a local, and that is not public and not allowed here. Names are not looked up, and a value of the environment or of the run is judged in the run only."
	schema.Attr(s, &e.Allow, "allow", "Networks (`10.1.0.0/16`), addresses, and host names (`warehouse.internal`, `*.internal`), each with an optional `:port`.")
	schema.Attr(s, &e.IdleTimeout, "idle_timeout", "An HTTP connection that was not used for this time is closed, and the next request makes a new one. It should be shorter than the time after which the servers close theirs, often 5 seconds: a request that meets the end of its connection fails, because it may have arrived. From 100ms to 10m.")
	schema.Attr(s, &e.Proxy, "proxy", "The proxy of the requests of `http`, `webhook`, `slack` and Jira actions, such as `http://proxy.internal:3128`; mails and databases do not use it. `environment` takes it from the variables `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`. The proxy looks names up, so the gateway judges a target by its name: it refuses addresses that are not public, names without a dot, and names in domains such as `internal` and `local`, unless `allow` lists them. Let the proxy refuse private addresses, because a public name may lead to one.", schema.Secret())
	s.Check(e.checkEntries)
	s.Check(e.checkProxy)
	s.Check(func(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics {
		if e.IdleTimeout < 100*time.Millisecond || e.IdleTimeout > 10*time.Minute {
			return hcl.Diagnostics{d.Problem("idle_timeout", "Limit out of range", `"idle_timeout" must be from 100ms to 10m.`)}
		}
		return nil
	})
}

// checkEntries reports each entry that the guarded client can't parse.
func (e *Egress) checkEntries(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics {
	var diags hcl.Diagnostics
	for i, entry := range e.Allow {
		var bad *outbound.BadEntry
		if _, err := outbound.ParsePolicy([]string{entry}); errors.As(err, &bad) {
			diags = append(diags, diag.Error(d.Element("allow", i), "Wrong address", fmt.Sprintf("%q: %s.", entry, bad.Why)))
		}
	}
	return diags
}

// History says how much is kept of finished runs.
type History struct {
	Keep time.Duration
	Size expr.Size // of the whole store; 0 for no limit
	Body expr.Size // of a body, an input and an output each
}

// Describe declares the block.
func (h *History) Describe(s *schema.Spec) {
	*h = History{Keep: 30 * 24 * time.Hour, Body: 64 << 10}
	s.Doc = "Unfinished runs are always kept. Failed runs are kept whole, so that they can be retried."
	schema.Attr(s, &h.Keep, "keep", "Runs that ended longer ago are deleted.")
	schema.Attr(s, &h.Size, "size", "If the store is larger, the oldest runs are deleted. Without it only their age counts.")
	schema.Attr(s, &h.Body, "body", "How much is kept of each body, input and output of a finished run. A longer one is cut, and marked as cut.")
	s.Check(func(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics {
		if h.Keep < time.Minute {
			return hcl.Diagnostics{d.Problem("keep", "Wrong value", "Write at least \"1m\": runs are kept for at least a minute.")}
		}
		return nil
	})
}

func checkListen(addr string) error {
	_, port, err := net.SplitHostPort(addr)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		return fmt.Errorf("%q is not an address to listen on; write \":8080\" or \"127.0.0.1:8080\"", addr)
	}
	return nil
}

func (l *loader) decodeGateway(g *Gateway) {
	blocks := l.blocksOfType("gateway")
	for i, b := range blocks {
		if i > 0 {
			l.report(diag.Error(b.DefRange(), "Block given twice", "All files together have at most one gateway block. The first one is at "+formatPlace(blocks[0].DefRange())+"."))
			continue
		}
		decoded := defaultGateway()
		l.report(schema.Decode(&schema.Context{Scope: l.scopes.forFile(b.file)}, &decoded, b.Block)...)
		*g = decoded
		l.resolveProxy(g.Egress, b.Block)
	}
	l.setEgress(blocks, g)
	l.settings = fmt.Sprintf("%t %q %v %q %d", l.egress != nil, g.Egress.Allow, g.Egress.IdleTimeout, g.Egress.Proxies, g.Limits.Runs)
}

// setEgress makes the egress policy known to the blocks that are decoded later. If a
// file could not be parsed or the list is not known on this machine, the policy
// stays unknown.
func (l *loader) setEgress(blocks []locatedBlock, g *Gateway) {
	if l.incomplete || len(blocks) > 1 || len(blocks) == 1 && len(g.Egress.Allow) == 0 && hasAllow(blocks[0].Body) {
		return
	}
	policy, err := outbound.ParsePolicy(g.Egress.Allow)
	if err != nil {
		return // the list has findings of its own
	}
	l.egress = policy.CheckHost
}

// hasAllow reports whether a gateway block has a list egress { allow } that is not
// written as [].
func hasAllow(gateway *hclsyntax.Body) bool {
	for _, b := range gateway.Blocks {
		if allow, ok := b.Body.Attributes["allow"]; ok && b.Type == "egress" {
			list, written := allow.Expr.(*hclsyntax.TupleConsExpr)
			return !written || len(list.Exprs) > 0
		}
	}
	return false
}
