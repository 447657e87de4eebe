package storetest

import (
	"bytes"
	"errors"
	"strings"
	"time"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/store"
)

func hideTests() []test {
	return []test{
		{"hides an address everywhere", hidesEverywhere},
		{"hides of what failed and was refused", hidesOthers},
		{"leaves what is of others", hideLeaves},
		{"leaves what comes later", hideLeavesLater},
		{"waits for what is not over", hideWaits},
		{"finds what is recorded late", hideLate},
		{"goes in batches, on after a restart", hideBatches},
		{"hides one of several", hidesOne},
		{"is done by several at once", hidesTogether},
		{"asks who knows about the bytes", hideAsks},
		{"does nothing unasked", hidesNothing},
	}
}

const ann = "ann@example.com"

// forget deletes an address.
func (f *fixture) forget(email string) {
	f.Helper()
	_, err := f.s.DeleteContact(f.ctx, email)
	f.ok(err)
}

// hide hides until there is nothing to do at once, and returns what was done.
func (f *fixture) hide(q store.EraseQuery) store.Erased {
	f.Helper()
	if q.Limit == 0 {
		q.Limit = 50
	}
	var all store.Erased
	for range 1000 {
		h, err := f.s.Erase(f.ctx, q)
		f.ok(err)
		all.Add(h)
		if !h.More {
			return all
		}
	}
	f.Fatal("hiding comes to no end")
	return all
}

// about makes a payload that has a text everywhere.
func about(text string) store.Payload {
	return store.Payload{
		Event:     []byte(`{"url":"/x?email=` + strings.ReplaceAll(text, "@", "%40") + `"}`),
		Body:      []byte(`{"email":"` + strings.ToUpper(text) + `","n":1.50}`),
		Variables: []byte(`{"email":"` + strings.ReplaceAll(text, "@", `\u0040`) + `"}`),
		Response:  []byte("to " + text),
		Output:    []byte(`"` + text + `"`),
	}
}

func hidesEverywhere(f *fixture) {
	c := f.hold(ordered("order of "+ann), deduped("dedupe of "+ann), func(s *store.Submission) { s.Payload = about(ann) })
	s := f.step("each/" + ann)
	s.State, s.Cause = flow.Failed, store.Cause{Reason: "timeout", Message: "no box " + ann}
	s.Input, s.Output = []byte(`{"to":["`+ann+`"]}`), []byte(`"=0A`+ann+`"`)
	other := f.step("other")
	f.ok(f.s.Finish(f.ctx, c, &store.Ending{
		State: store.Failed, Cause: store.Cause{Message: ann + " does not exist"}, Steps: []store.Step{s, other}, Response: []byte("late " + ann), Output: []byte(`"` + ann + `"`),
	}))
	f.put(store.Key{Scope: "s", Name: "n", Run: "r", Value: []byte("x " + ann)}, time.Hour)
	before := f.get(c.ID)
	f.change(store.ContactChange{Email: "Ann@Example.com"})
	f.forget(ann)
	done := f.hide(store.EraseQuery{Email: "ANN@example.com"})
	f.same("runs", done.Runs, 1)
	f.same("unread", done.Unread, 0)
	f.same("open", done.Open, 0)
	got := f.get(c.ID)
	want := about("(hidden)")
	want.Response, want.Body = []byte("late (hidden)"), []byte(`{"email":"(hidden)","n":1.50}`)
	want.Variables = []byte(`{"email":"(hidden)"}`)
	f.same("payload", got.Payload, want)
	f.same("order key", got.OrderKey, "order of (hidden)")
	f.same("cause", got.Cause.Message, "(hidden) does not exist")
	s.Path, s.Cause.Message = "each/(hidden)", "no box (hidden)"
	s.Input, s.Output = []byte(`{"to":["(hidden)"]}`), []byte(`"=0A(hidden)"`)
	f.same("steps", got.Steps, []store.Step{s, other})
	f.same("size", got.Size, before.Size)
	key := f.hasKey("s", "n")
	f.same("value of a key", string(key.Value), "x (hidden)")
	key = f.hasKey(store.DedupeScope("orders"), "dedupe of "+ann)
	if bytes.Contains(key.Value, []byte(ann)) {
		f.Errorf("the answer of the dedupe key is %q", key.Value)
	}
	f.same("found", f.listed(store.Filter{Text: ann}), nil)
	f.same("hidden again", f.hide(store.EraseQuery{}), store.Erased{})
}

