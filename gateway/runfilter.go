package gateway

import (
	"fmt"
	"net/url"
	"strconv"
	"time"

	"github.com/webhook-gateway/gateway/internal/duration"
	"github.com/webhook-gateway/gateway/store"
)

const (
	pageSize    = 50  // runs of a page where none is asked for
	mostFilters = 100 // flows times states of a filter, which engines bound
	mostCounts  = 10_000
)

// runFilter reads which runs a query asks for. Times are RFC 3339, or how long
// ago.
func runFilter(q url.Values, now time.Time) (store.Filter, error) {
	f := store.Filter{Flows: q["flow"], Text: q.Get("text")}
	for _, name := range q["state"] {
		s, err := store.ParseState(name)
		if err != nil {
			return f, err
		}
		f.States = append(f.States, s)
	}
	if len(f.Flows)*(len(f.States)+1) > mostFilters {
		return f, fmt.Errorf("%d flows in %d states are too much for one list; ask for fewer flows at once", len(f.Flows), len(f.States))
	}
	var err error
	f.From, f.To, err = timeRange(q, now)
	return f, err
}

// timeRange reads from and to; since is another word for from.
func timeRange(q url.Values, now time.Time) (from, to time.Time, err error) {
	if q.Has("since") && q.Has("from") {
		return from, to, fmt.Errorf("since and from say the same: give one of them")
	}
	for name, at := range map[string]*time.Time{"since": &from, "from": &from, "to": &to} {
		if !q.Has(name) {
			continue
		}
		if *at, err = moment(q.Get(name), now); err != nil {
			return from, to, fmt.Errorf("%s: %w", name, err)
		}
	}
	if !from.IsZero() && !to.IsZero() && !from.Before(to) {
		return from, to, fmt.Errorf("from %s is not before to %s", from.Format(time.RFC3339), to.Format(time.RFC3339))
	}
	return from, to, nil
}

// moment reads a time, or how long ago it was: "90m", "7d".
func moment(text string, now time.Time) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t, nil
	}
	ago, err := duration.Parse(text)
	if err != nil || ago < 0 {
		return time.Time{}, fmt.Errorf("%.40q is no time; write it like \"2026-01-31T15:04:05Z\", or like \"90m\", \"12h\" or \"7d\" for how long ago", text)
	}
	return now.Add(-ago), nil
}

// listQuery reads which page is asked for.
func listQuery(q url.Values, now time.Time) (store.ListQuery, error) {
	out := store.ListQuery{Limit: pageSize, After: q.Get("after")}
	var err error
	if out.Filter, err = runFilter(q, now); err != nil {
		return out, err
	}
	if q.Has("limit") {
		if out.Limit, err = strconv.Atoi(q.Get("limit")); err != nil || out.Limit < 1 || out.Limit > store.MaxPage {
			return out, fmt.Errorf("limit must be a number from 1 to %d", store.MaxPage)
		}
	}
	if out.After != "" {
		if _, err := store.ParseID(out.After); err != nil {
			return out, fmt.Errorf("after must be what next was in the page before: %w", err)
		}
	}
	return out, nil
}

// flag reads a parameter that is true or false.
func flag(q url.Values, name string) (bool, error) {
	if !q.Has(name) {
		return false, nil
	}
	on, err := strconv.ParseBool(q.Get(name))
	if err != nil {
		return false, fmt.Errorf("%s must be true or false", name)
	}
	return on, nil
}

// isEmpty tells whether a filter lets every run through.
func isEmpty(f *store.Filter) bool {
	return len(f.Flows) == 0 && len(f.States) == 0 && f.From.IsZero() && f.To.IsZero() && f.Text == ""
}

// statsQuery reads which runs are to be counted.
func statsQuery(q url.Values, now time.Time) (store.StatsQuery, error) {
	out := store.StatsQuery{Flow: q.Get("flow")}
	var err error
	if out.From, out.To, err = timeRange(q, now); err != nil || !q.Has("step") {
		return out, err
	}
	if out.Step, err = duration.Parse(q.Get("step")); err != nil || out.Step <= 0 || out.Step%time.Minute != 0 {
		return out, fmt.Errorf("step must be a multiple of a minute, such as \"5m\", \"1h\" or \"1d\"")
	}
	end := out.To
	if end.IsZero() {
		end = now
	}
	if out.From.IsZero() || end.Sub(out.From)/out.Step > mostCounts {
		return out, fmt.Errorf("with a step say from when on; there may be %d steps", mostCounts)
	}
	return out, nil
}
