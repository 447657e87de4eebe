package dashboard

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/webhook-gateway/gateway/admin/ops"
	"github.com/webhook-gateway/gateway/internal/clock"
)

// overviewPage is what needs attention, and then each flow.
type overviewPage struct {
	ops.Overview
	Groups    []failedGroup // that had a run in the last day
	More      bool          // there are more groups
	Paused    []ops.FlowOverview
	Queues    []ops.QueueDepth // that stand still or grow
	Findings  []finding
	Calm      bool // nothing needs attention
	Flows     []flowRow
	AllFlows  int
	Matching  int    // flows that have the text
	Find      string // text that the shown flows have in name or label
	SortLinks []sortLink
	First     int    // number of the first shown flow, from 1
	Before    string // URL of the flows before those that are shown; "" for none
	After     string
}

// flowRow is a flow in the list.
type flowRow struct {
	ops.FlowOverview
	Spark spark
	Share float64 // of failed runs, in percent
}

// sortLink is a link that sorts the list of flows.
type sortLink struct {
	Title, URL string
	Current    bool
	Number     bool // the column holds numbers
}

// showOverview returns the page that answers "is everything all right?".
func (d *Dashboard) showOverview(r *http.Request) (*page, error) {
	o, err := d.Ops.Overview(r.Context())
	if err != nil {
		return nil, err
	}
	q := r.URL.Query()
	body := &overviewPage{Overview: o, Findings: readFindings(o.Reload.Diagnostics), AllFlows: len(o.Flows), Queues: troubledQueues(&o), Find: strings.TrimSpace(q.Get("q"))}
	for i := range o.Flows {
		f := &o.Flows[i]
		if f.Paused != nil {
			body.Paused = append(body.Paused, *f)
		}
		if body.Find == "" || containsFold(f.Name, body.Find) || containsFold(f.Label, body.Find) {
			body.Flows = append(body.Flows, flowRow{FlowOverview: *f, Share: 100 * f.Runs.FailedShare})
		}
	}
	if err := d.addFailures(r.Context(), body); err != nil {
		return nil, err
	}
	body.Calm = len(body.Groups) == 0 && len(body.Paused) == 0 && len(body.Queues) == 0 && o.Reload.OK && len(o.Reload.Restart) == 0 && o.Store != "unavailable"
	body.sortFlows(q.Get("sort"))
	body.cutFlows(q)
	return &page{Name: "overview", Title: "Overview", Section: "/", Body: body, Done: doneMessage(r)}, nil
}

// troubledQueues lists the queues that stand still, and then those that only grow.
func troubledQueues(o *ops.Overview) []ops.QueueDepth {
	out := slices.Clone(o.Stalled)
	for _, q := range o.Growing {
		if !slices.ContainsFunc(o.Stalled, func(s ops.QueueDepth) bool { return s.Flow == q.Flow }) {
			out = append(out, q)
		}
	}
	return out
}

// shownGroups is how many groups of failed runs the overview shows.
const shownGroups = 8

// addFailures adds the causes for which a run failed in the last day. Without a
// store, and while it is not available, there are none.
func (d *Dashboard) addFailures(ctx context.Context, p *overviewPage) error {
	groups, more, err := d.failedGroups(ctx, nil, shownGroups)
	if isKind(err, ops.NoStore) || isKind(err, ops.Unavailable) {
		return nil
	}
	old := slices.IndexFunc(groups, func(g failedGroup) bool { return clock.Since(d.Clock, g.Last) > day })
	if old >= 0 {
		groups, more = groups[:old], false
	}
	p.Groups, p.More = groups, more
	return err
}

// sortFlows sorts the list by a column; the order of the files is the default.
func (p *overviewPage) sortFlows(by string) {
	columns := []struct {
		title, name string
		compare     func(a, b *flowRow) int
	}{
		{"Flow", "", nil},
		{"Trigger", "trigger", func(a, b *flowRow) int { return cmp.Compare(a.Trigger, b.Trigger) }},
		{"Runs", "count", func(a, b *flowRow) int { return cmp.Compare(b.Runs.Count, a.Runs.Count) }},
		{"Failed", "failed", func(a, b *flowRow) int { return cmp.Compare(b.Share, a.Share) }},
		{"Requests/min", "requests", func(a, b *flowRow) int { return cmp.Compare(b.Requests.PerMinute, a.Requests.PerMinute) }},
		{"Runs/min", "runs", func(a, b *flowRow) int { return cmp.Compare(b.Runs.PerMinute, a.Runs.PerMinute) }},
		{"p50", "p50", func(a, b *flowRow) int { return cmp.Compare(b.Runs.P50, a.Runs.P50) }},
		{"p95", "p95", func(a, b *flowRow) int { return cmp.Compare(b.Runs.P95, a.Runs.P95) }},
		{"Queued", "queued", func(a, b *flowRow) int { return cmp.Compare(b.Queue.Queued, a.Queue.Queued) }},
	}
	known := slices.ContainsFunc(columns, func(c struct {
		title, name string
		compare     func(a, b *flowRow) int
	},
	) bool {
		return c.name == by
	})
	if !known {
		by = ""
	}
	for _, c := range columns {
		q := url.Values{}
		if p.Find != "" {
			q.Set("q", p.Find)
		}
		if c.name != "" {
			q.Set("sort", c.name)
		}
		p.SortLinks = append(p.SortLinks, sortLink{c.title, link("/", q), c.name == by, c.name != "" && c.name != "trigger"})
		if c.name == by && c.compare != nil {
			slices.SortStableFunc(p.Flows, func(a, b flowRow) int { return c.compare(&a, &b) })
		}
	}
}

