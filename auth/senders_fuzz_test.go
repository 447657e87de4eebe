package auth

import (
	"bytes"
	"net/http"
	"testing"
)

// FuzzSenders sends changed deliveries to each sender. No check panics, no reason
// holds the body or a header, and a change of a signed body is not let in.
func FuzzSenders(f *testing.F) {
	type sender struct {
		check   Check
		genuine vector
		signed  bool // the whole body
	}
	var senders []sender
	for _, file := range readVectors(f) {
		s := sender{check: file.check(f), genuine: file.Requests[0]}
		for _, v := range file.Requests {
			s.signed = s.signed || v.Name == "body changed" && !v.Accepted
		}
		f.Add(uint(len(senders)), []byte(s.genuine.Body), "", "application/json")
		senders = append(senders, s)
	}
	f.Add(uint(0), []byte(`{"notificationItems":[{"NotificationRequestItem":{"additionalData":{"hmacSignature":1}}}]}`), "t=,v1=", "application/x-www-form-urlencoded")
	f.Add(uint(0), []byte("--b\r\n\r\n--b--"), "v1, v1a,", `multipart/form-data; boundary="b"`)
	f.Fuzz(func(t *testing.T, n uint, body []byte, claim, contentType string) {
		s := senders[n%uint(len(senders))]
		r := s.genuine.request(t)
		same := bytes.Equal(r.Body, body)
		r.Body = body
		if err := s.check.Verify(t.Context(), r); err == nil && s.signed && !same {
			if !isSameForm(r.Header, s.genuine.Body, string(body)) {
				t.Errorf("sender %d accepts the body %q in place of %q", n, body, s.genuine.Body)
			}
		} else if err != nil {
			checkReason(t, "", err.Error(), claim, string(body))
		}
		r.Header.Set("Content-Type", contentType)
		for _, name := range s.check.Headers() {
			r.Header.Set(name, claim)
		}
		if err := s.check.Verify(t.Context(), r); err != nil {
			checkReason(t, "", err.Error(), claim, string(body))
		}
	})
}

// isSameForm reports whether two bodies have the same fields, of which Twilio signs
// the names and values. Box signs JSON with and without escaped slashes.
func isSameForm(h http.Header, a, b string) bool {
	first, errFirst := twilioFields(&Request{Header: h, Body: []byte(a)})
	second, errSecond := twilioFields(&Request{Header: h, Body: []byte(b)})
	return errFirst == nil && errSecond == nil && first == second || escapeBoxBody([]byte(a)) == escapeBoxBody([]byte(b))
}
