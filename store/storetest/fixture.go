package storetest

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/ulid"
	"github.com/webhook-gateway/gateway/store"
)

// lease is the length of the leases in the suite.
const lease = time.Minute

// fixture is an open store in a test. Its methods fail the test if the store
// does not behave; s has the methods of the store itself.
type fixture struct {
	*testing.T
	engine Engine
	place  string
	s      store.Store
	clock  *Clock
	hash   *store.KeyHash
	ctx    context.Context
}

func open(t *testing.T, e Engine) *fixture {
	t.Helper()
	f := &fixture{T: t, engine: e, place: e.Place(t), clock: NewClock(), hash: store.NewKeyHash([]byte("key of the suite")), ctx: t.Context()}
	f.reopen()
	t.Cleanup(func() {
		if err := f.s.Close(); err != nil {
			t.Errorf("closing: %v", err)
		}
	})
	return f
}

// reopen opens the place again after the store was closed.
func (f *fixture) reopen() {
	f.Helper()
	s, err := f.openAgain()
	if err != nil {
		f.Fatalf("opening: %v", err)
	}
	f.s = s
}

// openAgain opens the place as another gateway does.
func (f *fixture) openAgain() (store.Store, error) {
	return f.engine.Open(f.place, Options{Clock: f.clock, KeyHash: f.hash})
}

