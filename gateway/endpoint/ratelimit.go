package endpoint

import (
	"crypto/sha256"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/ratelimit"
)

// maxRateKeys is the number of keys of one flow whose rates are counted.
const maxRateKeys = 10_000

// rateLimits holds the limiters of flows by name. A reload keeps those of flows that
// serve. The zero value is ready.
type rateLimits struct{ byFlow sync.Map }

func (l *rateLimits) of(name string) *ratelimit.Limiter {
	if found, ok := l.byFlow.Load(name); ok {
		return found.(*ratelimit.Limiter) //nolint:forcetypeassert // the map has limiters only
	}
	made, _ := l.byFlow.LoadOrStore(name, ratelimit.New(maxRateKeys))
	return made.(*ratelimit.Limiter) //nolint:forcetypeassert // as above
}

// keep drops the limiters of other flows.
func (l *rateLimits) keep(serves func(flow string) bool) {
	l.byFlow.Range(func(name, _ any) bool {
		if !serves(name.(string)) { //nolint:forcetypeassert // the keys are names
			l.byFlow.Delete(name)
		}
		return true
	})
}

// KeepFlows drops what the handler holds of flows that no longer serve. A request in
// progress may bring it back until the next call.
func (h *Handler) KeepFlows(serves func(flow string) bool) { h.rates.keep(serves) }

// countRate counts a request. A shared store is asked only about requests that this
// gateway alone would let pass, so that a flood with one key costs the store little.
func (q *request) countRate(key string, r ratelimit.Rate) ratelimit.Result {
	h := q.handler
	sum := sha256.Sum256([]byte(key)) // keys may be long and confidential
	name, local := string(sum[:16]), h.rates.of(q.FlowName())
	got := local.Take(name, r, q.Began)
	if !got.OK {
		return got
	}
	if shared, ok := h.sharedRates.take(q.r.Context(), q.FlowName(), key, r); ok {
		local.Follow(name, shared, h.Clock.Now())
		return shared
	}
	return got
}

// takeRate counts a request and returns the refusal of one above the rate. It adds
// the fields of draft-ietf-httpapi-ratelimit-headers to the answer.
func (q *request) takeRate(key string, r flow.Rate) *flow.Problem {
	got := q.countRate(key, ratelimit.Rate(r))
	h := q.w.Header()
	h.Set("RateLimit-Policy", fmt.Sprintf(`"default";q=%d;w=%d`, r.Requests, seconds(r.Per)))
	h.Set("RateLimit", fmt.Sprintf(`"default";r=%d;t=%d`, got.Remaining, seconds(got.Reset)))
	if got.OK {
		return nil
	}
	return &flow.Problem{
		Status: http.StatusTooManyRequests, Outcome: "rate_limited", Detail: "Too many requests have come.",
		Header: http.Header{"Retry-After": {strconv.Itoa(seconds(got.Wait))}},
	}
}

// seconds returns the whole seconds after which a time is over.
func seconds(d time.Duration) int { return int(math.Ceil(d.Seconds())) }
