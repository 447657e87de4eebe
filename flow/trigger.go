package flow

import (
	"context"
	"crypto/sha256"
	"net/http"
	"net/netip"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
)

// Trigger is one kind of trigger: the block that says how runs of a flow start.
// Describe declares the fields, Roots the names that the actions of the flow
// read, Parts the ways in which runs start.
type Trigger interface {
	schema.Describer
	// Roots returns the root names that expressions of the flow may read, such
	// as "webhook", with their types: an optional attribute of an object type is
	// null in some runs. It is called before decoding, for the kind
	// alone, and after decoding.
	Roots() map[string]cty.Type
	// Parts is called once, after decoding, with the name of the flow.
	Parts(flow string) Parts
}

// ScopeRefiner is a trigger that says which values members of its names have, and
// why they may be null, for findings about expressions that read them.
type ScopeRefiner interface {
	RefineScope(*expr.Scope) *expr.Scope
}

// TriggerKind is a kind of trigger by its name.
type TriggerKind = schema.Kind[Trigger]

// Parts are the ways in which a trigger starts runs. A part that a trigger does
// not have is nil.
type Parts struct {
	HTTP  *HTTPPart  // requests start runs
	Clock *ClockPart // time starts runs
	Tag   *TagPart   // a tag that a contact gets starts runs
	Call  *CallPart  // other flows start runs
	// Failure: failures of other flows start runs.
	Failure *FailurePart
	// Codec stores the events of the trigger. A trigger without one starts no
	// async runs.
	Codec EventCodec
	// Queue bounds the async runs of the flow.
	Queue Queue
	// Inputs are the declared variables.
	Inputs Inputs
	// Begin, if set, runs before the first action of each run, and again when the
	// run continues after an interruption. It returns the event that the actions
	// read, or nil and the reason why no action runs.
	Begin func(ctx context.Context, r *Run) (ev Event, reason string, err error)
	// Credential, if set, reports whether a name of the run is a credential of the
	// caller, which flows can't read, and whether the trigger lets actions send it
	// on.
	Credential func(expr.Ref) (is, forwarded bool)
	// Sensitive, if set, returns the variable with sensitive = true whose value a
	// name of the run holds, and the first one for the zero name; nil for none.
	Sensitive func(expr.Ref) *SensitiveInput
	// Reads are the expressions of the trigger that read its event.
	Reads []expr.Reader
	// TakeReads, if set, is called once with the expressions and programs of the
	// actions, before the first event, so that the trigger makes no values that the
	// flow does not read.
	TakeReads func([]expr.Reader)
	// Contact, if set, returns the e-mail address of the contact of an event, ""
	// if it has none.
	Contact func(ev Event) (email string)
}

// SensitiveInput is a declared variable whose value must stay out of the record.
type SensitiveInput struct {
	Name  string // under which flows read it, such as webhook.card
	Range hcl.Range
}

// Guarded is an event that has values of sensitive variables.
type Guarded interface {
	// SensitiveValues returns the values.
	SensitiveValues() []any
}

// RefusedCaller is the detail of the answer to a caller that passes no check.
const RefusedCaller = "Credentials or a signature are missing or wrong."

// HTTPPart is the endpoint of a trigger.
type HTTPPart struct {
	Endpoint
	Route Route
	// Async: the caller gets its response before the run starts.
	Async bool
	// Timeout is how long the caller of a sync run waits.
	Timeout time.Duration
	// Computes: the response or the keys have expressions that may take long.
	Computes bool
	// Dedupes: requests may have a dedupe key, which is claimed in the store.
	Dedupes bool
	// Imitate, if set, makes a request pass the checks of the trigger as its sender
	// would, with the secrets of the files. kind chooses one of several checks; ""
	// is the first that has what it needs.
	Imitate func(r *Sample, kind string) error
	// Example, if set, gives a request a body, header fields and parameters that fit
	// the variables of the trigger, and adds the values of the path.
	Example func(r *Sample, path map[string]string) error
	// Challenge, if set, answers a request with one of Route.ChallengeMethods without
	// reading its body. It returns nil for a request that is no challenge.
	Challenge func(r *http.Request, in Incoming) *Problem
	// Auth are the kinds of the checks of callers; a caller needs to pass one of them.
	Auth []string
	// AuthRefusal is the status of the answer to callers that pass none.
	AuthRefusal int
	// ReadsKeys: callers may sign in with keys that the store keeps.
	ReadsKeys bool
	// Handshakes: the store keeps the secret that a sender chooses.
	Handshakes bool
	// MaxBody is the maximum size of a body in bytes, 0 for Limits.Body.
	MaxBody int64
	// HidesPath: a segment of the path is the value of a sensitive variable.
	HidesPath bool
	// SignedURL lists the places of settings that check a signature over the URL of
	// the request.
	SignedURL []hcl.Range
	// SignsTexts lists the challenges that sign short texts of strangers, and
	// ChecksBodies the checks of a signature over a body and nothing else. A secret
	// that both use lets strangers in.
	SignsTexts, ChecksBodies []KeyUse
	// ClientCerts lists the places of settings that check the certificate of the client.
	ClientCerts []hcl.Range
	// CORS, if set, allows requests of pages of other origins.
	CORS *CORS
	// AllowsIPs, if set, is the place of a setting that accepts requests from some
	// addresses only.
	AllowsIPs *hcl.Range
	// CountsAddress: the rate of requests is limited by the address of the client.
	CountsAddress bool
	// NeedsRespond: a path through the flow without action "respond" would give
	// the caller a response that the file does not mention.
	NeedsRespond bool
	// Fallback returns the response to a request whose run can't be stored, given
	// the configured one, for triggers whose caller is a person who must get on,
	// and nil for a 503. It is nil for triggers whose callers all get the 503.
	Fallback func(reply *Response) *Response
}

