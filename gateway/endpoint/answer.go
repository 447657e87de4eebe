package endpoint

import (
	"maps"
	"net/http"
	"strconv"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/gateway/run"
	"github.com/webhook-gateway/gateway/internal/problem"
	"github.com/webhook-gateway/gateway/store"
)

const (
	// RunHeader has the id of the run, or of the refused request, in every
	// response.
	RunHeader = "Gateway-Run"
	// ReplayedHeader marks the response of an earlier request with the same
	// dedupe key.
	ReplayedHeader = "Gateway-Replayed"
)

// problemResponse returns the response for a refusal. A trigger may turn a
// refusal into a response that is no error; such a response has no body.
func (q *request) problemResponse(p *flow.Problem) *flow.Response {
	if p.Response != nil {
		return p.Response
	}
	if p.Status < http.StatusBadRequest {
		return &flow.Response{Status: p.Status, Header: p.Header}
	}
	h := http.Header{}
	maps.Copy(h, p.Header)
	h.Set("Content-Type", problem.ContentType)
	return &flow.Response{Status: p.Status, Header: h, Body: problem.Encode(p, q.ID)}
}

// refuse answers and records a request that starts no run.
func (q *request) refuse(p *flow.Problem) {
	q.delayRefusal(p.Outcome)
	response := q.problemResponse(p)
	if p.Status == http.StatusRequestTimeout || p.Status == http.StatusRequestEntityTooLarge {
		response.Header.Set("Connection", "close") // the rest of the body is not worth reading
	}
	q.restoreBody()
	q.writeResponse(response)
	if p.Outcome == flow.OutcomeChallenge {
		q.recordChallenge(p)
		return
	}
	q.recordRefusal(p)
}

// replayResponse answers with the response of the first request that has the key.
func (q *request) replayResponse(k *store.Key) {
	if len(k.Value) == 0 {
		q.refuse(inProgress(nil))
		return
	}
	response, err := run.OpenResponse(q.Env.Sealer, k.Value)
	if err != nil {
		q.refuse(inProgress(err))
		return
	}
	header := http.Header{ReplayedHeader: {"true"}}
	maps.Copy(header, response.Header)
	q.ID = k.Run
	response = q.writeAnswer(&flow.Response{Status: response.Status, Header: header, Body: response.Body})
	q.countRequest("replayed", response.Status)
}

// smallAnswer is the size up to which an answer takes no memory of the budget:
// the buffers of its connection hold it.
const smallAnswer = 64 << 10

// writeAnswer sends the response of a run. A large one takes memory until its
// caller has read it; if there is none, a refusal is sent in its place. It
// returns the response that was sent.
func (q *request) writeAnswer(r *flow.Response) *flow.Response {
	size := int64(len(r.Body))
	if size <= smallAnswer {
		q.writeResponse(r)
		return r
	}
	if !q.Env.Memory.TryTakeAnswer(size) {
		r = q.problemResponse(outOfMemory())
		q.writeResponse(r)
		return r
	}
	defer q.Env.Memory.FreeAnswer(size)
	q.writeResponse(r)
	return r
}

// writeResponse sends a response. The header values are shared with the response, and
// are not changed.
func (q *request) writeResponse(r *flow.Response) {
	h := q.w.Header()
	maps.Copy(h, r.Header)
	q.lines = [...]string{q.ID, ""}
	h[RunHeader] = q.lines[:1:1]
	q.addCORS(h)
	if q.handler.draining.Load() {
		h["Connection"] = []string{"close"}
	}
	hasBody := mayHaveBody(r.Status)
	if hasBody {
		q.lines[1] = strconv.Itoa(len(r.Body))
		h["Content-Length"] = q.lines[1:]
	}
	q.noteStatus(r.Status)
	q.w.WriteHeader(r.Status)
	q.written = true
	if hasBody {
		_, _ = q.w.Write(r.Body) // fails only if the caller hung up
	}
}

func mayHaveBody(status int) bool {
	return status >= 200 && status != http.StatusNoContent && status != http.StatusNotModified
}
