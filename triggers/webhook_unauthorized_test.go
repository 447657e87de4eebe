package triggers

import (
	"net/http"
	"testing"

	"github.com/webhook-gateway/gateway/auth"
	"github.com/webhook-gateway/gateway/auth/challenge"
	"github.com/webhook-gateway/gateway/flow"
)

func TestUnauthorizedStatus(t *testing.T) {
	t.Parallel()
	w := mustLoad(t, bearerAuth+hmacAuth+"unauthorized {\n  status = 403\n}")
	if p := (sent{body: "{}"}).refused(t, w, 403); p.Header != nil || p.Outcome != "unauthorized" {
		t.Errorf("outcome %q with the header %v", p.Outcome, p.Header)
	}
	sent{body: "{}", header: bearer()}.accepted(t, w)
	same := mustLoad(t, bearerAuth+"unauthorized {}")
	if p := (sent{body: "{}"}).refused(t, same, 401); p.Header.Get("WWW-Authenticate") == "" {
		t.Error("no challenge")
	}
}

// A caller that one of several checks refuses by its header sends no body.
func TestAuthAllRefusesBeforeTheBody(t *testing.T) {
	t.Parallel()
	const body = `{"a": 1}`
	w := mustLoad(t, "auth \"all\" {\n"+bearerAuth+hmacAuth+"}\n")
	both := sign(body)
	both.Set("Authorization", bearer().Get("Authorization"))
	sent{body: body, header: both}.accepted(t, w)
	_ = sent{body: "{}", header: both}.refused(t, w, 401)
	_ = sent{body: body, header: bearer()}.refused(t, w, 401)
	_ = sent{reader: unread{t}, header: sign(body)}.refused(t, w, 401)
	_ = sent{reader: unread{t}, header: http.Header{}}.refused(t, w, 401)
}

// A caller whose token can't be checked now may try again, whatever the file says of
// wrong credentials. A caller without a token is refused.
func TestUnavailableKeysAre503(t *testing.T) {
	t.Parallel()
	w := mustLoad(t, bearerAuth+"auth \"jwt\" {\n  jwks_url = \"https://login.example.com/keys\"\n  audience = \"a\"\n  header = \"X-Token\"\n}\nunauthorized {\n  status = 404\n}")
	const token = "eyJhbGciOiJSUzI1NiJ9.e30.AA" // RS256
	p := (sent{body: "{}", header: http.Header{"X-Token": {token}}}).refused(t, w, 503)
	if p.Outcome != "auth_unavailable" || p.Header.Get("Retry-After") != "10" || p.Cause == nil {
		t.Errorf("outcome %q, header %v, cause %v", p.Outcome, p.Header, p.Cause)
	}
	_ = sent{body: "{}"}.refused(t, w, 404)
	both := bearer()
	both.Set("X-Token", token)
	sent{body: "{}", header: both}.accepted(t, w)
}

// Only refusals that callers cause count as failed sign-ins: unknown keys without an
// end, and wrong tokens of challenges, but not a sender whose keys are away.
func TestOutcomesOfUnavailableChecks(t *testing.T) {
	t.Parallel()
	w := mustLoad(t, bearerAuth)
	for want, u := range map[string]*auth.Unavailable{"auth_unavailable": {Err: flow.ErrKeysUnavailable}, "too_many_keys": {Err: flow.ErrKeysUnavailable, TooMany: true}} {
		if p := w.unauthorizedProblem(u); p.Outcome != want || p.Status != 503 {
			t.Errorf("outcome %s with status %d, want %s", p.Outcome, p.Status, want)
		}
	}
	for status, want := range map[int]string{403: "challenge_refused", 400: "challenge_refused", 503: "challenge_unavailable"} {
		if p := (namedChallenge{kind: "asana"}).problem(&challenge.Answer{Status: status, Refusal: flow.ErrHandshakeDone}); p.Outcome != want || p.Status != status {
			t.Errorf("outcome %s with status %d, want %s", p.Outcome, p.Status, want)
		}
	}
}
