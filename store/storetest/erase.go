package storetest

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/erase"
)

func eraseTests() []test {
	return []test{
		{"erases an address everywhere", eraseEverywhere},
		{"erases from runs in every final state", eraseOtherStates},
		{"erases inside of longer texts", eraseInside},
		{"erases an address of another script in all forms", eraseForms},
		{"leaves other addresses", eraseLeavesOthers},
		{"leaves later runs", eraseLeavesLater},
		{"waits for open runs", eraseAwaitsOpen},
		{"finds runs that are recorded late", eraseLate},
		{"continues in batches after a restart", eraseBatches},
		{"erases one of several", eraseOne},
		{"may run concurrently", eraseTogether},
		{"uses the eraser of the caller", eraseAsksEraser},
		{"erases nothing without a deletion", eraseNothing},
	}
}

const ann = "ann@example.com"

// deleteContact deletes a contact, so that its address is to be erased.
func (f *fixture) deleteContact(email string) {
	f.Helper()
	_, err := f.s.DeleteContact(f.ctx, email)
	f.ok(err)
}

// eraseAll erases until nothing is left to erase now, and returns the sum of the
// results.
func (f *fixture) eraseAll(q store.EraseQuery) store.Erased {
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
	f.Fatal("the erasure does not end")
	return all
}

// payloadWith returns a payload with a text in each part, in various encodings.
func payloadWith(text string) store.Payload {
	return store.Payload{
		Event:     []byte(`{"url":"/x?email=` + strings.ReplaceAll(text, "@", "%40") + `"}`),
		Body:      []byte(`{"email":"` + strings.ToUpper(text) + `","n":1.50}`),
		Variables: []byte(`{"email":"` + strings.ReplaceAll(text, "@", `\u0040`) + `"}`),
		Response:  []byte("to " + text),
		Output:    []byte(`"` + text + `"`),
	}
}

func eraseEverywhere(f *fixture) {
	c := f.acceptClaimed(withOrderKey("order of "+ann), withDedupeKey("dedupe of "+ann), func(s *store.Submission) { s.Payload = payloadWith(ann) })
	s := f.newStep("each/" + ann)
	s.State, s.Cause = flow.Failed, store.Cause{Reason: "timeout", Message: "no box " + ann, Detail: `{"path":"/` + ann + `"}`}
	s.Input, s.Output = []byte(`{"to":["`+ann+`"]}`), []byte(`"=0A`+ann+`"`)
	other := f.newStep("other")
	f.ok(f.s.Finish(f.ctx, c, &store.Ending{
		State: store.Failed, Cause: store.Cause{Message: ann + " does not exist", Detail: `{"x":"` + ann + `"}`}, Steps: []store.Step{s, other}, Response: []byte("late " + ann), Output: []byte(`"` + ann + `"`),
	}))
	f.putKey(store.Key{Scope: "s", Name: "n", Run: "r", Value: []byte("x " + ann)}, time.Hour)
	before := f.getRun(c.ID)
	f.changeContact(store.ContactChange{Email: "Ann@Example.com"})
	f.deleteContact(ann)
	done := f.eraseAll(store.EraseQuery{Email: "ANN@example.com"})
	f.same("runs", done.Runs, 1)
	f.same("unread", done.Unread, 0)
	f.same("open", done.Open, 0)
	got := f.getRun(c.ID)
	want := payloadWith("(hidden)")
	want.Response, want.Body = []byte("late (hidden)"), []byte(`{"email":"(hidden)","n":1.50}`)
	want.Variables = []byte(`{"email":"(hidden)"}`)
	f.same("payload", got.Payload, want)
	f.same("order key", got.OrderKey, before.OrderKey)
	f.same("cause", got.Cause.Message, "(hidden) does not exist")
	f.same("detail", got.Cause.Detail, `{"x":"(hidden)"}`)
	s.Path, s.Cause.Message, s.Cause.Detail = "each/(hidden)", "no box (hidden)", `{"path":"/(hidden)"}`
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
	f.same("erased again", f.eraseAll(store.EraseQuery{}), store.Erased{})
}

