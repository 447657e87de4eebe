package triggers

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/triggers/input"
)

// unread is a body that must not be read.
type unread struct{ t testing.TB }

func (u unread) Read([]byte) (int, error) {
	u.t.Error("the body was read")
	return 0, io.EOF
}

// failing is a body that ends with an error.
type failing struct {
	text string
	err  error
}

func (f *failing) Read(p []byte) (int, error) {
	if f.text == "" {
		return 0, f.err
	}
	n := copy(p, f.text)
	f.text = f.text[n:]
	return n, nil
}

const hmacAuth = `auth "hmac" {
  secret = secret.key
  header = "X-Signature"
}
`

const bearerAuth = `auth "bearer" {
  token = secret.key
}
`

const basicAuth = `auth "basic" {
  username = "shop"
  password = secret.key
}
`

func sign(body string) http.Header {
	mac := hmac.New(sha256.New, []byte("correct-horse-battery"))
	mac.Write([]byte(body))
	return http.Header{"X-Signature": {hex.EncodeToString(mac.Sum(nil))}}
}

func bearer() http.Header {
	return http.Header{"Authorization": {"Bearer correct-horse-battery"}}
}

// TestOrder checks that each check hides all later ones.
func TestOrder(t *testing.T) {
	t.Parallel()
	const wrongEverywhere = "variable \"v\" {\n  type = number\n}\nallow_ips = [\"192.0.2.0/24\"]\n"
	for name, c := range map[string]struct {
		auth    string
		request sent
		status  int
		outcome string
	}{
		"address first":             {bearerAuth, sent{ip: "198.51.100.1", reader: unread{t}, typ: "text/plain"}, 403, "forbidden"},
		"then credentials":          {bearerAuth, sent{reader: unread{t}, length: 1 << 30, typ: "text/plain"}, 401, "unauthorized"},
		"then the size":             {bearerAuth, sent{header: bearer(), reader: unread{t}, length: 1 << 30, typ: "text/plain"}, 413, "too_large"},
		"size before a signature":   {hmacAuth, sent{reader: unread{t}, length: 1 << 30, typ: "text/plain"}, 413, "too_large"},
		"signature before the type": {hmacAuth, sent{body: "{", typ: "text/plain"}, 401, "unauthorized"},
		"signature before the body": {hmacAuth, sent{body: "{", typ: "application/json"}, 401, "unauthorized"},
		"signature before values":   {hmacAuth, sent{body: "{}", typ: "application/json"}, 401, "unauthorized"},
		"signature of other bytes":  {hmacAuth, sent{body: `{"v": 2}`, header: sign(`{"v": 1}`)}, 401, "unauthorized"},
		"type before the body":      {hmacAuth, sent{body: "{", header: sign("{"), typ: "text/plain"}, 415, "unsupported_type"},
		"body before the query":     {hmacAuth, sent{body: "{", header: sign("{"), url: "/?" + strings.Repeat("a&", 1001)}, 400, "malformed"},
		"query before the values":   {hmacAuth, sent{body: "{}", header: sign("{}"), url: "/?" + strings.Repeat("a&", 1001)}, 400, "malformed"},
		"then the values":           {hmacAuth, sent{body: "{}", header: sign("{}")}, 422, "invalid"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := mustLoad(t, wrongEverywhere+c.auth)
			problem := c.request.refused(t, w, c.status)
			if problem.Outcome != c.outcome {
				t.Errorf("outcome %q, want %q", problem.Outcome, c.outcome)
			}
		})
	}
}

func TestAuth(t *testing.T) {
	t.Parallel()
	const body = `{"a": 1}`
	both := bearerAuth + hmacAuth
	for name, c := range map[string]struct {
		declared string
		header   http.Header
		letIn    bool
	}{
		"none asked":               {"", nil, true},
		"bearer":                   {bearerAuth, bearer(), true},
		"no bearer":                {bearerAuth, nil, false},
		"wrong bearer":             {bearerAuth, http.Header{"Authorization": {"Bearer x"}}, false},
		"signature":                {hmacAuth, sign(body), true},
		"wrong signature":          {hmacAuth, sign("x"), false},
		"two ways, the first":      {both, bearer(), true},
		"two ways, the second":     {both, sign(body), true},
		"two ways, neither":        {both, http.Header{"Authorization": {"Bearer x"}, "X-Signature": {"00"}}, false},
		"two early, the second":    {basicAuth + bearerAuth, bearer(), true},
		"secret that nobody set":   {"auth \"bearer\" {\n  token = secret.unset\n}", bearer(), false},
		"nothing for unset secret": {"auth \"bearer\" {\n  token = secret.unset\n}", http.Header{"Authorization": {"Bearer "}}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := mustLoad(t, c.declared)
			request := sent{body: body, header: c.header}
			if !c.letIn {
				_ = request.refused(t, w, 401)
				return
			}
			if got := read(t, request.accepted(t, w), "body"); got != `{"a":1}` {
				t.Errorf("body %s", got)
			}
		})
	}
}

