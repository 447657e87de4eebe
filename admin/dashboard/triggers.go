package dashboard

import (
	"net/http"
	"net/url"
	"time"

	"github.com/webhook-gateway/gateway/admin/ops"
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
	var names []string
	for _, f := range flows.Flows {
		if f.Trigger == "schedule" {
			body.Schedules = append(body.Schedules, schedule{Flow: f, Ticks: []time.Time{f.Next}})
			names = append(names, f.Name)
		}
	}
	if len(names) == 0 {
		return &page{Name: "schedules", Title: "Schedules", Section: "/schedules", Body: body}, nil
	}
	newest, err := d.Ops.NewestRuns(r.Context(), names)
	switch {
	case isKind(err, ops.Unavailable):
		body.Away = toSentence(err.Error())
	case err != nil:
		return nil, err
	}
	for i := range body.Schedules {
		if run, found := newest[body.Schedules[i].Name]; found {
			body.Schedules[i].Last = &run
		}
	}
	return &page{Name: "schedules", Title: "Schedules", Section: "/schedules", Body: body, Done: doneMessage(r)}, nil
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
