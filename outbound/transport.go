package outbound

import (
	"crypto/tls"
	"net/http"
	"slices"
	"sync"
	"time"
)

const (
	maxHeaderBytes = 1 << 20
	// minIdle is how many connections to all hosts are kept at least; more if more
	// requests are sent at once.
	minIdle = 256
	// defaultConcurrent is how many requests a client expects at once if its options
	// do not say.
	defaultConcurrent = 64
	// maxPools bounds the transports kept for TLS settings of their own.
	maxPools = 64
)

// pools keeps one transport, with its idle connections, for each TLS setting.
// Connections made under one setting are never used under another.
type pools struct {
	build func(*tls.Config) *http.Transport
	base  *http.Transport // for requests without a setting of their own

	mu  sync.Mutex
	own []pool // most recently used last
}

type pool struct {
	setting   *tls.Config
	transport *http.Transport
}

// newPools prepares transports that dial through c only.
func newPools(c *Client, opts Options) *pools {
	build := func(setting *tls.Config) *http.Transport {
		if setting != nil {
			setting = setting.Clone() // the transport adds its protocols to it
		}
		t := &http.Transport{
			DialContext:            c.countBytes(c.DialContext),
			TLSClientConfig:        setting,
			TLSHandshakeTimeout:    opts.TLSTimeout,
			ForceAttemptHTTP2:      true,
			DisableCompression:     true, // response.go decodes, to hold the limit
			MaxIdleConns:           max(minIdle, opts.MaxConcurrent),
			MaxIdleConnsPerHost:    opts.MaxConcurrent,
			IdleConnTimeout:        opts.IdleTimeout,
			MaxResponseHeaderBytes: maxHeaderBytes,
			// Without pings a silently dead HTTP/2 connection fails request
			// after request until the kernel gives it up.
			HTTP2: &http.HTTP2Config{SendPingTimeout: 15 * time.Second, PingTimeout: 10 * time.Second},
		}
		if c.proxies != nil {
			t.Proxy, t.OnProxyConnectResponse, t.DialContext = c.proxies.proxyOf, checkConnect, c.countBytes(c.dialWithProxies)
		}
		return t
	}
	return &pools{build: build, base: build(opts.TLS)}
}

// transport returns the one for setting, told apart by its pointer. Beyond
// maxPools the one unused for longest is let go, at the cost of its idle
// connections.
func (p *pools) transport(setting *tls.Config) *http.Transport {
	if setting == nil {
		return p.base
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	i := slices.IndexFunc(p.own, func(o pool) bool { return o.setting == setting })
	used := pool{setting: setting}
	switch {
	case i >= 0:
		used = p.own[i]
		p.own = slices.Delete(p.own, i, i+1)
	default:
		used.transport = p.build(setting)
		if len(p.own) == maxPools {
			p.own[0].transport.CloseIdleConnections()
			p.own = slices.Delete(p.own, 0, 1)
		}
	}
	p.own = append(p.own, used)
	return used.transport
}

func (p *pools) closeIdle() {
	p.base.CloseIdleConnections()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, o := range p.own {
		o.transport.CloseIdleConnections()
	}
}
