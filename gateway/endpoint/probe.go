package endpoint

import (
	"net/http"
	"slices"
	"strings"

	"github.com/webhook-gateway/gateway/flow"
)

const outcomeProbe = "probe"

// serveProbe answers HEAD and OPTIONS where no flow takes them. Providers such as
// Trello send them to find out whether an endpoint exists, before they register
// it. It reports whether it has answered. Such requests start no run and are not
// recorded.
func (q *request) serveProbe(methods []string) bool {
	if len(methods) == 0 {
		return false
	}
	response := &flow.Response{Status: http.StatusOK}
	switch q.r.Method {
	case http.MethodHead:
	case http.MethodOptions:
		allow := slices.Concat(methods, []string{http.MethodHead, http.MethodOptions})
		slices.Sort(allow)
		response.Status = http.StatusNoContent
		response.Header = http.Header{"Allow": {strings.Join(slices.Compact(allow), ", ")}}
	default:
		return false
	}
	q.delayRefusal(outcomeProbe)
	q.writeResponse(response)
	q.handler.Metrics.CountUnserved(outcomeProbe, response.Status)
	return true
}
