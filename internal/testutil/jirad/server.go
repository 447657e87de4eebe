package jirad

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// Flavour is one of the two kinds of Jira.
type Flavour string

// The flavours.
const (
	Cloud      Flavour = "cloud"
	DataCenter Flavour = "server"
)

// What the server lets in: on Cloud the e-mail address with the token, on
// DataCenter the token alone or the user name with the password.
const (
	Email    = "bot@example.com"
	Token    = "jira-t0ken"
	Username = "bot"
	Password = "jira-pa55word"
)

// Account is the id (Cloud) and User the name (DataCenter) of the one person
// that issues can be assigned to.
const (
	Account = "5b10a2844c20165700ede21g"
	User    = "jdoe"
)

// Server is a running stand-in.
type Server struct {
	URL     string
	Flavour Flavour

	mu       sync.Mutex
	issues   []*Issue
	failures []Failure
	failing  map[string]Failure // by operation
	requests []Request
	hidden   bool
	ids      int
}

// Failure is an answer that is no success.
type Failure struct {
	Status     int    // such as 429
	RetryAfter string // header; "" for none
	Body       string // JSON; "" for none
	Late       bool   // the request is carried out before the answer fails
}

// Request is one request that came.
type Request struct {
	Method, Path string
	Header       http.Header
	Body         string
}

// Start runs a server until the test ends.
func Start(t testing.TB, flavour Flavour) *Server {
	t.Helper()
	s := New(flavour)
	h := httptest.NewServer(s)
	t.Cleanup(h.Close)
	s.URL = h.URL
	return s
}

// New makes a server that nobody listens for yet: it is a handler of a test's
// own server, below "/rest/".
func New(flavour Flavour) *Server { return &Server{Flavour: flavour, ids: 10000} }

// Open makes an issue and returns its key.
func (s *Server) Open(project, summary string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.open(project, map[string]any{"summary": summary}).Key
}

// Fail lets the next requests fail, one for each failure.
func (s *Server) Fail(failures ...Failure) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failures = append(s.failures, failures...)
}

// FailOn lets the next request to an operation, such as "POST
// /rest/api/3/issue", fail.
func (s *Server) FailOn(operation string, f Failure) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failing == nil {
		s.failing = map[string]Failure{}
	}
	s.failing[operation] = f
}

// HideNew keeps issues out of what searches find, as an index does that lags
// behind.
func (s *Server) HideNew(hidden bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hidden = hidden
}

// Issues returns what was opened, oldest first.
func (s *Server) Issues() []Issue {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Issue, len(s.issues))
	for i, issue := range s.issues {
		out[i] = *issue
	}
	return out
}

// Requests returns what came, in order.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Request(nil), s.requests...)
}

// Delete takes an issue away.
func (s *Server) Delete(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, issue := range s.issues {
		if issue.Key == key {
			s.issues = append(s.issues[:i:i], s.issues[i+1:]...)
			return
		}
	}
}

// base is what the paths of the flavour's API begin with.
func (s *Server) base() string {
	if s.Flavour == Cloud {
		return "/rest/api/3"
	}
	return "/rest/api/2"
}

// answer is what goes back.
type answer struct {
	status int
	body   any // nil for none
}

// refusal answers as Jira does: with messages, and with faults by field.
func refusal(status int, fields map[string]string, messages ...string) answer {
	if fields == nil {
		fields = map[string]string{}
	}
	if messages == nil {
		messages = []string{}
	}
	return answer{status, map[string]any{"errorMessages": messages, "errors": fields}}
}

func badRequest(format string, args ...any) answer {
	return refusal(http.StatusBadRequest, nil, fmt.Sprintf(format, args...))
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := readAll(r)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, Request{r.Method, r.URL.RequestURI(), r.Header.Clone(), string(body)})
	w.Header()["Date"] = nil
	failure := s.nextFailure(r.Method + " " + r.URL.Path)
	if failure != nil && !failure.Late {
		failure.write(w)
		return
	}
	out := badRequest("the body can't be read: %v", err)
	if err == nil {
		out = s.answer(r, body)
	}
	if failure != nil {
		failure.write(w)
		return
	}
	if out.body == nil {
		w.WriteHeader(out.status)
		return
	}
	text, err := json.Marshal(out.body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	w.WriteHeader(out.status)
	_, _ = w.Write(text)
}

