// Package fromrun writes a test that repeats a run of a gateway: its request, the
// answers that its actions got, and what came of it.
package fromrun

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/webhook-gateway/gateway/internal/value"
)

// Run is what the admin API says about a run, and "gateway runs show ID --json"
// prints: the parts that a test repeats.
type Run struct {
	ID        string          `json:"id"`
	Flow      string          `json:"flow"`
	State     string          `json:"state"`
	Received  time.Time       `json:"received_at"`
	Status    int             `json:"status"`
	Cause     *Cause          `json:"cause"`
	Request   *Request        `json:"request"`
	Variables json.RawMessage `json:"variables"`
	Steps     []Step          `json:"steps"`
	Response  *Response       `json:"response"`
}

// Cause says why a run or an action failed.
type Cause struct {
	Class   string `json:"class"`
	Reason  string `json:"reason"`
	Message string `json:"message"`
}

// Body is a body of a request or a response.
type Body struct {
	Body     json.RawMessage `json:"body"`
	Encoding string          `json:"body_encoding"` // "json", "text", "base64", or "" for none
}

// Request is the request that started a run.
type Request struct {
	Method   string              `json:"method"`
	URL      string              `json:"url"`
	RemoteIP string              `json:"remote_ip"`
	Headers  map[string][]string `json:"headers"`
	Auth     *struct {
		Kind string `json:"kind"`
	} `json:"auth"`
	Body
	Cut bool `json:"body_cut"`
}

// Response is the response that the caller got.
type Response struct {
	Status int `json:"status"`
	Body
}

// Step is an action of a run.
type Step struct {
	Path    string          `json:"path"`
	Kind    string          `json:"kind"`
	State   string          `json:"state"`
	Began   time.Time       `json:"began_at"`
	Took    float64         `json:"took_seconds"`
	Input   json.RawMessage `json:"input"`
	Output  json.RawMessage `json:"output"`
	CutFrom int             `json:"cut_from"`
	Cause   *Cause          `json:"cause"`
	Call    *Call           `json:"call"`
	Earlier []Attempt       `json:"earlier_attempts"`
}

// Call is the call of an action that failed.
type Call struct {
	Status int             `json:"status"`
	Body   json.RawMessage `json:"body"`
}

// Attempt is an attempt of an action that another one followed.
type Attempt struct {
	Status  int    `json:"status"`
	Reason  string `json:"reason"`
	Class   string `json:"class"`
	Message string `json:"message"`
}

// MaxRun is the size in bytes up to which Read reads a run.
const MaxRun = 64 << 20

// Read reads a run from JSON. It refuses runs that no test can repeat: those that
// are not over, and requests that started none.
func Read(text []byte) (*Run, error) {
	r := &Run{}
	if err := json.Unmarshal(text, r); err != nil {
		return nil, fmt.Errorf("it is not the JSON of a run, as \"gateway runs show ID --json\" prints it: %w", err)
	}
	switch r.State {
	case "succeeded", "failed":
	case "":
		return nil, errors.New("it is not the JSON of a run, as \"gateway runs show ID --json\" prints it: it has no state")
	case "refused", "ignored", "throttled":
		return nil, fmt.Errorf("the request %s was %s and started no run, and its body is not kept", r.ID, r.State)
	default:
		return nil, fmt.Errorf("the run %s is %s: a test can repeat a run that succeeded or failed", r.ID, r.State)
	}
	if r.Flow == "" {
		return nil, errors.New("the run names no flow")
	}
	return r, nil
}

// decode decodes a value of the run; nil if there is none.
func decode(text json.RawMessage) any {
	v, err := value.Decode(text, value.Limits{Depth: value.MaxDepth})
	if err != nil {
		return nil
	}
	return v
}
