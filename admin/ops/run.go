package ops

import (
	"encoding/json"
	"time"

	"github.com/webhook-gateway/gateway/store"
)

// State is the name of a run's state.
type State string

// Names returns all states.
func (State) Names() []string {
	names := make([]string, 0, len(store.States()))
	for _, s := range store.States() {
		names = append(names, s.String())
	}
	return names
}

// RunPage is one page of the list of runs, the newest run first.
type RunPage struct {
	Runs []RunSummary `json:"runs"`
	Next string       `json:"next" doc:"Pass it as after to get the next page. Empty on the last page. A page may hold fewer runs than asked for, even none, and still have a next page: a search for a text or of more than 250 flows, or a filter that passes over many runs, ends a page after about 0.3 s without a match."`
}

// RunSummary is a run in a list.
type RunSummary struct {
	ID         string      `json:"id"`
	Flow       string      `json:"flow" doc:"Empty for a request that matched no flow."`
	State      State       `json:"state"`
	Received   time.Time   `json:"received_at"`
	Due        time.Time   `json:"due_at,omitzero" doc:"When a waiting run continues."`
	Started    time.Time   `json:"started_at,omitzero"`
	Finished   time.Time   `json:"finished_at,omitzero"`
	Took       float64     `json:"took_seconds,omitzero" doc:"From start to end."`
	Attempt    int         `json:"attempt" doc:"Starts at 1."`
	Status     int         `json:"status,omitzero" doc:"HTTP status that the caller got."`
	Size       int         `json:"size" doc:"Size of the request's body in bytes, as it arrived."`
	Cause      *RunCause   `json:"cause,omitempty"`
	Refused    *RunRefused `json:"refused,omitempty" doc:"The request, if it was refused or ignored and started no run."`
	WaitReason string      `json:"wait_reason,omitempty" doc:"Why a run that is queued or waits can't continue: its flow is not in the files, or is paused."`
}

// RunCause says why a run or an action is in its state.
type RunCause struct {
	Reason   string     `json:"reason,omitempty" doc:"A word for programs, such as unauthorized, queue_full or lost."`
	Class    string     `json:"class,omitempty" doc:"Class of a failure. Transient failures are retried."`
	Action   string     `json:"action,omitempty" doc:"The action that failed."`
	Position string     `json:"position,omitempty" doc:"Position in the flow files, as file:line,column."`
	Message  string     `json:"message,omitempty"`
	Source   *RunSource `json:"source,omitempty" doc:"The lines of the action in the flow files when it failed."`
}

// RunRefused is a request that started no run.
type RunRefused struct {
	Method   string     `json:"method"`
	Path     string     `json:"path" doc:"The pattern of the path if a segment of it is sensitive or a token."`
	RemoteIP string     `json:"remote_ip,omitempty"`
	Faults   []RunFault `json:"faults,omitempty" doc:"The first values that are missing or wrong, without the values."`
}

// RunFault is a missing or wrong value of a request.
type RunFault struct {
	In      string `json:"in,omitempty" doc:"body, header, query or path."`
	Pointer string `json:"pointer" doc:"JSON pointer to the value."`
	Detail  string `json:"detail" doc:"The rule that it breaks."`
}

// RunSource is a block in the flow files.
type RunSource struct {
	File  string `json:"file"`
	First int    `json:"first_line"`
	Last  int    `json:"last_line"`
}

// RunCall is the request of an action that failed.
type RunCall struct {
	Method string          `json:"method"`
	Path   string          `json:"path,omitempty" doc:"Without the query. Missing if it may reveal a secret."`
	Status int             `json:"status,omitzero" doc:"Status of the answer; missing if none came."`
	Body   json.RawMessage `json:"body,omitempty" doc:"Body of the answer, decoded by its type. If it is long, a string with its beginning."`

	BodySize int `json:"-"` // see RunDetail.OutputSize
}

// RunAttempt is an attempt of an action that was followed by another.
type RunAttempt struct {
	Began   time.Time `json:"began_at"`
	Took    float64   `json:"took_seconds"`
	Status  int       `json:"status,omitzero" doc:"Status of the answer of another system."`
	Reason  string    `json:"reason,omitempty"`
	Class   string    `json:"class,omitempty"`
	Message string    `json:"message,omitempty" doc:"Why it failed. Empty if it succeeded and the run was run again."`
}

// RunDetail is everything that the history holds about a run.
type RunDetail struct {
	RunSummary
	Request   *RunRequest       `json:"request,omitempty" doc:"The request that started the run."`
	Event     json.RawMessage   `json:"event,omitempty" doc:"The event that started the run, if it was no request."`
	Variables json.RawMessage   `json:"variables,omitempty" doc:"Values by name."`
	Steps     []RunStep         `json:"steps" doc:"Actions in the order in which they started."`
	Response  *RunResponse      `json:"response,omitempty" doc:"The response that the caller got."`
	Output    json.RawMessage   `json:"output,omitempty" doc:"Output of the action that stopped the run."`
	Hidden    map[string]string `json:"hidden,omitempty" doc:"Why values of the run are hidden, by name."`
	Parent    string            `json:"parent,omitempty" doc:"Id of the run that started this one: by action flow without wait, by a tag, or by its failure. The history may have it no more."`
	Children  []RunSummary      `json:"children" doc:"The newest runs that this one started, at most 20. List runs with parent to get all of them."`
	OrderKey  string            `json:"order_key,omitempty" doc:"The hash of the order key. Runs of the flow with the same key run one after another."`
	Owner     string            `json:"owner,omitempty" doc:"The gateway that executes the run."`
	Version   string            `json:"flow_version,omitempty" doc:"Version of the flow with which the run was accepted. It changes with the source of the flow and of what it names."`
	TraceID   string            `json:"trace_id,omitempty" doc:"The trace that the run belongs to, in hexadecimal digits; missing if the gateway records no traces."`
	Lease     time.Time         `json:"lease_until,omitzero" doc:"When another gateway takes the run over if its gateway stops responding."`

	// Stored sizes in bytes of values of which only the beginning is here, which is no
	// valid JSON then.
	VariablesSize, OutputSize, EventSize int `json:"-"`
}

