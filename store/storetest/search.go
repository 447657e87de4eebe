package storetest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/webhook-gateway/gateway/store"
)

func searchTests() []test {
	return []test{
		{"searches all parts", searchEverywhere},
		{"knows no wildcards", searchLiterally},
		{"combines with the rest of the filter", searchFilters},
		{"ends with any amount of data", searchEnds},
		{"goes on where the page before ended", searchPages},
		{"finds reasons among many runs of other flows", searchReasons},
	}
}

func searchEverywhere(f *fixture) {
	sub := f.submission(ofFlow("Flow-Name"), withOrderKey("Order-Key"), func(s *store.Submission) {
		s.Payload = store.Payload{
			Event: []byte("\xffEvent-Bytes\x00"), Body: append(strangeBytes(), "Body-Bytes"...), Variables: []byte("Variable-Bytes"),
		}
	})
	_, err := f.s.Accept(f.ctx, sub)
	f.ok(err)
	f.ok(f.s.Finish(f.ctx, f.claimOne("Flow-Name").Claim, &store.Ending{State: store.Failed, Cause: store.Cause{
		Reason: "Reason-Word", Class: "Class-Word", Action: "Action-Name", Position: "File.hcl:7", Message: "It answered Größe",
	}}))
	f.accept() // holds none of it
	for _, text := range []string{
		sub.ID, sub.ID[3:20], "flow-name", "Order-Key", f.hash.OrderKey("Order-Key")[:12], "event-bytes", "body-BYTES", "able-by", "reason-word", "class-word", "action-name",
		"file.hcl:7", "it answered", "Größe", "\x00 \xff\xfe", "𝄞",
	} {
		f.same(fmt.Sprintf("found by %q", text), f.listed(store.Filter{Text: text}), []string{sub.ID})
	}
	for _, text := range []string{"GRÖSSE", "GRÖßE", "ORDER-KEY", "Order-", "flow-name ", "body-bytesx", "\xfe\xff\x00"} {
		f.same(fmt.Sprintf("found by %q", text), f.listed(store.Filter{Text: text}), nil)
	}
}

func searchLiterally(f *fixture) {
	plain := f.accept(func(s *store.Submission) { s.Body = []byte("100 percent a_b c\\d [x] *") })
	f.accept(func(s *store.Submission) { s.Body = []byte("nothing of the kind") })
	for _, text := range []string{"a_b", "c\\d", "[x]", "*"} {
		f.same(fmt.Sprintf("found by %q", text), f.listed(store.Filter{Text: text}), []string{plain})
	}
	for _, text := range []string{"%", "a%b", "a.b", "?", "'", "\""} {
		f.same(fmt.Sprintf("found by %q", text), f.listed(store.Filter{Text: text}), nil)
	}
}

func searchFilters(f *fixture) {
	needle := func(s *store.Submission) { s.Body = []byte("needle") }
	done := f.acceptClaimed(needle)
	f.finishRun(done, store.Succeeded)
	queued := f.accept(needle)
	other := f.accept(needle, ofFlow("other"))
	f.acceptAll(5)
	f.same("all", f.listed(store.Filter{Text: "NEEDLE"}), newestFirst(done.ID, queued, other))
	f.same("of a flow", f.listed(store.Filter{Text: "needle", Flows: []string{"orders"}}), newestFirst(done.ID, queued))
	f.same("of a state", f.listed(store.Filter{Text: "needle", States: []store.State{store.Queued}}), newestFirst(queued, other))
	f.same("of both", f.listed(store.Filter{Text: "needle", States: []store.State{store.Succeeded}, Flows: []string{"other"}}), nil)
}

func searchEnds(f *fixture) {
	hay := []byte(strings.Repeat("hay", 2<<20/3))
	var entries []*store.Entry
	for range 20 {
		e := f.newEntry(store.Succeeded)
		e.Body = hay
		entries = append(entries, e)
	}
	entries[0].Body = slices.Concat(hay, []byte("needle"))
	f.ok(f.s.Record(f.ctx, entries...))
	q := store.ListQuery{Filter: store.Filter{Text: "needle"}, Limit: 10}
	var found []string
	for range 100 {
		page, err := f.s.List(f.ctx, q)
		f.ok(err)
		found = append(found, summaryIDs(page.Runs)...)
		if page.Next == "" {
			f.same("found", found, []string{entries[0].ID})
			return
		}
		q.After = page.Next
	}
	f.Error("the search came to no end")
}

// searchPages searches more runs than one page reads.
func searchPages(f *fixture) {
	var want []string
	var entries []*store.Entry
	for i := range manyRuns {
		e := f.newEntry(store.Succeeded)
		e.Payload = store.Payload{Body: []byte("hay")}
		if i%500 == 7 {
			e.Body, want = []byte("needle"), append(want, e.ID)
		}
		entries = append(entries, e)
	}
	f.ok(f.s.Record(f.ctx, entries...))
	f.same("found", f.listed(store.Filter{Text: "needle"}), newestFirst(want...))
	f.same("found of a flow", f.listed(store.Filter{Text: "needle", Flows: []string{"orders", "other"}}), newestFirst(want...))
	f.same("found of another flow", f.listed(store.Filter{Text: "needle", Flows: []string{"other"}}), nil)
}

// manyRuns are more than one page of a search reads.
const manyRuns = 2600

func searchReasons(f *fixture) {
	var want []string
	var entries []*store.Entry
	for i := range manyRuns {
		e := f.newEntry(store.Failed)
		e.Payload, e.Cause = store.Payload{}, store.Cause{Reason: "timeout"}
		if i%500 == 7 {
			e.Flow, want = "rare", append(want, e.ID)
		}
		entries = append(entries, e)
	}
	f.ok(f.s.Record(f.ctx, entries...))
	f.same("of a flow", f.listed(store.Filter{Reasons: []string{"timeout"}, Flows: []string{"rare"}}), newestFirst(want...))
	f.same("of a flow in a state", f.listed(store.Filter{Reasons: []string{"timeout", "lost"}, Flows: []string{"rare"}, States: []store.State{store.Failed, store.Refused}}), newestFirst(want...))
	f.same("in another state", f.listed(store.Filter{Reasons: []string{"timeout"}, States: []store.State{store.Cancelled}}), nil)
}