// KeyUse is a setting that signs or checks with secrets.
type KeyUse struct {
	Kind      string   // of the challenge or of auth
	Algorithm string   // of the signature
	Secrets   []string // names of secret blocks
	// RefusesTexts: the trigger refuses each body that is such a text.
	RefusesTexts bool
	Range        hcl.Range
}

// Endpoint handles the requests of a trigger.
type Endpoint interface {
	// Accept authenticates the caller, reads the body and checks it. It returns
	// the event that starts a run, or the problem that the caller gets. It must
	// not write to the response.
	Accept(r *http.Request, in Incoming) (Event, *Problem)
	// Reply returns the configured response: the one of an async run, and of a
	// sync run that reached no respond.
	Reply(ctx context.Context, env expr.Env) (*Response, error)
	// Admit computes the keys that decide whether and when a run starts. env has
	// the event, the run and the flow.
	Admit(ctx context.Context, env expr.Env) (Admission, error)
}

// Route is where an endpoint is reached.
type Route struct {
	// Path is a pattern of segments: "/orders/{region}". It is "" if the
	// gateway makes a path that can't be guessed.
	Path    string
	Rotate  int      // changes the made path; 1 unless the file says otherwise
	Methods []string // upper case
	// ChallengeMethods are the methods that the endpoint does not accept, and with
	// which providers send challenges.
	ChallengeMethods []string
	Range            hcl.Range // of the path, or of the trigger if it has none
}

// Incoming is the information about a request that the request itself lacks.
type Incoming struct {
	PathValues map[string]string // by name in the pattern, decoded
	RemoteIP   netip.Addr
	ReceivedAt time.Time
	Limits     Limits
	Key        []byte // of the gateway, which signed the tokens of links
	// BaseURL is the beginning of the URL of the request, without a slash at its
	// end, as its sender knows it. "" unless the trigger has a SignedURL.
	BaseURL string
	// TakeMemory takes memory for a text that is decoded in addition to the body as
	// it was read: a body that was compressed, or JSON inside of the body. It returns
	// false if there is none now: the caller then gets a refusal, whatever Accept
	// returns. Nil takes none.
	TakeMemory func(text []byte) bool
	// TakeRate counts a request with a key, and returns the refusal of one above the
	// rate. Nil counts none.
	TakeRate func(key string, r Rate) *Problem
	// FindKey returns the name of the key with a SHA-256 hash, of those that the
	// gateway keeps. The error says why the key does not open the flow, or is
	// ErrKeysUnavailable. Nil finds none.
	FindKey func(ctx context.Context, hash [sha256.Size]byte) (name string, err error)
	// Handshakes keeps the secrets that senders choose. Nil keeps none.
	Handshakes Handshakes
	// Evaluate evaluates the expressions that decide whether the event starts a run,
	// within the time of the request. Nil evaluates with the names of the event
	// alone.
	Evaluate Evaluator
}

// Limits bound the size of a request.
type Limits struct {
	Body      int64 // bytes
	JSONDepth int   // nesting of lists and objects
}

// Admission decides whether and when a run of an event may start.
type Admission struct {
	DedupeKey string // "" for none
	DedupeTTL time.Duration
	OrderKey  string // "" for none
}