// ok fails if there is an error.
func (f *fixture) ok(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

// is fails unless the error is the wanted one.
func (f *fixture) is(err, want error) {
	f.Helper()
	if !errors.Is(err, want) {
		f.Fatalf("got error %v, want %v", err, want)
	}
}

// same fails unless the values are equal. Nil equals any empty slice.
func (f *fixture) same(what string, got, want any) {
	f.Helper()
	if want == nil {
		want = reflect.Zero(reflect.TypeOf(got)).Interface()
	}
	if reflect.DeepEqual(want, got) {
		return // what cmp says too, and takes longer to say
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		f.Fatalf("%s (-want +got):\n%s", what, diff)
	}
}

// submission returns a submission of flow "orders" with bytes in every part of
// the payload.
func (f *fixture) submission(changes ...func(*store.Submission)) *store.Submission {
	s := &store.Submission{
		ID: ulid.New(f.clock.Now()), Flow: "orders", Version: "v1", Status: 202,
		Payload: store.Payload{Event: []byte("event"), Body: []byte("body"), Variables: []byte("variables"), Response: []byte("response"), Trace: []byte("trace")},
	}
	for _, change := range changes {
		change(s)
	}
	return s
}

// Changes of a submission.

func ofFlow(flow string) func(*store.Submission) {
	return func(s *store.Submission) { s.Flow = flow }
}

func withOrderKey(key string) func(*store.Submission) {
	return func(s *store.Submission) { s.OrderKey = key }
}

func withDelay(d time.Duration) func(*store.Submission) {
	return func(s *store.Submission) { s.Delay = d }
}

func withDirectClaim(h store.DirectClaim) func(*store.Submission) {
	if h.Lease == 0 {
		h.Lease = lease
	}
	return func(s *store.Submission) { s.Claim = &h }
}

func withDedupeKey(key string) func(*store.Submission) {
	return func(s *store.Submission) { s.Dedupe = &store.Dedupe{Key: key, TTL: time.Hour} }
}

func withQueueLimit(limit int, drop bool) func(*store.Submission) {
	return func(s *store.Submission) { s.Queue = store.QueueLimit{Max: limit, DropOldest: drop} }
}

func alreadyStarted(s *store.Submission) {
	withDirectClaim(store.DirectClaim{Owner: "caller", Started: true})(s)
}

// accept accepts a run and returns its id.
func (f *fixture) accept(changes ...func(*store.Submission)) string {
	f.Helper()
	sub := f.submission(changes...)
	_, err := f.s.Accept(f.ctx, sub)
	f.ok(err)
	return sub.ID
}

// acceptAll accepts a number of runs and returns their ids.
func (f *fixture) acceptAll(n int, changes ...func(*store.Submission)) []string {
	f.Helper()
	ids := make([]string, n)
	for i := range ids {
		ids[i] = f.accept(changes...)
	}
	return ids
}

// acceptClaimed accepts a run and claims it directly.
func (f *fixture) acceptClaimed(changes ...func(*store.Submission)) store.Claim {
	f.Helper()
	sub := f.submission(append(changes, alreadyStarted)...)
	a, err := f.s.Accept(f.ctx, sub)
	f.ok(err)
	if a.Claim == nil {
		f.Fatal("a run that had begun was not handed over")
	}
	return *a.Claim
}

// claimQuery asks for up to n runs of flows, without limits of the flows.
func claimQuery(n int, flows ...string) store.ClaimQuery {
	q := store.ClaimQuery{Owner: "worker", Lease: lease, Limit: n}
	for _, name := range flows {
		q.Flows = append(q.Flows, store.FlowLimit{Flow: name})
	}
	return q
}

// claim claims up to n runs, of flow "orders" unless others are named.
func (f *fixture) claim(n int, flows ...string) []store.Work {
	f.Helper()
	if len(flows) == 0 {
		flows = []string{"orders"}
	}
	c, err := f.s.Claim(f.ctx, claimQuery(n, flows...))
	f.ok(err)
	for _, w := range c.Work {
		f.ok(w.Err)
	}
	return c.Work
}

// claimOne claims the only claimable run.
func (f *fixture) claimOne(flows ...string) store.Work {
	f.Helper()
	work := f.claim(2, flows...)
	if len(work) != 1 {
		f.Fatalf("claimed %d runs, want 1", len(work))
	}
	return work[0]
}

// claimNone fails if a run can be claimed.
func (f *fixture) claimNone(flows ...string) {
	f.Helper()
	if work := f.claim(1, flows...); len(work) > 0 {
		f.Fatalf("claimed %s, want none", work[0].ID)
	}
}

func (f *fixture) finishRun(c store.Claim, s store.State) {
	f.Helper()
	f.ok(f.s.Finish(f.ctx, c, &store.Ending{State: s}))
}

func (f *fixture) getRun(id string) *store.Run {
	f.Helper()
	r, err := f.s.Get(f.ctx, id)
	f.ok(err)
	return r
}

// checkState fails unless the run is in the state.
func (f *fixture) checkState(id string, want store.State) *store.Run {
	f.Helper()
	r := f.getRun(id)
	if r.State != want {
		f.Fatalf("run %s is %s (%+v), want %s", id, r.State, r.Cause, want)
	}
	return r
}

// sweepAll sweeps all runs whose lease has ended.
func (f *fixture) sweepAll() store.Swept {
	f.Helper()
	swept, err := f.s.Sweep(f.ctx, store.SweepQuery{Limit: 100})
	f.ok(err)
	return swept
}

// ids returns the ids of claimed runs, in their order.
func ids(work []store.Work) []string {
	all := make([]string, len(work))
	for i, w := range work {
		all[i] = w.ID
	}
	return all
}

// listAll returns the runs of a filter, by pages of a size.
func (f *fixture) listAll(filter store.Filter, size int) []store.Summary {
	f.Helper()
	var all []store.Summary
	q := store.ListQuery{Filter: filter, Limit: size}
	for {
		page, err := f.s.List(f.ctx, q)
		f.ok(err)
		all = append(all, page.Runs...)
		if page.Next == "" {
			return all
		}
		q.After = page.Next
	}
}

// listed returns the ids of a filter.
func (f *fixture) listed(filter store.Filter) []string {
	f.Helper()
	var all []string
	for _, r := range f.listAll(filter, 3) {
		all = append(all, r.ID)
	}
	return all
}

// newestFirst sorts ids in the order of lists.
func newestFirst(ids ...string) []string {
	sorted := slices.Clone(ids)
	slices.SortFunc(sorted, func(a, b string) int { return strings.Compare(b, a) })
	return sorted
}

// newStep returns a step that succeeded.
func (f *fixture) newStep(path string) store.Step {
	return store.Step{
		Path: path, Kind: "http", State: flow.Succeeded, Attempts: 1,
		Began: f.clock.Now(), Took: 1500 * time.Microsecond, Input: []byte("in"), Output: []byte("out"), Version: "v1",
	}
}

// takeSignal receives a signal of Ready, and returns whether there was one.
func (f *fixture) takeSignal() bool {
	select {
	case <-f.s.Ready():
		return true
	default:
		return false
	}
}
