package ops

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"slices"
	"unicode/utf8"

	"github.com/webhook-gateway/gateway/gateway/run"
	"github.com/webhook-gateway/gateway/internal/redact"
	"github.com/webhook-gateway/gateway/internal/value"
	"github.com/webhook-gateway/gateway/store"
)

// RunPart is a value of a run, to be written as a whole: JSON, the text of a value that
// is a string, or a body as it was.
type RunPart struct {
	Binary bool // it is a body that is no text
	values valueView
	text   []byte
	kind   partKind
}

type partKind int

const (
	partRaw partKind = iota
	partJSON
	partHidden
)

// RunPart returns a value of a run by its name: body, response, event, variables or
// output; of the action with a path input, output or answer.
func (s *Service) RunPart(ctx context.Context, id, path, name string) (*RunPart, error) {
	return withRun(s, id, func(v view) (*RunPart, error) {
		r, err := s.opts.Store.Get(ctx, id)
		if err != nil {
			return nil, err
		}
		var part *RunPart
		if path == "" {
			part = v.partOfRun(r, name)
		} else if i := slices.IndexFunc(r.Steps, func(s store.Step) bool { return s.Path == path }); i >= 0 {
			part = v.partOfStep(r.Flow, &r.Steps[i], name)
		}
		if part == nil {
			return nil, &Error{Kind: NotFound, Message: "the run has no such value"}
		}
		return part, nil
	})
}

func (v view) partOfRun(r *store.Run, name string) *RunPart {
	switch name {
	case "body":
		return v.requestPart(r)
	case "response":
		return v.responsePart(r)
	case "event":
		if isRequest(r.Event) {
			return nil
		}
		return v.storedPart(r.Event)
	case "variables":
		return v.storedPart(r.Variables)
	case "output":
		return v.storedPart(r.Output)
	}
	return nil
}

func (v view) partOfStep(flow string, s *store.Step, name string) *RunPart {
	isAnswer := run.DecodeDetail(s.Cause.Detail).Exchange != nil // see addAttempts
	switch {
	case name == "input":
		return v.storedPart(s.Input)
	case name == "output" && isAnswer, name == "answer" && !isAnswer, name != "output" && name != "answer":
		return nil
	}
	part := v.storedPart(s.Output)
	if current := v.StepFinder(flow)(s.Path); part != nil && current != nil && current.Kind == s.Kind && current.HidesOutput() {
		part.kind = partHidden
	}
	return part
}

func (v view) requestPart(r *store.Run) *RunPart {
	var event struct {
		Method  string              `json:"method"`
		Headers map[string][]string `json:"headers"`
	}
	if json.Unmarshal(r.Event, &event) != nil || event.Method == "" || len(r.Body) == 0 {
		return nil
	}
	if redact.IsSealed(r.Body) && redact.IsSealed(r.Variables) {
		return &RunPart{kind: partHidden}
	}
	return v.bodyPart(r.Body, event.Headers, r.Cut)
}

func (v view) responsePart(r *store.Run) *RunPart {
	if redact.IsSealed(r.Response) {
		return &RunPart{kind: partHidden}
	}
	response, err := run.DecodeResponse(r.Response)
	if err != nil || len(response.Body) == 0 {
		return nil
	}
	return v.bodyPart(response.Body, response.Header, false)
}

// bodyPart returns a body, as valueView.showBody shows it.
func (v view) bodyPart(raw []byte, header map[string][]string, cut bool) *RunPart {
	part := &RunPart{values: v.values(0), text: raw}
	if mayBeJSON(header) && part.values.isJSON(raw) {
		part.kind = partJSON
		return part
	}
	if cut {
		part.text = dropPartialRune(raw)
	}
	part.values.redactor.Stream().Part(part.text, true, func(piece []byte) { part.Binary = part.Binary || !utf8.Valid(piece) })
	return part
}

// storedPart returns a stored JSON value, as valueView.showStored shows it.
func (v view) storedPart(text []byte) *RunPart {
	part := &RunPart{values: v.values(0), text: text}
	switch {
	case len(text) == 0:
		return nil
	case redact.IsSealed(text):
		part.kind = partHidden
	case !part.values.isJSON(text):
		if !utf8.Valid(text) { // the history cut it
			part.text = bytes.ToValidUTF8(text, []byte("\uFFFD"))
		}
	case text[0] == '"':
		decoded, _ := value.Decode(text, value.Limits{}) // it is JSON
		s, _ := decoded.(string)
		part.text = []byte(s)
	default:
		part.kind = partJSON
	}
	return part
}

func (v valueView) isJSON(text []byte) bool {
	ok, _ := v.rewriter(false).Rewrite(io.Discard, text) // which takes everything
	return ok
}

// Write writes the value to w. It makes no copy of it.
func (p *RunPart) Write(w io.Writer) error {
	switch p.kind {
	case partHidden:
		_, err := io.WriteString(w, redact.Placeholder)
		return err
	case partJSON:
		_, err := p.values.rewriter(false).Rewrite(w, p.text)
		return err
	}
	var err error
	p.values.redactor.Stream().Part(p.text, true, func(piece []byte) {
		if err == nil {
			_, err = w.Write(piece)
		}
	})
	return err
}