// Queue bounds the async runs of a flow.
type Queue struct {
	Max        int  // runs at once
	Length     int  // runs that wait
	DropOldest bool // above Length, cancel the oldest waiting run; false refuses the new one
	MaxOpen    int  // runs that are not over; more are skipped; 0 for no limit
}

// ClockPart starts runs at times.
type ClockPart struct {
	// Next returns the first tick after a time, zero if there is none within some
	// years.
	Next func(after time.Time) time.Time
	// CatchUp: the ticks in a time without a running gateway start one run
	// afterwards.
	CatchUp bool
	// Event makes the event of a tick.
	Event func(at time.Time) Event
}

// TagPart starts runs when a contact gets a tag.
type TagPart struct {
	Tag string
	// Throttle is the time in which a contact starts the flow once; 0 for no
	// bound.
	Throttle time.Duration
	// Event makes the event of a contact that got the tag.
	Event func(Contact, TagGiven) Event
}

// TagGiven tells how a contact got a tag.
type TagGiven struct {
	Tag    string
	Source TagSource
	Cause  string // see ContactChange
	Depth  int    // of the event, see Chained
	// FromFailure is that of the event, see Chained.
	FromFailure bool
}

// Inputs makes the list of declared variables. A flow is described now and then, so it
// does not keep the list; nil has no variables.
type Inputs func() []Input

// List returns the variables.
func (i Inputs) List() []Input {
	if i == nil {
		return nil
	}
	return i()
}

// CallPart starts runs for action "flow" of other flows.
type CallPart struct {
	// Inputs are the members that the input of a call may have; an empty list allows any.
	Inputs Inputs
	// Check returns the faults of an input that are certain before the call. given
	// is the input as far as the files fix it, without marks. Nil finds nothing.
	Check func(given cty.Value) []Fault
	// Event checks the input of a call and makes the event.
	Event func(ctx context.Context, c *Call, input any) (Event, error)
}

// Input is a declared variable of a trigger, or a member of the input of a called
// flow. A call with null for a required one fails.
type Input struct {
	Name     string
	Required bool

	// The rest is for people, as a flow file writes it.
	Description string
	Type        string
	Rules       string // `min = 1, format = "email"`; "" for none
	Place       string // in the request or the input: webhook.body.email
	Sensitive   bool   // the value stays out of the record

	// Example, if set, returns a value that fits the type and the rules.
	Example func() any

	// Rules that a request can break; none for the input of a call.
	Breakable []InputRule
}

// InputRule is a rule of a variable: "required", "type", "enum", "pattern",
// "format", "min" or "max".
type InputRule struct {
	Name string
	// BrokenBy reports whether a fault of a request says that the rule is broken.
	BrokenBy func(Fault) bool
}

// Event started a run.
type Event interface {
	// Value returns the value of one of the trigger's root names, and nil for any
	// other name.
	Value(root string) any
	// Input is the default input of a jq program: the body of a webhook.
	Input() any
}

// Chained is an event that another run caused.
type Chained interface {
	Event
	// Depth is the number of runs in the chain that led to the event.
	Depth() int
	// FromFailure reports whether a trigger "failure" started a run of the chain. A
	// failure of such a run counts for no trigger, so that failures can't cause one
	// another without end.
	FromFailure() bool
}

// Sized is an event that knows the size of its body in memory, which is more than
// the caller sent if the body was compressed.
type Sized interface {
	Event
	// BodySize returns the size of the body in bytes.
	BodySize() int64
}

// OtherEvent is the event of a run that a trigger of another kind started than the
// flow has now, because the files were changed while the run waited.
type OtherEvent interface {
	Event
	// Kind returns the kind of the trigger that started the run.
	Kind() string
	// Has reports whether the event has the value of a root name.
	Has(root string) bool
}

// EventCodec stores the events of a trigger, so that a run outlives the process
// that accepted it.
type EventCodec interface {
	// Encode returns the stored form of an event and does not change the event.
	// It leaves out the credentials of the caller.
	Encode(Event) (StoredEvent, error)
	// Decode returns the event, read by the declarations that the trigger has
	// now. It fails if the event does not fit them. The event of another kind of
	// trigger is an OtherEvent.
	Decode(StoredEvent, Limits) (Event, error)
}

// StoredEvent is the stored form of an event.
type StoredEvent struct {
	Event     []byte // all but the body, in the codec's own encoding
	Body      []byte // as it arrived
	Variables []byte // JSON, for people to read
	// Sensitive: the body and the variables must be sealed.
	Sensitive bool
	// SensitiveEvent: the event must be sealed.
	SensitiveEvent bool
	// FromFailure is that of the event, see Chained.
	FromFailure bool
}