func TestQueryAuth(t *testing.T) {
	t.Parallel()
	w := mustLoad(t, "auth \"query\" {\n  name = \"token\"\n  value = secret.key\n}")
	sent{url: "/?token=correct-horse-battery"}.accepted(t, w)
	_ = sent{url: "/?token=x", reader: unread{t}}.refused(t, w, 401)
	_ = sent{reader: unread{t}}.refused(t, w, 401)
}

func TestChallenges(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		declared string
		want     []string
	}{
		"hmac":         {hmacAuth, []string{"Signature"}},
		"each its own": {basicAuth + bearerAuth + hmacAuth, []string{"Basic", "Bearer", "Signature"}},
		"only early":   {basicAuth, []string{"Basic"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			problem := sent{body: "{}"}.refused(t, mustLoad(t, c.declared), 401)
			var schemes []string
			for _, text := range problem.Header.Values("WWW-Authenticate") {
				scheme, _, _ := strings.Cut(text, " ")
				schemes = append(schemes, scheme)
			}
			if !slices.Equal(schemes, c.want) {
				t.Errorf("challenges %q, want %q", schemes, c.want)
			}
		})
	}
}

func TestAllowIPs(t *testing.T) {
	t.Parallel()
	w := mustLoad(t, `allow_ips = ["192.0.2.0/24", "203.0.113.9", "2001:db8::/32", "::ffff:10.0.0.0/104", "::ffff:198.51.100.1"]`)
	for addr, letIn := range map[string]bool{
		"192.0.2.255": true, "192.0.3.0": false, "203.0.113.9": true, "203.0.113.10": false,
		"::ffff:192.0.2.1": true, "2001:db8::1": true, "2001:db9::1": false, "2001:db8::1%eth0": true,
		"10.1.2.3": true, "11.0.0.1": false, "198.51.100.1": true,
	} {
		_, problem := sent{ip: addr}.to(t, w)
		if (problem == nil) != letIn {
			t.Errorf("%s: %v", addr, problem)
		}
		if problem != nil && strings.Contains(problem.Error(), "192.") {
			t.Errorf("the answer tells the addresses: %v", problem)
		}
	}
	if _, problem := w.Accept(&http.Request{}, flow.Incoming{}); problem == nil || problem.Status != 403 {
		t.Errorf("a request without an address is let in: %v", problem)
	}
}

