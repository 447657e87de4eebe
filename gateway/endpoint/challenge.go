package endpoint

import (
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/gateway/snapshot"
)

// serveChallenge answers a request whose method the endpoint does not accept, and
// with which a provider may try the endpoint. It reports whether it has answered.
func (q *request) serveChallenge(e *snapshot.Endpoint) bool {
	if e == nil {
		return false
	}
	q.Endpoint = e
	answer := e.HTTP.Challenge(q.r, q.incoming(nil))
	if answer == nil {
		q.Endpoint = nil
		return false
	}
	q.refuse(answer)
	return true
}

// recordChallenge counts and logs an answered challenge. It is no run, and the
// history does not have it.
func (q *request) recordChallenge(p *flow.Problem) {
	status := p.Response.Status
	q.countRequest(p.Outcome, status)
	if line := q.handler.Log.Sampled.Check(zapcore.InfoLevel, "answered a challenge"); line != nil {
		line.Write(zap.String("flow", q.Endpoint.Flow.Name), zap.String("run", q.ID), zap.Int("status", status),
			zap.Stringer("remote_ip", q.client), zap.String("detail", q.RedactText(p.Detail)))
	}
}
