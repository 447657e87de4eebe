package dashboard

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/webhook-gateway/gateway/admin/ops"
	"github.com/webhook-gateway/gateway/store"
)

// schedulesPage is the flows that time starts.
type schedulesPage struct {
	Schedules []schedule
	Away      string // why the last runs are not known; "" if they are
}

// schedule is a flow with its times.
type schedule struct {
	ops.Flow
	Ticks []time.Time
	Last  *ops.RunSummary // the newest run
}

func (d *Dashboard) listSchedules(r *http.Request) (*page, error) {
	flows, err := d.Ops.Flows()
	if err != nil {
		return nil, err
	}
	body := &schedulesPage{}
	for _, f := range flows.Flows {
		if f.Trigger != "schedule" {
			continue
		}
		s := schedule{Flow: f, Ticks: []time.Time{f.Next}}
		if body.Away == "" {
			s.Last, body.Away, err = d.newestRun(r.Context(), f.Name)
			if err != nil {
				return nil, err
			}
		}
		body.Schedules = append(body.Schedules, s)
	}
	return &page{Name: "schedules", Title: "Schedules", Section: "/schedules", Body: body, Done: doneMessage(r)}, nil
}

// newestRun returns the newest run of a flow; nil if there is none. away says why it
// is not known, if the store can't be read now.
func (d *Dashboard) newestRun(ctx context.Context, name string) (run *ops.RunSummary, away string, err error) {
	list, err := d.Ops.Runs(ctx, store.ListQuery{Filter: store.Filter{Flows: []string{name}}, Limit: 1})
	switch {
	case isKind(err, ops.Unavailable):
		return nil, toSentence(err.Error()), nil
	case err != nil || len(list.Runs) == 0:
		return nil, "", err
	}
	return &list.Runs[0], "", nil
}

// linksPage is the flows that start when a contact follows a link.
type linksPage struct{ Links []linkRow }

// linkRow is a flow with its link.
type linkRow struct {
	ops.Flow
	Clicked string // URL of the contacts that followed it
}

func (d *Dashboard) listLinks(*http.Request) (*page, error) {
	flows, err := d.Ops.Flows()
	if err != nil {
		return nil, err
	}
	body := &linksPage{}
	for _, f := range flows.Flows {
		if f.Trigger == "link" {
			body.Links = append(body.Links, linkRow{f, link("/contacts", url.Values{"tag": {"clicked:" + f.Name}})})
		}
	}
	return &page{Name: "links", Title: "Links", Section: "/links", Body: body}, nil
}
