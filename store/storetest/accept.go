package storetest

import (
	"strings"
	"time"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/ulid"
	"github.com/webhook-gateway/gateway/store"
)

func acceptTests() []test {
	return []test{
		{"stores every field", acceptKeepsAll},
		{"stores any bytes unchanged", acceptKeepsBytes},
		{"stores large bodies", acceptKeepsLarge},
		{"cleans texts for people", acceptCleansTexts},
		{"takes an id once", acceptTakesIDOnce},
		{"refuses invalid submissions", acceptRefuses},
		{"delays", acceptDelays},
		{"signals", acceptSignals},
		{"stores completed steps", acceptKeepsSteps},
	}
}

func acceptKeepsAll(f *fixture) {
	sub := f.submission(withOrderKey("customer 7"))
	_, err := f.s.Accept(f.ctx, sub)
	f.ok(err)
	f.same("the run", f.getRun(sub.ID), &store.Run{
		Summary: store.Summary{
			ID: sub.ID, Flow: "orders", State: store.Queued, Received: f.clock.Now(), Attempt: 1, Status: 202, Size: len("body"),
		},
		Payload: sub.Payload, OrderKey: f.hash.OrderKey("customer 7"), Version: "v1",
	})
	w := f.claimOne()
	f.same("the work", w, store.Work{
		Claim: w.Claim, Flow: "orders", Attempt: 1, Started: f.clock.Now(), OrderKey: f.hash.OrderKey("customer 7"), Payload: sub.Payload,
	})
	_, err = f.s.Get(f.ctx, ulid.New(f.clock.Now()))
	f.is(err, store.ErrNotFound)
	_, err = f.s.Get(f.ctx, "no id")
	f.is(err, store.ErrNotFound)
}

// strangeBytes are bytes that are not valid text everywhere.
func strangeBytes() []byte {
	all := []byte("zażółć \x00 \xff\xfe 𝄞 é e\u0301 \r\n\t\\x00 ' \" % _")
	for b := range 256 {
		all = append(all, byte(b))
	}
	return all
}

func acceptKeepsBytes(f *fixture) {
	p := store.Payload{Event: strangeBytes(), Body: strangeBytes(), Variables: strangeBytes(), Response: strangeBytes()}
	sub := f.submission(func(s *store.Submission) { s.Payload = p })
	_, err := f.s.Accept(f.ctx, sub)
	f.ok(err)
	w := f.claimOne()
	f.same("payload of the claim", w.Payload, p)
	s := f.newStep(string(strangeBytes()))
	s.Input, s.Output = strangeBytes(), strangeBytes()
	f.ok(f.s.Checkpoint(f.ctx, w.Claim, s))
	f.ok(f.s.Finish(f.ctx, w.Claim, &store.Ending{State: store.Succeeded, Output: strangeBytes()}))
	r := f.getRun(sub.ID)
	p.Output = strangeBytes()
	f.same("payload of the run", r.Payload, p)
	f.same("steps", r.Steps, []store.Step{s})

	empty := f.accept(func(s *store.Submission) { s.Payload = store.Payload{} })
	f.same("no payload", f.claimOne().Payload, store.Payload{})
	f.same("size of none", f.getRun(empty).Size, 0)
}

func acceptKeepsLarge(f *fixture) {
	body := make([]byte, 5<<20)
	for i := range body {
		body[i] = byte(i * 7)
	}
	id := f.accept(func(s *store.Submission) { s.Body = body })
	if got := f.claimOne().Body; string(got) != string(body) {
		f.Errorf("the body came back with %d bytes, and other than it was", len(got))
	}
	f.same("size", f.getRun(id).Size, len(body))
}

func acceptCleansTexts(f *fixture) {
	c := f.acceptClaimed()
	bad := "a\x00b\xffc"
	why := store.Cause{Reason: bad, Class: bad, Action: bad, Position: bad, Message: strings.Repeat("ż", store.MaxText)}
	s := f.newStep("a")
	s.Cause, s.State, s.Kind = why, flow.Failed, bad
	f.ok(f.s.Finish(f.ctx, c, &store.Ending{State: store.Failed, Cause: why, Steps: []store.Step{s}}))
	r := f.getRun(c.ID)
	f.same("cause", r.Cause, why.Clean())
	f.same("cause of the step", r.Steps[0].Cause, why.Clean())
	f.same("kind of the step", r.Steps[0].Kind, "a\uFFFDb\uFFFDc")
}

func acceptTakesIDOnce(f *fixture) {
	first := f.submission()
	_, err := f.s.Accept(f.ctx, first)
	f.ok(err)
	again := f.submission(withDedupeKey("k"), func(s *store.Submission) { s.ID, s.Body = first.ID, []byte("other") })
	_, err = f.s.Accept(f.ctx, again)
	f.is(err, store.ErrExists)
	f.same("the body of the first", string(f.getRun(first.ID).Body), "body")
	f.hasNoKey(store.DedupeScope("orders"), "k")
	f.claimOne()
}

func acceptRefuses(f *fixture) {
	for _, id := range []string{"", "x", strings.Repeat("z", 26), strings.Repeat("i", 26), strings.ToUpper(ulid.New(f.clock.Now()))} {
		_, err := f.s.Accept(f.ctx, f.submission(func(s *store.Submission) { s.ID = id }))
		if err == nil || store.IsUnavailable(err) {
			f.Errorf("id %q: got %v, want an error of the caller", id, err)
		}
	}
	if _, err := f.s.Accept(f.ctx, f.submission(ofFlow(""))); err == nil {
		f.Error("a run of no flow was accepted")
	}
	f.same("runs", f.listed(store.Filter{}), nil)
}

func acceptDelays(f *fixture) {
	id := f.accept(withDelay(10 * time.Second))
	r := f.checkState(id, store.Waiting)
	f.same("due", r.Due, f.clock.Now().Add(10*time.Second))
	c, err := f.s.Claim(f.ctx, claimQuery(1, "orders"))
	f.ok(err)
	f.same("claims", len(c.Work), 0)
	f.same("time until it is due", c.Next, 10*time.Second)
	f.clock.Advance(9999 * time.Millisecond)
	f.claimNone()
	f.clock.Advance(time.Millisecond)
	f.same("claimed", f.claimOne().ID, id)
	f.same("due of a running one", f.getRun(id).Due, time.Time{})
	c, err = f.s.Claim(f.ctx, claimQuery(1, "orders"))
	f.ok(err)
	if c.Next >= 0 {
		f.Errorf("nothing waits, and the next is due in %v", c.Next)
	}
}

func acceptSignals(f *fixture) {
	f.accept()
	if !f.takeSignal() {
		f.Error("no signal of a queued run")
	}
	f.claimOne()
	for f.takeSignal() {
	}
	f.accept(withDelay(time.Second))
	if !f.takeSignal() {
		f.Error("no signal of a run that is due before all others")
	}
}

func acceptKeepsSteps(f *fixture) {
	steps := []store.Step{f.newStep("first")}
	sub := f.submission(func(s *store.Submission) { s.Steps = steps })
	_, err := f.s.Accept(f.ctx, sub)
	f.ok(err)
	f.same("steps", f.claimOne().Steps, steps)
}
