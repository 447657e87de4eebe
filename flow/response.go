package flow

import "net/http"

// Response is the answer to a caller.
type Response struct {
	Status int
	Header http.Header // is not changed, because answers may share it
	Body   []byte
	// Sensitive: the response is kept out of the history, and sealed in the store.
	Sensitive bool
}

// Problem is a refusal that the caller gets as application/problem+json
// (RFC 9457). The caller reads its texts: no internal message, no secret.
type Problem struct {
	Status   int
	Detail   string      // one sentence or more, for the caller
	Recorded string      // the detail for log and history, if it is another one
	Header   http.Header // such as Allow or Retry-After; may be nil
	Faults   []Fault     // every fault of the body and the variables
	// RecordedFaults are the faults for the history: names and rules, and no values.
	RecordedFaults []Fault
	Cause          error  // for the log only; may be nil
	Outcome        string // a word for metrics and logs, such as "unauthorized"
	// Response, if set, goes to the caller in place of the problem document.
	Response *Response
}

// Fault is one wrong value of a request.
type Fault struct {
	Pointer  string `json:"pointer"`            // RFC 6901, from the root of the body; or header, query and path names
	In       string `json:"in,omitempty"`       // "body", "header", "query" or "path"
	Detail   string `json:"detail"`             // one sentence
	Expected string `json:"expected,omitempty"` // such as "number"
	Actual   string `json:"actual,omitempty"`   // type of the value that came, never the value
}

// RecordedDetail returns the detail for log and history.
func (p *Problem) RecordedDetail() string {
	if p.Recorded != "" {
		return p.Recorded
	}
	return p.Detail
}

// Error returns the detail.
func (p *Problem) Error() string { return p.Detail }