// shownFlows is how many flows the overview shows. A page with more takes long to
// render, to send and to read.
const shownFlows = 100

// cutFlows leaves the flows of one page of the list, which begins at the flow of a
// number.
func (p *overviewPage) cutFlows(q url.Values) {
	p.Matching = len(p.Flows)
	from, err := strconv.Atoi(q.Get("from"))
	if err != nil || from < 1 || from > p.Matching {
		from = 1
	}
	p.First = from
	p.Flows = p.Flows[from-1 : min(from-1+shownFlows, p.Matching)]
	if from > 1 {
		p.Before = overviewURL(q, max(from-shownFlows, 1))
	}
	if next := from + shownFlows; next <= p.Matching {
		p.After = overviewURL(q, next)
	}
	for i := range p.Flows {
		f := &p.Flows[i]
		f.Spark = newSpark("runs", f.Runs.Minutes, f.Runs.FailedBy)
	}
}

// Last returns the number of the last shown flow.
func (p *overviewPage) Last() int { return p.First + len(p.Flows) - 1 }

// overviewURL returns the URL of the same list from the flow of a number on.
func overviewURL(q url.Values, from int) string {
	next := url.Values{}
	for _, name := range []string{"q", "sort"} {
		if q.Get(name) != "" {
			next.Set(name, q.Get(name))
		}
	}
	if from > 1 {
		next.Set("from", strconv.Itoa(from))
	}
	return link("/", next) + "#flows"
}

func containsFold(text, part string) bool {
	return strings.Contains(strings.ToLower(text), strings.ToLower(part))
}

// finding is an error or warning of a load, as "gateway validate" shows it.
type finding struct {
	Severity string `json:"severity"`
	Summary  string `json:"summary"`
	Detail   string `json:"detail"`
	Range    *struct {
		Filename string `json:"filename"`
		Start    struct {
			Line   int `json:"line"`
			Column int `json:"column"`
		} `json:"start"`
	} `json:"range"`
	Snippet *struct {
		Context   *string `json:"context"`
		Code      string  `json:"code"`
		StartLine int     `json:"start_line"`
		From      int     `json:"highlight_start_offset"`
		To        int     `json:"highlight_end_offset"`
	} `json:"snippet"`
	Lines []sourceLine `json:"-"`
	More  int          `json:"-"` // findings that are not shown after this one
}

// sourceLine is a line of a flow file.
type sourceLine struct {
	Number              int
	Before, Mark, After string // Mark is what a finding is about
	Marked              bool
}

// maxFindings is how many findings a page shows.
const maxFindings = 20

// readFindings returns the findings that the overview shows, the errors first.
func readFindings(all ops.Findings) []finding {
	var out []finding
	for _, severity := range []string{"error", "warning"} {
		if severity == "error" && all.Errors == 0 {
			continue
		}
		for _, text := range all.Diagnostics {
			var f finding
			if len(out) < maxFindings && json.Unmarshal(text, &f) == nil && f.Severity == severity {
				out = append(out, f)
			}
		}
	}
	if len(out) == maxFindings {
		out[maxFindings-1].More = len(all.Diagnostics) - maxFindings
	}
	for i := range out {
		if s := out[i].Snippet; s != nil {
			out[i].Lines = markLines(s.Code, s.StartLine, s.From, s.To)
		}
	}
	return out
}

// markLines returns the lines of a code with the part from one byte to another
// marked.
func markLines(code string, first, from, to int) []sourceLine {
	var out []sourceLine
	begin := 0
	for i, text := range strings.Split(code, "\n") {
		a, b := min(max(from-begin, 0), len(text)), min(max(to-begin, 0), len(text))
		out = append(out, sourceLine{Number: first + i, Before: text[:a], Mark: text[a:b], After: text[b:], Marked: a < b})
		begin += len(text) + 1
	}
	return out
}
