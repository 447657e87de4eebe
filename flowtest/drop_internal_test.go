package flowtest

import (
	"context"
	"errors"
	"reflect"
	"testing"

	"github.com/webhook-gateway/gateway/store"
)

// TestDroppedStore: no write of a dropped gateway reaches the store. A method of
// store.Store that is neither guarded nor listed as reading fails the test.
func TestDroppedStore(t *testing.T) {
	t.Parallel()
	reading := map[string]bool{
		"Get": true, "List": true, "Newest": true, "FailureGroups": true, "Size": true, "Stats": true, "CompletedSteps": true, "Depths": true,
		"GetContact": true, "ListContacts": true, "ListAPIKeys": true, "APIKeysVersion": true,
		"GetHandshake": true, "ListHandshakes": true, "ListPauses": true, "ListAudit": true,
		"FindKey": true, "ClaimsAfterEnds": true,
		"Ready": true, // a channel
		"Close": true, // the lab closes the store, not the gateway
	}
	d := newDrop()
	d.begin()
	close(d.cleared)
	dropped := reflect.ValueOf(&mortalStore{drop: d}) // a call that reaches its store panics
	contract := reflect.TypeFor[store.Store]()
	for i := range contract.NumMethod() {
		name := contract.Method(i).Name
		reached, err := callEmpty(t.Context(), dropped.MethodByName(name))
		switch {
		case reached && !reading[name]:
			t.Errorf("%s of a dropped gateway reaches the store: guard it in drop.go or dropoperator.go", name)
		case !reached && reading[name]:
			t.Errorf("%s is listed as reading, and is guarded", name)
		case !reached && !errors.Is(err, store.ErrLost):
			t.Errorf("%s of a dropped gateway returns the error %v", name, err)
		}
		delete(reading, name)
	}
	for name := range reading {
		t.Errorf("store.Store has no method %s", name)
	}
}

// callEmpty calls a method with the context and zero values, and reports whether it
// panicked.
func callEmpty(ctx context.Context, method reflect.Value) (panicked bool, err error) {
	defer func() { panicked = recover() != nil }()
	var args []reflect.Value
	for i := range method.Type().NumIn() {
		switch in := method.Type().In(i); {
		case in == reflect.TypeFor[context.Context]():
			args = append(args, reflect.ValueOf(ctx))
		case !method.Type().IsVariadic() || i < method.Type().NumIn()-1:
			args = append(args, reflect.Zero(in))
		}
	}
	out := method.Call(args)
	if len(out) > 0 {
		err, _ = out[len(out)-1].Interface().(error)
	}
	return false, err
}
