package run

import (
	"encoding/json"
	"time"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/store"
)

// Detail is what the gateway keeps of a failure beside its cause. It holds no
// secrets.
type Detail struct {
	Source   *Source   `json:"source,omitempty"`
	Exchange *Exchange `json:"exchange,omitempty"`
	Attempts []Attempt `json:"attempts,omitempty"` // earlier ones, oldest first
	Began    time.Time `json:"began,omitzero"`     // of the last attempt, if earlier ones of the same call came before it
	Skipped  int       `json:"skipped,omitempty"`  // attempts that are left out, between the first and the last ones
	Refused  *Refused  `json:"refused,omitempty"`
}

// Refused is a request that started no run.
type Refused struct {
	Method   string       `json:"method"`
	Path     string       `json:"path"` // its pattern if a segment is sensitive
	RemoteIP string       `json:"remote_ip,omitempty"`
	Faults   []flow.Fault `json:"faults,omitempty"`
}

// RefusalDetail returns the detail of a refused request, without secrets.
func (s *Scope) RefusalDetail(r Refused, faults []flow.Fault) string {
	r.Method, r.Path = s.RedactText(r.Method), s.RedactText(r.Path)
	for _, f := range faults {
		r.Faults = append(r.Faults, flow.Fault{Pointer: shortMessage(s.RedactText(f.Pointer)), In: f.In, Detail: shortMessage(s.RedactText(f.Detail))})
	}
	d := Detail{Refused: &r}
	return d.encode()
}

// Source is the place of an action in the flow files.
type Source struct {
	File  string `json:"file"`
	First int    `json:"first"` // line, from 1
	Last  int    `json:"last"`
}

// Exchange is the request of a failed call.
type Exchange struct {
	Method string `json:"method"`
	Path   string `json:"path,omitempty"`
	Status int    `json:"status,omitempty"`
}

// Attempt is an attempt of a step that was followed by another.
type Attempt struct {
	At      time.Time     `json:"at"`
	Took    time.Duration `json:"took"`
	Status  int           `json:"status,omitempty"`
	Reason  string        `json:"reason,omitempty"`
	Class   string        `json:"class,omitempty"`
	Message string        `json:"message,omitempty"`
}

// maxAttemptMessage is how many bytes of the message of an earlier attempt are kept.
const maxAttemptMessage = 300

// DecodeDetail returns the detail of a stored cause; an empty one if it has none.
func DecodeDetail(text string) Detail {
	var d Detail
	if json.Unmarshal([]byte(text), &d) != nil {
		return Detail{}
	}
	return d
}

// encode returns the stored form; "" if there is no detail.
func (d *Detail) encode() string {
	text, err := json.Marshal(d)
	if err != nil || string(text) == "{}" {
		return "" // texts, numbers and times always marshal
	}
	return string(text)
}

// newDetail describes where an error comes from, and the call that failed.
func (s *Scope) newDetail(e *flow.Error) Detail {
	d := Detail{Source: newSource(e.Block)}
	if x := e.Exchange; x != nil {
		d.Exchange = &Exchange{Method: x.Method, Path: s.RedactText(x.Path), Status: x.Status}
	}
	return d
}

func newSource(block hcl.Range) *Source {
	if block.Filename == "" {
		return nil
	}
	return &Source{block.Filename, block.Start.Line, block.End.Line}
}

// addAttempts puts attempts before those that the detail has. More than the first
// and the last flow.MaxAttemptsKept are left out.
func (d *Detail) addAttempts(earlier []Attempt, skipped int) {
	all := append(append([]Attempt(nil), earlier...), d.Attempts...)
	d.Skipped += skipped
	if extra := len(all) - 2*flow.MaxAttemptsKept; extra > 0 {
		all = append(all[:flow.MaxAttemptsKept:flow.MaxAttemptsKept], all[flow.MaxAttemptsKept+extra:]...)
		d.Skipped += extra
	}
	d.Attempts = all
}

// encodeAttempts describes the attempts of an action that its retry block followed by
// another.
func (s *Scope) encodeAttempts(failed []flow.FailedAttempt) []Attempt {
	out := make([]Attempt, 0, len(failed))
	for _, a := range failed {
		one := Attempt{At: a.Started.UTC(), Took: a.Took, Reason: a.Err.Reason, Class: string(a.Err.Class), Message: shortMessage(s.RedactText(a.Err.RedactedMessage()))}
		if x := a.Err.Exchange; x != nil {
			one.Status = x.Status
		}
		out = append(out, one)
	}
	return out
}

// AddEarlier keeps in a step what an earlier attempt of its run stored of it. Steps
// that only waited then are not attempts.
func AddEarlier(step *store.Step, earlier store.Step) {
	switch earlier.State {
	case flow.Suspended, flow.SuspendedInside, flow.Skipped:
		return
	}
	before := DecodeDetail(earlier.Cause.Detail)
	last := Attempt{At: earlier.Began.UTC(), Took: earlier.Took, Reason: earlier.Cause.Reason, Class: earlier.Cause.Class, Message: shortMessage(earlier.Cause.Message)}
	if !before.Began.IsZero() {
		last.At, last.Took = before.Began, max(0, earlier.Took-before.Began.Sub(earlier.Began))
	}
	if before.Exchange != nil {
		last.Status = before.Exchange.Status
	}
	d := DecodeDetail(step.Cause.Detail)
	d.addAttempts(append(before.Attempts, last), before.Skipped)
	step.Cause.Detail = d.encode()
}

// shortMessage returns the beginning of a message.
func shortMessage(text string) string {
	if len(text) <= maxAttemptMessage {
		return text
	}
	end := maxAttemptMessage
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + "…"
}