// eraseInside erases from texts that flows and the store make of an address.
func eraseInside(f *fixture) {
	c := f.acceptClaimed(withOrderKey("order-7-"+ann), withDedupeKey("7/"+ann), func(s *store.Submission) {
		s.Payload = store.Payload{Event: []byte(`{"key":"order-7-` + ann + `"}`), Body: []byte(ann + "-2026"), Response: []byte("7_" + ann + "_7")}
	})
	long := strings.Repeat("x", store.MaxText-len("… ann@exam")) + " " + ann // the store cuts it in the domain
	s := f.newStep("each/7-" + ann + "/send")
	s.State, s.Cause = flow.Failed, store.Cause{Message: long}
	f.ok(f.s.Finish(f.ctx, c, &store.Ending{State: store.Failed, Cause: store.Cause{Message: long}, Steps: []store.Step{s}}))
	f.deleteContact(ann)
	f.same("done", f.eraseAll(store.EraseQuery{}), store.Erased{Runs: 1, Keys: 1})
	got := f.getRun(c.ID)
	f.same("payload", got.Payload, store.Payload{
		Event: []byte(`{"key":"order-7-(hidden)"}`), Body: []byte("(hidden)-2026"), Response: []byte("7_(hidden)_7"),
	})
	f.same("order key", got.OrderKey, f.hash.OrderKey("order-7-"+ann))
	f.same("path", got.Steps[0].Path, "each/7-(hidden)/send")
	for _, message := range []string{got.Cause.Message, got.Steps[0].Cause.Message} {
		if !strings.HasSuffix(message, "x (hidden)…") {
			f.Errorf("the message ends with %q", message[len(message)-30:])
		}
	}
}

func eraseOtherStates(f *fixture) {
	var ids []string
	for _, s := range []store.State{store.Succeeded, store.Failed, store.Cancelled, store.Refused, store.Throttled, store.Ignored} {
		e := f.newEntry(s)
		e.Body = []byte(ann)
		f.ok(f.s.Record(f.ctx, e))
		ids = append(ids, e.ID)
	}
	f.deleteContact(ann)
	f.same("runs", f.eraseAll(store.EraseQuery{}).Runs, len(ids))
	for _, id := range ids {
		f.same("body", string(f.getRun(id).Body), "(hidden)")
	}
	f.ok(f.s.Requeue(f.ctx, ids[1], store.RequeueOptions{}))
	f.same("body of a run that is run again", string(f.claimOne().Body), "(hidden)")
}

// eraseForms notes one form of an address, and checks that nothing of the others
// is left in a run and in the value of a key.
func eraseForms(f *fixture) {
	const hidden = store.ErasedText
	c := f.acceptClaimed(func(s *store.Submission) {
		s.Payload = store.Payload{
			Event:     []byte(`{"url":"/x?email=ju%CC%88rgen%40xn--bro-hoa.example&to=J%C3%BCrgen%40b%C3%BCro.example"}`),
			Body:      []byte(`{"email":"JÜRGEN@BÜRO.example","n":1.50}`),
			Variables: []byte(`{"email":"j\u00fcrgen\u0040bu\u0308ro.example"}`),
			Output:    []byte(`"jürgen@xn--bro-hoa.example"`),
		}
	})
	s := f.newStep("each/jürgen@büro.example")
	s.Input, s.Output = []byte(`{"to":["<ju\u0308rgen@XN--BRO-HOA.example>"]}`), []byte(`"{\"a\":\"j\\u00fcrgen@b\\u00fcro.example\"}"`)
	s.State, s.Cause = flow.Failed, store.Cause{Message: "no box jürgen@xn--bro-hoa.example"}
	f.ok(f.s.Finish(f.ctx, c, &store.Ending{State: store.Failed, Steps: []store.Step{s}, Response: []byte("to j\xfcrgen@b\xfcro.example")}))
	f.putKey(store.Key{Scope: "s", Name: "n", Run: "r", Value: []byte("x ju\u0308rgen@büro.example")}, time.Hour)
	f.changeContact(store.ContactChange{Email: "Jürgen@büro.example"})
	f.deleteContact("jürgen@xn--bro-hoa.example")
	f.same("runs", f.eraseAll(store.EraseQuery{Email: "ju\u0308rgen@BU\u0308RO.example"}).Runs, 1)
	got := f.getRun(c.ID)
	f.same("payload", got.Payload, store.Payload{
		Event: []byte(`{"url":"/x?email=` + hidden + `&to=` + hidden + `"}`), Body: []byte(`{"email":"` + hidden + `","n":1.50}`),
		Variables: []byte(`{"email":"` + hidden + `"}`), Response: []byte("to " + hidden), Output: []byte(`"` + hidden + `"`),
	})
	s.Path, s.Cause.Message = "each/"+hidden, "no box "+hidden
	s.Input, s.Output = []byte(`{"to":["<`+hidden+`>"]}`), []byte(`"{\"a\":\"`+hidden+`\"}"`)
	f.same("steps", got.Steps, []store.Step{s})
	key := f.hasKey("s", "n")
	f.same("value of a key", string(key.Value), "x "+hidden)
	f.same("contacts", f.listEmails(store.ContactQuery{Limit: 9}), nil)
	f.same("erased again", f.eraseAll(store.EraseQuery{}), store.Erased{})
}

