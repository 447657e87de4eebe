package flow_test

import (
	"context"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/flow"
)

func TestProgress(t *testing.T) {
	t.Parallel()
	p := flow.Progress{}
	if p.Has("") {
		t.Error("an empty progress has steps")
	}
	for _, path := range []string{"alone", "items/3/way", "items/3/crm/look_up", "other/0/a"} {
		p.Add(path)
	}
	for prefix, want := range map[string]bool{
		"items/": true, "items/3/": true, "items/3/crm/": true, "other/0/": true,
		"alone/": false, "item/": false, "items/30/": false, "items/3/way/": false, "": true,
	} {
		if p.Has(prefix) != want {
			t.Errorf("has a step below %q: %t", prefix, !want)
		}
	}
}

// callJournal writes down the calls of Execute as "method:step".
type callJournal struct {
	calls    []string
	earlier  map[string]flow.Resumed // by path
	progress flow.Progress
	before   func(c *flow.Call) error // may be nil
	retry    bool
}

func (j *callJournal) add(method, step string) { j.calls = append(j.calls, method+":"+step) }

func (j *callJournal) Resume(c *flow.Call) (flow.Resumed, bool) {
	j.add("resume", c.Path())
	r, ok := j.earlier[c.Path()]
	return r, ok
}

func (j *callJournal) Started(prefix string) bool { return j.progress.Has(prefix) }

func (j *callJournal) Before(_ context.Context, c *flow.Call) error {
	j.add("before", c.Path())
	if j.before == nil {
		return nil
	}
	return j.before(c)
}

func (j *callJournal) Done(r *flow.Record) { j.add(string(r.State), r.Path) }

func (j *callJournal) WillRetry(*flow.Error) bool {
	j.add("will", "retry")
	return j.retry
}

func (j *callJournal) Detach(context.Context, *flow.Response) (bool, error) { return false, nil }

func TestJournalOrder(t *testing.T) {
	t.Parallel()
	broken := &flow.Error{Class: flow.Transient, Reason: flow.Reason5xx, Message: "broken"}
	failing := func(c *flow.Call) error {
		if c.Step.Name == "b" {
			return broken
		}
		return nil
	}
	const body = `
		action "do" "a" { give = 1 }
		action "group" "g" {
			when = false
			action "do" "in" { give = action.a }
		}
		action "do" "b" { give = action.a + 1 }
		on_error {
			action "do" "sorry" {}
		}`
	cases := []struct {
		name    string
		journal callJournal
		want    string
		ran     string
	}{
		{
			name: "a fresh run",
			want: "resume:a before:a succeeded:a resume:g skipped:g resume:b before:b succeeded:b",
			ran:  "a b",
		},
		{
			name:    "a completed step does not run again",
			journal: callJournal{earlier: map[string]flow.Resumed{"a": {Output: 7}}},
			want:    "resume:a succeeded:a resume:g skipped:g resume:b before:b succeeded:b",
			ran:     "b",
		},
		{
			name:    "a started action continues though its condition is false",
			journal: callJournal{earlier: map[string]flow.Resumed{"a": {Output: 7}}, progress: flow.Progress{"": {}, "g/": {}}},
			want:    "resume:a succeeded:a resume:g before:g resume:in before:in succeeded:in succeeded:g resume:b before:b succeeded:b",
			ran:     "in b",
		},
		{
			name:    "a step does not run if its checkpoint fails",
			journal: callJournal{before: failing},
			want:    "resume:a before:a succeeded:a resume:g skipped:g resume:b before:b failed:b will:retry resume:sorry before:sorry succeeded:sorry",
			ran:     "a sorry",
		},
		{
			name:    "on_error waits for the last attempt of the run",
			journal: callJournal{before: failing, retry: true},
			want:    "resume:a before:a succeeded:a resume:g skipped:g resume:b before:b failed:b will:retry",
			ran:     "a",
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			l := newLab(t)
			run := l.start(body)
			run.Journal = &c.journal
			flow.Execute(t.Context(), run)
			if got := strings.Join(c.journal.calls, " "); got != c.want {
				t.Errorf("calls %s\nwant  %s", got, c.want)
			}
			if l.order() != c.ran {
				t.Errorf("ran %s, want %s", l.order(), c.ran)
			}
		})
	}
}
