package gateway

import (
	"encoding/json"
	"time"
)

// RunPage is a part of the list of runs, the newest first.
type RunPage struct {
	Runs []RunSummary `json:"runs"`
	Next string       `json:"next" about:"What to give as after for the next page; empty where there is none. A page may have fewer runs than asked for, even none, and a next page: a search for text looks at a limited number of runs each time."`
}

// RunSummary is a run in a list.
type RunSummary struct {
	ID       string    `json:"id"`
	Flow     string    `json:"flow" about:"Empty for a request that found no flow."`
	State    string    `json:"state" about:"queued, waiting, running, succeeded, failed, cancelled, refused or throttled."`
	Received time.Time `json:"received_at"`
	Due      time.Time `json:"due_at,omitzero" about:"Of a waiting run: when it goes on."`
	Started  time.Time `json:"started_at,omitzero"`
	Finished time.Time `json:"finished_at,omitzero"`
	Took     float64   `json:"took_seconds,omitzero" about:"From the start to the end."`
	Attempt  int       `json:"attempt" about:"From 1."`
	Status   int       `json:"status,omitzero" about:"HTTP status that the caller got."`
	Size     int       `json:"size" about:"Of the request's body as it came, in bytes."`
	Cause    *RunCause `json:"cause,omitempty"`
}

// RunCause tells why a run or an action stands where it stands.
type RunCause struct {
	Reason   string `json:"reason,omitempty" about:"A word for programs, such as unauthorized, queue_full or lost."`
	Class    string `json:"class,omitempty" about:"Of a failure: transient failures are tried again."`
	Action   string `json:"action,omitempty" about:"In which it happened."`
	Position string `json:"position,omitempty" about:"In the flow files, as file:line,column."`
	Message  string `json:"message,omitempty"`
}

// RunDetail is all that is known of a run. Secrets are hidden.
type RunDetail struct {
	RunSummary
	Request   *RunRequest     `json:"request,omitempty" about:"Of a flow that requests start."`
	Event     json.RawMessage `json:"event,omitempty" about:"What started a run that no request did."`
	Variables json.RawMessage `json:"variables,omitempty" about:"By name."`
	Steps     []RunStep       `json:"steps" about:"In the order in which they began."`
	Response  *RunResponse    `json:"response,omitempty" about:"What the caller got."`
	Output    json.RawMessage `json:"output,omitempty" about:"Of the action that stopped the run."`
	OrderKey  string          `json:"order_key,omitempty" about:"Runs of the flow with the same key run one after another."`
	Owner     string          `json:"owner,omitempty" about:"The gateway that works on the run."`
	Lease     time.Time       `json:"lease_until,omitzero" about:"When the run is taken over if its gateway falls silent."`
}

// RunRequest is the request that started a run. What its caller proved itself
// with was never kept.
type RunRequest struct {
	Method   string              `json:"method"`
	URL      string              `json:"url"`
	Host     string              `json:"host,omitempty"`
	RemoteIP string              `json:"remote_ip,omitempty"`
	Headers  map[string][]string `json:"headers,omitempty"`
	Path     map[string]string   `json:"path,omitempty" about:"What the placeholders of the path stand for."`
	RunBody
	Cut bool `json:"body_cut" about:"The history keeps only the beginning of the body."`
}

// RunBody is a body: a value where it is JSON, a text where it is one, and
// base64 otherwise.
type RunBody struct {
	Body     json.RawMessage `json:"body,omitempty" about:"Any JSON value where body_encoding is json, a text otherwise."`
	Encoding string          `json:"body_encoding,omitempty" about:"json, text or base64; missing where there is no body."`
}

// RunResponse is what the caller of a run got.
type RunResponse struct {
	Status  int                 `json:"status"`
	Headers map[string][]string `json:"headers,omitempty"`
	RunBody
}

// RunStep is one action of a run.
type RunStep struct {
	Path     string          `json:"path" about:"Unique in the run; turns of a loop are told apart."`
	Kind     string          `json:"kind"`
	State    string          `json:"state" about:"succeeded, failed or skipped."`
	Position string          `json:"position,omitempty" about:"Where the action stands in the flow files today."`
	Attempts int             `json:"attempts"`
	Began    time.Time       `json:"began_at,omitzero"`
	Took     float64         `json:"took_seconds"`
	Input    json.RawMessage `json:"input,omitempty" about:"Values of its fields by name."`
	Output   json.RawMessage `json:"output,omitempty"`
	Size     int             `json:"cut_from,omitempty" about:"Bytes that input and output had together before the history cut them; then what is left of them are texts."`
	Cause    *RunCause       `json:"cause,omitempty" about:"Why it failed."`
}

// RunsChanged is what became of runs that were to be changed.
type RunsChanged struct {
	Changed int    `json:"changed" about:"How many runs were changed."`
	Next    string `json:"next" about:"Not empty where the time for one call was over: call again with it as after."`
}

// RunStats counts runs that are over.
type RunStats struct {
	Counts []RunCount `json:"counts" about:"By time, flow and state; without those that are zero."`
}

// RunCount is how many runs of a flow came to a state in a step of time.
type RunCount struct {
	Flow  string    `json:"flow"`
	State string    `json:"state"`
	Time  time.Time `json:"time,omitzero" about:"Begin of the step."`
	Count int64     `json:"count"`
	Took  float64   `json:"took_seconds" about:"Time that they took, in sum."`
}

// QueueDepth is how many runs of a flow are not over.
type QueueDepth struct {
	Flow    string    `json:"flow"`
	Queued  int       `json:"queued"`
	Waiting int       `json:"waiting"`
	Running int       `json:"running"`
	Oldest  time.Time `json:"oldest_queued_at,omitzero"`
}