// nextFailure is what a request fails with, nil where it does not.
func (s *Server) nextFailure(operation string) *Failure {
	if f, ok := s.failing[operation]; ok {
		delete(s.failing, operation)
		return &f
	}
	if len(s.failures) == 0 {
		return nil
	}
	f := s.failures[0]
	s.failures = s.failures[1:]
	return &f
}

func (f *Failure) write(w http.ResponseWriter) {
	if f.RetryAfter != "" {
		w.Header().Set("Retry-After", f.RetryAfter)
	}
	if f.Body != "" {
		w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	}
	w.WriteHeader(f.Status)
	_, _ = w.Write([]byte(f.Body))
}

// answer checks what holds for every request, and finds who answers.
func (s *Server) answer(r *http.Request, body []byte) answer {
	if !s.knows(r) {
		return refusal(http.StatusUnauthorized, nil, "You are not authenticated.")
	}
	var in map[string]any
	if r.Method == http.MethodPost || r.Method == http.MethodPut {
		if kind := r.Header.Get("Content-Type"); kind != "application/json" && kind != "application/json; charset=utf-8" {
			return refusal(http.StatusUnsupportedMediaType, nil, "Content-Type is "+strconv.Quote(kind))
		}
		decoder := json.NewDecoder(strings.NewReader(string(body)))
		decoder.UseNumber()
		if err := decoder.Decode(&in); err != nil || decoder.More() {
			return badRequest("the body is not one JSON object: %v", err)
		}
	} else if len(body) > 0 {
		return badRequest("a %s has no body", r.Method)
	}
	path, below := strings.CutPrefix(r.URL.Path, s.base())
	if !below {
		return refusal(http.StatusNotFound, nil, "there is no "+r.URL.Path)
	}
	return s.route(r, path, in)
}

func (s *Server) knows(r *http.Request) bool {
	user, password, basic := r.BasicAuth()
	if s.Flavour == Cloud {
		return basic && user == Email && password == Token
	}
	return basic && user == Username && password == Password || r.Header.Get("Authorization") == "Bearer "+Token
}

// route finds the operation. What the other flavour has is not there; the
// search that Cloud had is gone.
func (s *Server) route(r *http.Request, path string, in map[string]any) answer {
	steps := strings.Split(strings.Trim(path, "/"), "/")
	is := func(method string, n int) bool { return r.Method == method && len(steps) == n }
	switch {
	case is("POST", 1) && steps[0] == "issue":
		return s.create(in)
	case is("POST", 2) && path == "/search/jql" && s.Flavour == Cloud:
		return s.search(in)
	case is("POST", 1) && steps[0] == "search" && s.Flavour == Cloud:
		return refusal(http.StatusGone, nil, "The requested API has been removed. Use /rest/api/3/search/jql.")
	case is("POST", 1) && steps[0] == "search":
		return s.search(in)
	case steps[0] != "issue" || len(steps) < 2:
		return refusal(http.StatusNotFound, nil, "there is no "+r.Method+" "+path)
	}
	issue := s.find(steps[1])
	if issue == nil {
		return refusal(http.StatusNotFound, nil, "Issue does not exist or you do not have permission to see it.")
	}
	switch {
	case is("GET", 2):
		return s.get(issue, r.URL.Query())
	case is("GET", 3) && steps[2] == "comment":
		return s.listComments(issue, r.URL.Query())
	case is("POST", 3) && steps[2] == "comment":
		return s.comment(issue, in)
	case is("GET", 3) && steps[2] == "transitions":
		return s.transitions(issue, r.URL.Query())
	case is("POST", 3) && steps[2] == "transitions":
		return s.transition(issue, in)
	}
	return refusal(http.StatusNotFound, nil, "there is no "+r.Method+" "+path)
}
