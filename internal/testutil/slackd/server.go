package slackd

import (
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// Token is the bot's, which begins as Slack's do.
const Token = "xoxb-slack-t0ken"

// HookPath is the path of the incoming webhook, whose address is a secret as a whole.
const HookPath = "/services/T0TEAM/B0HOOK/h00k-s3cret"

// Server is a running stand-in.
type Server struct {
	URL string // what base_url is: the methods stand below it

	mu       sync.Mutex
	origin   string
	messages []Message
	failures []Failure
	requests []Request
	clock    int
}

// Message is one message that was posted.
type Message struct {
	Channel string // id, such as "C0ALERTS"
	Text    string // as it came
	Blocks  []any
	Thread  string // thread_ts; "" for none
	TS      string
	Webhook bool
}

// Failure is an answer that is no success. A Code with the status 200 becomes
// {"ok": false, "error": Code} of a method; otherwise it is the body.
type Failure struct {
	Status     int
	Code       string
	RetryAfter string // header; "" for none
	Late       bool   // the message is posted before the answer fails
}

// Request is one request that came.
type Request struct {
	Path   string
	Header http.Header
	Body   string
}

// Start runs a server until the test ends.
func Start(t testing.TB) *Server {
	t.Helper()
	s := New()
	h := httptest.NewServer(s)
	t.Cleanup(h.Close)
	s.origin, s.URL = h.URL, h.URL+"/api"
	return s
}

// New makes a server that nobody listens for yet: it is a handler of a test's
// own server, below "/api/" and "/services/".
func New() *Server { return &Server{clock: 1700000000} }

// WebhookURL is the address of the incoming webhook.
func (s *Server) WebhookURL() string { return s.origin + HookPath }

// Fail lets the next requests fail, one for each failure.
func (s *Server) Fail(failures ...Failure) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failures = append(s.failures, failures...)
}

// Messages returns what was posted, oldest first.
func (s *Server) Messages() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Message(nil), s.messages...)
}

// Requests returns what came, in order.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Request(nil), s.requests...)
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, Request{r.URL.Path, r.Header.Clone(), string(body)})
	w.Header()["Date"] = nil
	var failure *Failure
	if len(s.failures) > 0 {
		failure, s.failures = &s.failures[0], s.failures[1:]
	}
	if failure != nil && !failure.Late {
		failure.write(w)
		return
	}
	var out answer
	switch {
	case r.Method == http.MethodPost && r.URL.Path == HookPath:
		out = s.hook(r, body)
	case r.Method == http.MethodPost && r.URL.Path == "/api/chat.postMessage":
		out = s.postMessage(r, body)
	case strings.HasPrefix(r.URL.Path, "/api/"):
		out = refused("unknown_method")
	default:
		out = answer{http.StatusNotFound, "text/plain", "no_service"}
	}
	if failure != nil {
		failure.write(w)
		return
	}
	w.Header().Set("Content-Type", out.kind)
	w.WriteHeader(out.status)
	_, _ = io.WriteString(w, out.body)
}

func (f *Failure) write(w http.ResponseWriter) {
	if f.RetryAfter != "" {
		w.Header().Set("Retry-After", f.RetryAfter)
	}
	body := f.Code
	if f.Status == http.StatusOK {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		body = refused(f.Code).body
	}
	w.WriteHeader(f.Status)
	_, _ = io.WriteString(w, body)
}

// answer is what goes back.
type answer struct {
	status int
	kind   string
	body   string
}

func method(v map[string]any) answer {
	text, err := json.Marshal(v)
	if err != nil {
		return answer{http.StatusInternalServerError, "text/plain", err.Error()}
	}
	return answer{http.StatusOK, "application/json; charset=utf-8", string(text)}
}

// refused is how a method fails: with the status 200. details are for those
// who write the request.
func refused(code string, details ...string) answer {
	out := map[string]any{"ok": false, "error": code}
	if len(details) > 0 {
		out["response_metadata"] = map[string]any{"messages": details}
	}
	if code == "missing_scope" {
		out["needed"], out["provided"] = "chat:write", "channels:read"
	}
	return method(out)
}

// object reads a body that must be a JSON object, and returns a code where it
// is none.
func object(r *http.Request, body []byte) (map[string]any, string) {
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/json" || params["charset"] != "" && params["charset"] != "utf-8" {
		return nil, "invalid_post_type"
	}
	var out map[string]any
	d := json.NewDecoder(strings.NewReader(string(body)))
	d.UseNumber()
	if err := d.Decode(&out); err != nil || out == nil || d.More() {
		return nil, "invalid_json"
	}
	return out, ""
}

func (s *Server) add(m Message) Message {
	s.clock++
	m.TS = fmt.Sprintf("%d.000100", s.clock)
	s.messages = append(s.messages, m)
	return m
}