func eraseLeavesOthers(f *fixture) {
	e := f.newEntry(store.Succeeded)
	e.Payload = store.Payload{Event: strangeBytes(), Body: []byte("joann@example.com, ann@example.com.au, bob@example.com")}
	e.Steps = []store.Step{f.newStep("a")}
	f.ok(f.s.Record(f.ctx, e))
	before := f.getRun(e.ID)
	f.deleteContact(ann)
	f.same("done", f.eraseAll(store.EraseQuery{}), store.Erased{})
	f.same("run", f.getRun(e.ID), before)
}

func eraseOne(f *fixture) {
	for _, email := range []string{ann, "bob@example.com"} {
		e := f.newEntry(store.Succeeded)
		e.Body = []byte(email)
		f.ok(f.s.Record(f.ctx, e))
		f.deleteContact(email)
	}
	f.same("one", f.eraseAll(store.EraseQuery{Email: "Bob@example.com"}).Runs, 1)
	f.same("left", len(f.listed(store.Filter{Text: ann})), 1)
	f.same("all", f.eraseAll(store.EraseQuery{}).Runs, 1)
}

// fakeEraser erases from a made-up encoding.
type fakeEraser struct{ email string }

func (a fakeEraser) Erase(p store.Piece) ([]byte, error) {
	switch p.Kind {
	case store.ResponsePiece:
		return bytes.ToUpper(p.Bytes), nil
	case store.OutputPiece:
		return nil, errors.New("it is sealed")
	}
	return bytes.ReplaceAll(p.Bytes, []byte("NAME"), []byte(a.email)), nil
}

func eraseAsksEraser(f *fixture) {
	e := f.newEntry(store.Succeeded)
	e.Payload = store.Payload{Body: []byte("NAME"), Response: []byte("response")}
	e.Steps = []store.Step{f.newStep("a")}
	f.ok(f.s.Record(f.ctx, e))
	f.deleteContact(" Ann@Example.com ")
	done := f.eraseAll(store.EraseQuery{NewEraser: func(email string) store.Eraser { return fakeEraser{email} }})
	f.same("done", done, store.Erased{Runs: 1, Unread: 1})
	got := f.getRun(e.ID)
	f.same("response", string(got.Response), "RESPONSE")
	f.same("body", string(got.Body), ann)
	f.same("output", string(got.Steps[0].Output), "out")
}

func eraseNothing(f *fixture) {
	e := f.newEntry(store.Succeeded)
	e.Body = []byte(ann)
	f.ok(f.s.Record(f.ctx, e))
	f.changeContact(store.ContactChange{Email: ann})
	f.same("done", f.eraseAll(store.EraseQuery{}), store.Erased{})
	f.same("of one", f.eraseAll(store.EraseQuery{Email: ann}), store.Erased{})
	f.same("body", string(f.getRun(e.ID).Body), ann)
}

