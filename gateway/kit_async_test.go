package gateway

import (
	"context"
	"encoding/json"

	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/flow"
)

var _ flow.Endpoint = (*testTrigger)(nil)

func (t *testTrigger) Async() bool { return false }

func (t *testTrigger) Queue() flow.Queue { return flow.Queue{Max: 64, Length: 1000} }

func (t *testTrigger) Admit(context.Context, expr.Env) (flow.Admission, error) {
	return flow.Admission{}, nil
}

func (t *testTrigger) Encode(e flow.Event) (flow.Kept, error) {
	text, err := json.Marshal(e)
	return flow.Kept{Event: text}, err
}

func (t *testTrigger) Decode(k flow.Kept, _ flow.Limits) (flow.Event, error) {
	e := testEvent{}
	return e, json.Unmarshal(k.Event, &e)
}
