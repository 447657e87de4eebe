package endpoint

import (
	"time"

	"go.uber.org/zap"
)

// warningPause is the time between two warnings of a proxy that is not
// trusted.
const warningPause = time.Hour

// warnUnknownProxy warns if a request to a flow with allow_ips seems to come
// through a proxy and the files name none: the flow then judges the address of the
// proxy.
func (q *request) warnUnknownProxy() {
	if q.Endpoint.HTTP.AllowsIPs == nil || q.Snapshot.Config.Gateway.TrustedProxies != nil {
		return
	}
	if len(q.r.Header["X-Forwarded-For"]) == 0 && len(q.r.Header["Forwarded"]) == 0 {
		return
	}
	next, now := q.handler.proxyWarning.Load(), q.Began.UnixNano()
	if now < next || !q.handler.proxyWarning.CompareAndSwap(next, now+int64(warningPause)) {
		return
	}
	q.handler.Log.Warn("a request names its client in X-Forwarded-For or Forwarded, and trusted_proxies is not set, so allow_ips judges the address of the proxy",
		zap.String("flow", q.FlowName()), zap.Stringer("remote_ip", q.client))
}
