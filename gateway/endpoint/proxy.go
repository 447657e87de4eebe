package endpoint

import (
	"time"

	"go.uber.org/zap"
)

// warningPause is the time between two warnings of a proxy that is not
// trusted.
const warningPause = time.Hour

// warnUnknownProxy warns if a request seems to come through a proxy and the files name
// none, and its flow judges the address of the client or counts by it: that is the
// address of the proxy then.
func (q *request) warnUnknownProxy() {
	uses := ""
	switch {
	case q.Endpoint.HTTP.AllowsIPs != nil:
		uses = "allow_ips judges"
	case q.Endpoint.HTTP.CountsAddress:
		uses = "rate_limit counts by"
	}
	if uses == "" || q.Snapshot.Config.Gateway.TrustedProxies != nil {
		return
	}
	if len(q.r.Header["X-Forwarded-For"]) == 0 && len(q.r.Header["Forwarded"]) == 0 {
		return
	}
	next, now := q.handler.proxyWarning.Load(), q.Began.UnixNano()
	if now < next || !q.handler.proxyWarning.CompareAndSwap(next, now+int64(warningPause)) {
		return
	}
	q.handler.Log.Warn("a request names its client in X-Forwarded-For or Forwarded, and trusted_proxies is not set, so "+uses+" the address of the proxy",
		zap.String("flow", q.FlowName()), zap.Stringer("remote_ip", q.client))
}
