package dashboard

import (
	"encoding/json"
	"html/template"
	"net/http"
	"net/url"
	"strings"

	"github.com/webhook-gateway/gateway/admin/ops"
	"github.com/webhook-gateway/gateway/store"
)

// flowPage is everything about one flow.
type flowPage struct {
	ops.FlowDetail
	Share    float64 // of failed runs, in percent
	Runs     spark
	Requests spark
	Drawing  template.HTML
	Curl     string
	Input    string // a sample of the input of a flow that other flows call
	Signed   bool   // a caller signs its requests, which curl can't
	Source   []sourceLine
	Recent   []ops.RunSummary
	NoStore  bool
	Away     string // why the store can't be read now; "" if it can
}

// recentRuns is how many runs the page of a flow shows.
const recentRuns = 10

func (d *Dashboard) showFlow(r *http.Request) (*page, error) {
	detail, err := d.Ops.FlowDetail(r.Context(), r.PathValue("name"))
	if err != nil {
		return nil, err
	}
	body := &flowPage{
		FlowDetail: detail, Share: 100 * detail.Runs.FailedShare,
		Runs:     newSpark("runs", detail.Runs.Minutes, detail.Runs.FailedBy),
		Requests: newSpark("requests", detail.Requests.Minutes, make([]int64, len(detail.Requests.Minutes))),
		Source:   numberLines(&detail.Source),
	}
	if detail.Trigger == "flow" {
		body.Input = sampleInput(&detail)
	}
	body.Curl, body.Signed = curlCommand(&detail)
	if body.Drawing, err = d.drawFlow(r.Context(), detail.Name); err != nil {
		return nil, err
	}
	out := &page{Name: "flow", Title: detail.Name, Section: "/", Body: body, Done: doneMessage(r)}
	filter := runFilter{Flow: []string{detail.Name}}
	list, err := d.Ops.Runs(r.Context(), store.ListQuery{Filter: store.Filter{Flows: filter.Flow}, Limit: recentRuns})
	switch {
	case isKind(err, ops.NoStore):
		body.NoStore = true
	case isKind(err, ops.Unavailable):
		body.Away = toSentence(err.Error())
	case err != nil:
		return nil, err
	default:
		body.Recent, out.Live = list.Runs, filter.pollURL(list.Runs)
	}
	return out, nil
}

func numberLines(s *ops.Source) []sourceLine {
	out := make([]sourceLine, 0, len(s.Lines))
	for i, text := range s.Lines {
		out = append(out, sourceLine{Number: s.Line + i, Before: shorten(text)})
	}
	return out
}

// pauseFlow pauses a flow.
func (d *Dashboard) pauseFlow(r *http.Request) (string, error) {
	name := r.PathValue("name")
	if _, err := d.Ops.PauseFlow(r.Context(), name); err != nil {
		return "", err
	}
	return withDone("/flows/"+url.PathEscape(name), "pause"), nil
}

// resumeFlow ends the pause of a flow.
func (d *Dashboard) resumeFlow(r *http.Request) (string, error) {
	name := r.PathValue("name")
	if _, err := d.Ops.ResumeFlow(r.Context(), name); err != nil {
		return "", err
	}
	return withDone("/flows/"+url.PathEscape(name), "resume"), nil
}

// startFlow starts a flow that no request starts, and shows its run.
func (d *Dashboard) startFlow(r *http.Request) (string, error) {
	t := ops.Trigger{Contact: strings.TrimSpace(r.PostFormValue("contact"))}
	if input := strings.TrimSpace(r.PostFormValue("input")); input != "" {
		t.Input = json.RawMessage(input)
	}
	started, err := d.Ops.TriggerFlow(r.Context(), r.PathValue("name"), t)
	if err != nil {
		return "", err
	}
	return withDone(runURL(started.Run), "start"), nil
}

// reload loads the flow files again. The overview shows its findings.
func (d *Dashboard) reload(r *http.Request) (string, error) {
	if _, ok := d.Ops.Reload(r.Context(), "dashboard"); !ok {
		return "/", nil
	}
	return withDone("/", "reload"), nil
}