func TestBodyLimit(t *testing.T) {
	t.Parallel()
	w := mustLoad(t, "")
	body := `"` + strings.Repeat("a", 98) + `"`
	limit := func(n int64) flow.Limits { return flow.Limits{Body: n} }
	sent{body: body, limits: limit(100)}.accepted(t, w)
	sent{reader: strings.NewReader(body), limits: limit(100)}.accepted(t, w)
	for name, s := range map[string]sent{
		"announced":                {reader: unread{t}, length: 100, limits: limit(99)},
		"not announced":            {reader: strings.NewReader(body), limits: limit(99)},
		"announced to be less":     {reader: strings.NewReader(body), length: 99, limits: limit(99)},
		"endless":                  {reader: endless{}, limits: limit(1 << 20)},
		"bounded by whoever calls": {reader: &failing{"{", &http.MaxBytesError{Limit: 99}}, limits: limit(100)},
	} {
		problem := s.refused(t, w, 413)
		if want := "at most"; problem.Outcome != "too_large" || !strings.Contains(problem.Detail, want) {
			t.Errorf("%s: %+v", name, problem)
		}
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

// TestGrowth reads bodies with sizes around those of the buffer.
func TestGrowth(t *testing.T) {
	t.Parallel()
	w := mustLoad(t, "")
	for _, n := range []int{2, 511, 512, 513, firstRead - 1, firstRead, firstRead + 1, 200_000} {
		body := `"` + strings.Repeat("a", n-2) + `"`
		for _, s := range []sent{{body: body}, {reader: strings.NewReader(body)}, {reader: strings.NewReader(body), length: int64(n)}} {
			if got := read(t, s.accepted(t, w), "raw"); got != asJSON(t, body) {
				t.Errorf("%d bytes came as %d", n, len(got))
			}
		}
	}
}

func TestBrokenBodies(t *testing.T) {
	t.Parallel()
	w := mustLoad(t, "")
	for name, c := range map[string]struct {
		err     error
		status  int
		outcome string
	}{
		"read deadline":  {os.ErrDeadlineExceeded, 408, "too_slow"},
		"time-out":       {timeout{}, 408, "too_slow"},
		"cut off":        {io.ErrUnexpectedEOF, 400, "disconnected"},
		"reset":          {errors.New("connection reset by peer 10.0.0.1"), 400, "disconnected"},
		"chunk encoding": {errors.New("invalid byte in chunk length"), 400, "disconnected"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			problem := sent{reader: &failing{`{"a":`, c.err}}.refused(t, w, c.status)
			if problem.Outcome != c.outcome || strings.Contains(problem.Error(), "10.0.0.1") {
				t.Errorf("%+v", problem)
			}
			if closes := problem.Header.Get("Connection") == "close"; closes != (c.status == 408) {
				t.Errorf("headers %v", problem.Header)
			}
		})
	}
}

type timeout struct{}

func (timeout) Error() string   { return "i/o timeout" }
func (timeout) Timeout() bool   { return true }
func (timeout) Temporary() bool { return true }

// TestFaultsAreBounded checks that a body of many wrong values can't make a far
// larger answer.
func TestFaultsAreBounded(t *testing.T) {
	t.Parallel()
	w := mustLoad(t, "variable \"v\" {\n  type = map(number)\n}")
	var b strings.Builder
	long := strings.Repeat("k", 2000)
	for i := range 300 {
		b.WriteString(`,"` + long[:i] + `":""`)
	}
	problem := sent{body: `{"v":{"` + long + `":"",` + b.String()[1:] + `}}`}.refused(t, w, 422)
	if len(problem.Faults) != input.MaxFaults || problem.Detail != "301 values are missing or wrong; the first 100 are listed." {
		t.Errorf("%d faults: %s", len(problem.Faults), problem.Detail)
	}
	if cause := problem.Cause.Error(); !strings.HasSuffix(cause, "; and 296 more") || len(cause) > 5*2000 {
		t.Errorf("%d bytes for the log, ending in %q", len(cause), cause[max(0, len(cause)-20):])
	}
	problem = sent{body: `{"v":{"` + long + `":""}}`}.refused(t, w, 422)
	if cause := problem.Cause.Error(); cause != "body /v: This must be a number" {
		t.Errorf("for the log %q", cause)
	}
	if got := problem.Faults[0].Pointer; got != "/v" {
		t.Errorf("a pointer of %d bytes", len(got))
	}
}

// TestNoValueInAnswers checks that no answer repeats text that a caller sent as a
// value.
func TestNoValueInAnswers(t *testing.T) {
	t.Parallel()
	const canary = "canary7"
	w := mustLoad(t, `
path          = "/{p}"
content_types = ["json", "form", "xml", "multipart", "text"]
variable "a" {
  type    = string
  enum    = ["x"]
  pattern = "^x"
  format  = "email"
  max     = 1
}
variable "b" {
  type = number
}
variable "h" {
  type = number
  from = webhook.headers.h
}
variable "q" {
  type = bool
  from = webhook.query.q
}
variable "p" {
  type = number
  from = webhook.path.p
}`)
	for _, s := range []sent{
		{body: `{"a":"` + canary + `","b":"` + canary + `"}`},
		{body: `{"a":"` + canary},
		{body: `{"a":"` + canary + `","a":1}`},
		{body: `{"a":"` + canary + `" 1}`},
		{body: `<a>` + canary + `</b>`, typ: "application/xml"},
		{body: `a=` + canary + `&b=` + canary, typ: "application/x-www-form-urlencoded"},
		{body: canary, typ: "multipart/form-data; boundary=x"},
		{body: canary + "\xff", typ: "text/plain"},
		{body: "x", typ: canary + "/" + canary},
		{body: "x", typ: "text/plain; charset=" + canary},
	} {
		s.url, s.path = "/x?q="+canary, map[string]string{"p": canary}
		s.header = http.Header{"H": {canary}}
		_, problem := s.to(t, w)
		if problem == nil {
			t.Fatalf("accepted: %+v", s)
		}
		text := problem.Error()
		for _, f := range problem.Faults {
			text += f.Pointer + f.Detail + f.Expected + f.Actual
		}
		if strings.Contains(text, canary) {
			t.Errorf("%q is repeated: %s", s.body, text)
		}
	}
}
