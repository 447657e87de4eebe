package engine_test

import (
	"context"
	"encoding/json"

	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/flow"
)

func (t *testTrigger) Parts(string) flow.Parts {
	if t.panics == "parts" {
		panic("parts")
	}
	return flow.Parts{
		HTTP: &flow.HTTPPart{
			Endpoint: t, Route: flow.Route{Path: t.path, Rotate: t.rotate, Methods: t.methods}, Timeout: t.timeout,
		},
		Codec: t, Queue: flow.Queue{Max: 64, Length: 1000},
	}
}

func (t *testTrigger) Admit(context.Context, expr.Env) (flow.Admission, error) {
	return flow.Admission{}, nil
}

func (*testTrigger) WithoutCredentials(e flow.Event) flow.Event { return e }

func (t *testTrigger) Encode(e flow.Event) (flow.StoredEvent, error) {
	text, err := json.Marshal(e)
	return flow.StoredEvent{Event: text}, err
}

func (t *testTrigger) Decode(k flow.StoredEvent, _ flow.Limits) (flow.Event, error) {
	e := testEvent{}
	return e, json.Unmarshal(k.Event, &e)
}
