package engine_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/emersion/go-smtp"

	"github.com/webhook-gateway/gateway/internal/testutil/smtpd"
)

// echoServer starts a server that repeats all that it gets: in answers that
// succeed, in errors and in redirects. It also plays Slack and Jira.
func echoServer(t *testing.T) string {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		all := map[string]any{"url": r.RequestURI, "path": r.URL.Path, "query": r.URL.Query(), "headers": r.Header, "body": string(body)}
		first, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
		switch first {
		case "slack":
			answerAsSlack(w, body, all)
		case "jira":
			answerAsJira(w, r, body)
		case "redirect":
			w.Header().Set("Location", "/elsewhere?"+r.URL.RawQuery)
			w.WriteHeader(http.StatusFound)
		case "fail":
			w.Header().Set("X-Echo", r.RequestURI)
			writeJSON(w, http.StatusBadRequest, map[string]any{"error": all, "message": fmt.Sprint(all), "detail": string(body)})
		default:
			w.Header().Set("X-Echo", r.RequestURI)
			writeJSON(w, http.StatusOK, all)
		}
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

// answerAsSlack refuses messages in the thread "fail".
func answerAsSlack(w http.ResponseWriter, body []byte, all map[string]any) {
	var message map[string]any
	_ = json.Unmarshal(body, &message)
	if message["thread_ts"] == "fail" {
		writeJSON(w, http.StatusOK, map[string]any{"ok": false, "error": fmt.Sprint(message["text"]), "response_metadata": map[string]any{"messages": []any{fmt.Sprint(all)}}})
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{"ok": true, "ts": "1700000001.000100", "channel": message["channel"]})
}

// answerAsJira refuses what concerns the project FAIL.
func answerAsJira(w http.ResponseWriter, r *http.Request, body []byte) {
	switch {
	case strings.Contains(r.URL.Path, "FAIL") || strings.Contains(string(body), `"FAIL"`):
		writeJSON(w, http.StatusBadRequest, map[string]any{"errorMessages": []any{string(body), r.RequestURI}, "errors": map[string]any{"summary": string(body)}})
	case strings.HasSuffix(r.URL.Path, "/transitions") && r.Method == http.MethodGet:
		writeJSON(w, http.StatusOK, map[string]any{"transitions": []any{map[string]any{"id": "31", "name": "Done", "to": map[string]any{"name": "Done"}, "fields": map[string]any{"comment": map[string]any{}}}}})
	case strings.HasSuffix(r.URL.Path, "/transitions"):
		w.WriteHeader(http.StatusNoContent)
	case strings.Contains(r.URL.Path, "/search"):
		writeJSON(w, http.StatusOK, map[string]any{"issues": []any{}, "total": 0, "isLast": true})
	case strings.HasSuffix(r.URL.Path, "/comment"):
		writeJSON(w, http.StatusCreated, map[string]any{"id": "10001", "body": string(body)})
	case r.Method == http.MethodGet:
		writeJSON(w, http.StatusOK, map[string]any{"id": "10000", "key": "SHOP-1", "fields": map[string]any{"status": map[string]any{"name": "To Do"}}})
	default:
		writeJSON(w, http.StatusCreated, map[string]any{"id": "10000", "key": "SHOP-1", "self": r.RequestURI})
	}
}

// newEchoMailServer starts a mail server that repeats addresses in its refusals, and
// passwords in those of logins. It refuses addresses that hold "fail-".
func newEchoMailServer(t *testing.T) int {
	s := smtpd.Start(t, func(s *smtpd.Server) {
		s.Mechanisms = []string{"PLAIN"}
		s.OnRecipient = func(to string) error {
			if strings.Contains(to, "fail-") {
				return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such user: " + to}
			}
			return nil
		}
		s.OnSender = func(_ *smtp.Conn, from string) error {
			if strings.Contains(from, "fail-") {
				return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 0}, Message: "not you: " + from}
			}
			return nil
		}
	})
	return s.Port
}