// RunRequest is the request that started a run. Credentials of the caller are
// never stored.
type RunRequest struct {
	Method   string              `json:"method"`
	URL      string              `json:"url"`
	Host     string              `json:"host,omitempty"`
	RemoteIP string              `json:"remote_ip,omitempty"`
	Headers  map[string][]string `json:"headers,omitempty"`
	Path     map[string]string   `json:"path,omitempty" doc:"Values of the placeholders of the path."`
	Auth     *RunCaller          `json:"auth,omitempty" doc:"Who signed in; missing if the trigger has no auth block."`
	RunBody
	Cut bool `json:"body_cut" doc:"The history holds only the first part of the body."`
}

// RunCaller is who signed in. It holds no credential.
type RunCaller struct {
	Kind string `json:"kind" doc:"The kind of the auth block that accepted the request, such as basic."`
	Name string `json:"name,omitempty" doc:"The user name of basic; missing for other kinds and for a name that comes from a secret."`
}

// RunBody is a body: a value if it is JSON, a text if it is UTF-8, and base64
// otherwise.
type RunBody struct {
	Body     json.RawMessage `json:"body,omitempty" doc:"Any JSON value if body_encoding is json, otherwise a string."`
	Encoding string          `json:"body_encoding,omitempty" doc:"json, text or base64; missing if there is no body."`
	BodySize int             `json:"-"` // see RunDetail.OutputSize
}

// RunResponse is the response that the caller of a run got.
type RunResponse struct {
	Status  int                 `json:"status"`
	Headers map[string][]string `json:"headers,omitempty"`
	RunBody
}

// RunStep is one action of a run.
type RunStep struct {
	Path     string          `json:"path" doc:"Unique in the run. Each iteration of a loop has its own path."`
	Kind     string          `json:"kind"`
	State    string          `json:"state" doc:"succeeded, failed, skipped, waiting, or reset: it ran before the run was run again, and has not run since."`
	Position string          `json:"position,omitempty" doc:"Current position of the action in the flow files."`
	Attempts int             `json:"attempts"`
	Began    time.Time       `json:"began_at,omitzero"`
	Took     float64         `json:"took_seconds"`
	Input    json.RawMessage `json:"input,omitempty" doc:"Values of the fields by name."`
	Output   json.RawMessage `json:"output,omitempty"`
	Size     int             `json:"cut_from,omitempty" doc:"Size of input and output in bytes before the history cut them. Input and output are strings then."`
	Cause    *RunCause       `json:"cause,omitempty" doc:"Why the action failed."`
	Call     *RunCall        `json:"call,omitempty" doc:"The request that failed, of an action that calls another system."`
	Earlier  []RunAttempt    `json:"earlier_attempts,omitempty" doc:"Attempts of the action before the last one, oldest first: those of its retry block and of earlier attempts of the run."`
	Skipped  int             `json:"earlier_attempts_skipped,omitzero" doc:"Number of attempts in the middle of earlier_attempts that are not kept."`
	Version  string          `json:"flow_version,omitempty" doc:"Version of the flow with which the action ran."`
	// Hidden is worked out from the files as they are now.
	Hidden map[string]string `json:"hidden,omitempty" doc:"Why parts of the action are hidden, by the name of a field, output, error, or all."`

	InputSize, OutputSize int `json:"-"` // see RunDetail.OutputSize
}

// RunsChanged is the result of a retry or cancellation.
type RunsChanged struct {
	Changed int    `json:"changed" doc:"Number of changed runs."`
	Next    string `json:"next" doc:"Not empty if the time of one call was too short: call again with this value as after."`
}

// RunStats counts runs that are over.
type RunStats struct {
	Counts []RunCount `json:"counts" doc:"By time, flow and state. Counts of zero are left out."`
}

// RunCount is the number of runs of a flow that reached a state in an interval.
type RunCount struct {
	Flow  string    `json:"flow"`
	State State     `json:"state"`
	Time  time.Time `json:"time,omitzero" doc:"Start of the interval."`
	Count int64     `json:"count"`
	Took  float64   `json:"took_seconds" doc:"Total duration of the runs."`
}

// QueueDepth is the number of open runs of a flow.
type QueueDepth struct {
	Flow    string    `json:"flow"`
	Queued  int       `json:"queued"`
	Waiting int       `json:"waiting"`
	Running int       `json:"running"`
	Oldest  time.Time `json:"oldest_queued_at,omitzero"`
	Before  *int      `json:"queued_before,omitempty" doc:"How many were queued five minutes ago; missing for five minutes after the start of the process."`
}