func hidesOthers(f *fixture) {
	var ids []string
	for _, s := range []store.State{store.Succeeded, store.Failed, store.Cancelled, store.Refused, store.Throttled} {
		e := f.entry(s)
		e.Body = []byte(ann)
		f.ok(f.s.Record(f.ctx, e))
		ids = append(ids, e.ID)
	}
	f.forget(ann)
	f.same("runs", f.hide(store.EraseQuery{}).Runs, len(ids))
	for _, id := range ids {
		f.same("body", string(f.get(id).Body), "(hidden)")
	}
	f.ok(f.s.Requeue(f.ctx, ids[1], store.RequeueOptions{}))
	f.same("body of a run that is run again", string(f.claimOne().Body), "(hidden)")
}

func hideLeaves(f *fixture) {
	e := f.entry(store.Succeeded)
	e.Payload = store.Payload{Event: strange(), Body: []byte("joann@example.com, ann@example.com.au, bob@example.com")}
	e.Steps = []store.Step{f.step("a")}
	f.ok(f.s.Record(f.ctx, e))
	before := f.get(e.ID)
	f.forget(ann)
	f.same("done", f.hide(store.EraseQuery{}), store.Erased{})
	f.same("run", f.get(e.ID), before)
}

func hidesOne(f *fixture) {
	for _, email := range []string{ann, "bob@example.com"} {
		e := f.entry(store.Succeeded)
		e.Body = []byte(email)
		f.ok(f.s.Record(f.ctx, e))
		f.forget(email)
	}
	f.same("one", f.hide(store.EraseQuery{Email: "Bob@example.com"}).Runs, 1)
	f.same("left", len(f.listed(store.Filter{Text: ann})), 1)
	f.same("all", f.hide(store.EraseQuery{}).Runs, 1)
}

// asked is a cleaner that knows its own encoding.
type asked struct{ email string }

func (a asked) Erase(p store.Piece) ([]byte, error) {
	switch p.Kind {
	case store.ResponsePiece:
		return bytes.ToUpper(p.Bytes), nil
	case store.OutputPiece:
		return nil, errors.New("it is sealed")
	}
	return bytes.ReplaceAll(p.Bytes, []byte("NAME"), []byte(a.email)), nil
}

func hideAsks(f *fixture) {
	e := f.entry(store.Succeeded)
	e.Payload = store.Payload{Body: []byte("NAME"), Response: []byte("response")}
	e.Steps = []store.Step{f.step("a")}
	f.ok(f.s.Record(f.ctx, e))
	f.forget(" Ann@Example.com ")
	done := f.hide(store.EraseQuery{NewEraser: func(email string) store.Eraser { return asked{email} }})
	f.same("done", done, store.Erased{Runs: 1, Unread: 1})
	got := f.get(e.ID)
	f.same("response", string(got.Response), "RESPONSE")
	f.same("body", string(got.Body), ann)
	f.same("output", string(got.Steps[0].Output), "out")
}

func hidesNothing(f *fixture) {
	e := f.entry(store.Succeeded)
	e.Body = []byte(ann)
	f.ok(f.s.Record(f.ctx, e))
	f.change(store.ContactChange{Email: ann})
	f.same("done", f.hide(store.EraseQuery{}), store.Erased{})
	f.same("of one", f.hide(store.EraseQuery{Email: ann}), store.Erased{})
	f.same("body", string(f.get(e.ID).Body), ann)
}