func eraseLeavesLater(f *fixture) {
	f.deleteContact(ann)
	f.clock.Advance(time.Millisecond)
	e := f.newEntry(store.Succeeded)
	e.Body = []byte(ann)
	f.ok(f.s.Record(f.ctx, e))
	f.clock.Advance(2 * erase.LateRecordTime)
	f.same("done", f.eraseAll(store.EraseQuery{}), store.Erased{})
	f.same("body", string(f.getRun(e.ID).Body), ann)
}

func eraseAwaitsOpen(f *fixture) {
	with := func(s *store.Submission) { s.Body = []byte(ann) }
	queued, waiting, running := f.accept(with), f.accept(with, withDelay(100*time.Hour)), f.acceptClaimed(with)
	f.deleteContact(ann)
	f.same("at once", f.eraseAll(store.EraseQuery{}), store.Erased{Open: 3})
	f.same("body of a queued run", string(f.getRun(queued).Body), ann)
	f.ok(f.s.Cancel(f.ctx, waiting))
	s := f.newStep("a")
	s.Output = []byte(ann)
	f.ok(f.s.Finish(f.ctx, running, &store.Ending{State: store.Succeeded, Steps: []store.Step{s}}))
	f.same("when two are over", f.eraseAll(store.EraseQuery{}), store.Erased{Runs: 2, Open: 1})
	f.same("output", string(f.getRun(running.ID).Steps[0].Output), "(hidden)")
	f.clock.Advance(3 * erase.LateRecordTime)
	f.same("much later", f.eraseAll(store.EraseQuery{}), store.Erased{Open: 1})
	f.finishRun(f.claimOne().Claim, store.Succeeded)
	f.same("when the last is over", f.eraseAll(store.EraseQuery{}), store.Erased{Runs: 1})
	f.same("body", string(f.getRun(queued).Body), "(hidden)")
}

func eraseLate(f *fixture) {
	e := f.newEntry(store.Succeeded)
	e.Body = []byte(ann)
	f.clock.Advance(time.Minute)
	f.deleteContact(ann)
	f.same("at once", f.eraseAll(store.EraseQuery{}), store.Erased{})
	f.ok(f.s.Record(f.ctx, e))
	f.clock.Advance(erase.LateRecordTime - time.Second)
	f.same("too early", f.eraseAll(store.EraseQuery{}), store.Erased{})
	f.clock.Advance(time.Second)
	f.same("in the end", f.eraseAll(store.EraseQuery{}), store.Erased{Runs: 1})
	f.same("body", string(f.getRun(e.ID).Body), "(hidden)")
}

func eraseBatches(f *fixture) {
	const runs, keys = 250, 30
	for i := range runs {
		e := f.newEntry(store.Succeeded)
		e.Body = []byte(fmt.Sprint(i, " ", ann))
		f.ok(f.s.Record(f.ctx, e))
		f.clock.Advance(time.Millisecond)
	}
	for i := range keys {
		f.putKey(store.Key{Scope: fmt.Sprint("s", i%3), Name: fmt.Sprint(i), Value: []byte(ann)}, time.Hour)
	}
	f.deleteContact(ann)
	h, err := f.s.Erase(f.ctx, store.EraseQuery{Limit: 100})
	f.ok(err)
	f.same("first batch", h, store.Erased{Runs: 100, More: true})
	f.ok(f.s.Close())
	f.reopen()
	f.same("the rest", f.eraseAll(store.EraseQuery{Limit: 7}), store.Erased{Runs: runs - 100, Keys: keys})
	f.same("found", f.listed(store.Filter{Text: ann}), nil)
}

// eraseTogether erases the same address from several goroutines, as gateways
// that share a store do. Each run counts once.
func eraseTogether(f *fixture) {
	const runs = 60
	for range runs {
		e := f.newEntry(store.Succeeded)
		e.Body = []byte(ann)
		f.ok(f.s.Record(f.ctx, e))
	}
	f.deleteContact(ann)
	done := make([]int, 4)
	f.parallel(len(done), func(i int) error {
		for {
			h, err := f.s.Erase(f.ctx, store.EraseQuery{Limit: 7})
			done[i] += h.Runs
			if err != nil || !h.More {
				return err
			}
		}
	})
	f.same("found", f.listed(store.Filter{Text: ann}), nil)
	sum := 0
	for _, n := range done {
		sum += n
	}
	f.same("runs", sum, runs)
}
