package storetest

import (
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"github.com/webhook-gateway/gateway/store"
)

func pauseTests() []test {
	return []test{
		{"a paused flow is listed until it resumes", pauseList},
		{"one of many callers pauses a flow", pauseOnce},
		{"pauses survive a restart", pauseReopen},
		{"a renamed flow stays paused", pauseRename},
	}
}

func (f *fixture) pauses() []store.Pause {
	f.Helper()
	got, err := f.s.ListPauses(f.ctx)
	f.ok(err)
	return got
}

func (f *fixture) pause(flow, by string) bool {
	f.Helper()
	made, err := f.s.PauseFlow(f.ctx, flow, by)
	f.ok(err)
	return made
}

func (f *fixture) resume(flow string) bool {
	f.Helper()
	was, err := f.s.ResumeFlow(f.ctx, flow)
	f.ok(err)
	return was
}

func pauseList(f *fixture) {
	now := f.clock.Now()
	f.same("first", []bool{f.pause("b", "ann"), f.pause("B", "ann"), f.pause("a", "bob")}, []bool{true, true, true})
	f.clock.Advance(time.Hour)
	f.same("again", f.pause("b", "bob"), false)
	f.same("pauses", f.pauses(), []store.Pause{{Flow: "B", By: "ann", Since: now}, {Flow: "a", By: "bob", Since: now}, {Flow: "b", By: "ann", Since: now}})
	f.same("resumed", []bool{f.resume("b"), f.resume("b"), f.resume("c")}, []bool{true, false, false})
	f.same("left", len(f.pauses()), 2)
}

func pauseOnce(f *fixture) {
	var made atomic.Int64
	f.parallel(8, func(n int) error {
		ok, err := f.s.PauseFlow(f.ctx, "a", fmt.Sprint(n))
		if ok {
			made.Add(1)
		}
		return err
	})
	f.same("callers", made.Load(), int64(1))
}

func pauseReopen(f *fixture) {
	f.pause("a", "ann")
	f.ok(f.s.Close())
	f.reopen()
	f.same("pauses", len(f.pauses()), 1)
}

func pauseRename(f *fixture) {
	f.pause("old", "ann")
	_, err := f.s.Adopt(f.ctx, store.Adoption{From: "old", To: "new"})
	f.ok(err)
	f.same("flow", f.pauses()[0].Flow, "new")
	f.pause("old", "bob")
	_, err = f.s.Adopt(f.ctx, store.Adoption{From: "old", To: "new"})
	f.ok(err)
	got := f.pauses()
	f.same("both", []string{fmt.Sprint(len(got)), got[0].Flow, got[0].By}, []string{"1", "new", "ann"})
}

func auditTests() []test {
	return []test{
		{"entries are listed as they were added, the newest first", auditList},
		{"pages end", auditPages},
		{"long texts and control characters are cut", auditTexts},
		{"the number of entries is bounded", auditBound},
		{"entries survive a restart", auditReopen},
	}
}

func (f *fixture) audit(q store.AuditQuery) store.AuditPage {
	f.Helper()
	got, err := f.s.ListAudit(f.ctx, q)
	f.ok(err)
	return got
}

func (f *fixture) addAudit(targets ...string) {
	f.Helper()
	for _, target := range targets {
		f.ok(f.s.AppendAudit(f.ctx, store.AuditEntry{Who: "ann", Address: "192.0.2.1", Action: "runs.retry", Target: target, Result: "ok"}))
	}
}

func auditList(f *fixture) {
	now := f.clock.Now()
	f.addAudit("a")
	f.clock.Advance(time.Second)
	f.addAudit("b")
	got := f.audit(store.AuditQuery{Limit: 10})
	f.same("entries", len(got.Entries), 2)
	first, second := got.Entries[0], got.Entries[1]
	f.same("order", first.Number > second.Number && got.Next == 0, true)
	first.Number, second.Number = 0, 0
	want := store.AuditEntry{At: now, Who: "ann", Address: "192.0.2.1", Action: "runs.retry", Target: "a", Result: "ok"}
	f.same("second", second, want)
	want.At, want.Target = now.Add(time.Second), "b"
	f.same("first", first, want)
}

func auditPages(f *fixture) {
	f.addAudit("a", "b", "c", "d", "e")
	var got []string
	for q := (store.AuditQuery{Limit: 2}); ; {
		page := f.audit(q)
		for _, e := range page.Entries {
			got = append(got, e.Target)
		}
		if page.Next == 0 {
			break
		}
		q.After = page.Next
		got = append(got, "|")
	}
	f.same("pages", strings.Join(got, ""), "ed|cb|a")
}

func auditTexts(f *fixture) {
	f.addAudit("a\x00b" + strings.Repeat("ü", 1000))
	got := f.audit(store.AuditQuery{Limit: 1}).Entries[0].Target
	f.same("length", len(got) < 510 && strings.HasSuffix(got, "ü…") && !strings.Contains(got, "\x00"), true)
}

func auditBound(f *fixture) {
	f.addAudit("a", "b", "c")
	f.same("before", len(f.audit(store.AuditQuery{Limit: 10}).Entries), 3)
	f.execute("UPDATE audit SET number = number - $1 WHERE target <> 'c'", int64(store.MaxAuditEntries))
	f.addAudit("d")
	f.same("after", len(f.audit(store.AuditQuery{Limit: 10}).Entries), 2)
}

func auditReopen(f *fixture) {
	f.addAudit("a")
	f.ok(f.s.Close())
	f.reopen()
	f.addAudit("b")
	f.same("entries", len(f.audit(store.AuditQuery{Limit: 10}).Entries), 2)
}
