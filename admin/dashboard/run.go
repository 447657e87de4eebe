package dashboard

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/webhook-gateway/gateway/admin/ops"
	"github.com/webhook-gateway/gateway/store"
)

// maxSteps is how many actions of a run a page shows.
const maxSteps = 200

// runPage is everything about one run, the error first.
type runPage struct {
	*ops.RunDetail
	Cause      *ops.RunCause
	Source     []sourceLine // the lines of the action that failed, as they are now
	Changed    bool         // the flow was changed after the run was accepted
	Gone       bool         // the flow is not in the files
	Open       bool         // the run is not over
	SavesTest  bool         // a test can repeat the run
	Dismiss    bool         // the run can be dismissed
	Retry      retryChoices
	FailedStep string // URL of the action that failed the run; "" if there is none
	Steps      []stepRow
	FromStep   int // number of the first step that is shown
	Total      int // number of all steps
	PrevSteps  string
	NextSteps  string
	Headers    []header
	Body       *shown
	Event      *shown
	Variables  *shown
	Output     *shown
	Answer     *answer
	Hidden     []hiddenPart
	Try        string // URL that tries the flow with the request of the run
	Change     string // state that the script compares
}

// retryChoices are the ways in which the run may be run again.
type retryChoices struct{ Resume, Fresh bool }

// header is a header of a request or a response.
type header struct{ Name, Value string }

// hiddenPart says why a part of a run is not shown.
type hiddenPart struct{ Name, Why string }

// answer is the response that the caller got.
type answer struct {
	Status  int
	Headers []header
	Body    *shown
}

// stepRow is an action of the run with its bar in the waterfall.
type stepRow struct {
	ops.RunStep
	Number int
	Depth  int
	Name   string // last part of the path
	In     *shown
	Out    *shown
	Hidden []hiddenPart
	Answer *shown // to the call that failed
	Child  string // id of the run that the action started
	Failed bool
	// X and Width place the bar, in percent of the time that is shown.
	X, Width string
	After    float64 // seconds from the start of the run
}

func (d *Dashboard) showRun(r *http.Request) (*page, error) {
	run, err := d.Ops.RunPreview(r.Context(), r.PathValue("id"), maxValue)
	if err != nil {
		return nil, err
	}
	from, _ := strconv.Atoi(r.URL.Query().Get("step")) // anything else is the beginning
	body := newRunPage(run, max(from, 0))
	d.addFlow(r.Context(), body)
	out := &page{Name: "run", Title: "Run " + run.ID, Section: "/runs", Body: body, Done: doneMessage(r)}
	if body.Open {
		out.Live = runURL(run.ID, "/live")
		body.Change = versionOf(progressOf(run))
	}
	return out, nil
}

// addFlow adds what the files say about the flow of the run today: the lines of the
// action that failed, and whether there is such a flow at all.
func (d *Dashboard) addFlow(ctx context.Context, p *runPage) {
	if p.Flow == "" {
		return
	}
	f, err := d.Ops.FlowDetail(ctx, p.Flow)
	if isKind(err, ops.NotFound) {
		p.Gone, p.Try = true, ""
	}
	if err != nil || p.Cause == nil || p.Cause.Source == nil || f.Source.File != p.Cause.Source.File {
		return
	}
	p.Changed = p.Version != "" && p.Version != f.Version
	for _, l := range numberLines(&f.Source) {
		if l.Number >= p.Cause.Source.First && l.Number <= p.Cause.Source.Last {
			l.Marked = isLineOf(p.Cause.Position, l.Number)
			p.Source = append(p.Source, l)
		}
	}
}

// isLineOf reports whether a position, such as "orders.hcl:12,3", is in a line.
func isLineOf(position string, line int) bool {
	at := strings.LastIndexByte(position, ':')
	number, _, _ := strings.Cut(position[at+1:], ",")
	return number == strconv.Itoa(line)
}

// newRunPage returns the page about a run, with the steps from a number on.
func newRunPage(run *ops.RunDetail, from int) *runPage {
	state, _ := store.ParseState(string(run.State)) // the service only returns states
	p := &runPage{RunDetail: run, Cause: run.Cause, Open: state.Open(), Dismiss: state == store.Failed, SavesTest: state == store.Succeeded || state == store.Failed, Total: len(run.Steps), Retry: retryChoicesOf(state)}
	left := newBudget()
	p.addSteps(left, from)
	if run.Request != nil {
		if run.Flow != "" {
			p.Try = tryURL(run.Flow, run.ID)
		}
		p.Headers = sortHeaders(run.Request.Headers)
		p.Body = left.showBody(run.Request.RunBody, partURL(run.ID, "body"))
	}
	p.Event = left.show(run.Event, run.EventSize, partURL(run.ID, "event"))
	p.Variables = left.show(run.Variables, run.VariablesSize, partURL(run.ID, "variables"))
	p.Output = left.show(run.Output, run.OutputSize, partURL(run.ID, "output"))
	if run.Response != nil {
		p.Answer = &answer{run.Response.Status, sortHeaders(run.Response.Headers), left.showBody(run.Response.RunBody, partURL(run.ID, "response"))}
	}
	p.Hidden = listHidden(run.Hidden)
	return p
}

func retryChoicesOf(s store.State) retryChoices {
	switch s {
	case store.Failed, store.Cancelled, store.Dismissed:
		return retryChoices{Resume: true, Fresh: true}
	case store.Succeeded:
		return retryChoices{Fresh: true}
	}
	return retryChoices{}
}

// addSteps adds the steps that the page shows, with their place in time. Steps
// that failed are shown first where the page has no room for all values.
func (p *runPage) addSteps(left *budget, from int) {
	steps := p.RunDetail.Steps
	p.FromStep = min(from, len(steps)) + 1
	to := min(from+maxSteps, len(steps))
	from = min(from, to)
	scale := newTimeScale(p.RunDetail)
	for i := range steps[from:to] {
		p.Steps = append(p.Steps, newStepRow(steps[from+i], from+i+1, scale))
	}
	for _, failed := range []bool{true, false} {
		for i := range p.Steps {
			if s := &p.Steps[i]; s.Failed == failed {
				s.In = left.show(s.Input, s.InputSize, stepURL(p.ID, s.Path, "input"))
				s.Out = left.show(s.Output, s.OutputSize, stepURL(p.ID, s.Path, "output"))
				if s.Call != nil {
					s.Answer = left.show(s.Call.Body, s.Call.BodySize, stepURL(p.ID, s.Path, "answer"))
				}
			}
		}
	}
	p.FailedStep = p.linkFailedStep()
	if from > 0 {
		p.PrevSteps = fmt.Sprintf("%s?step=%d#steps", runURL(p.ID), max(from-maxSteps, 0))
	}
	if to < len(steps) {
		p.NextSteps = fmt.Sprintf("%s?step=%d#steps", runURL(p.ID), to)
	}
}

// linkFailedStep returns the URL of the action that failed the run, on whichever
// page of the actions it is; "" if no action did.
func (p *runPage) linkFailedStep() string {
	if p.Cause == nil || p.Cause.Action == "" {
		return ""
	}
	for i := range slices.Backward(p.RunDetail.Steps) {
		s := &p.RunDetail.Steps[i]
		if name, _ := splitPath(s.Path); s.Cause != nil && name == p.Cause.Action {
			place := fmt.Sprintf("#step-%d", i+1)
			if i+1 < p.FromStep || i+1 >= p.FromStep+len(p.Steps) {
				place = fmt.Sprintf("%s?step=%d%s", runURL(p.ID), i-i%maxSteps, place)
			}
			return place
		}
	}
	return ""
}

func newStepRow(s ops.RunStep, number int, scale timeScale) stepRow {
	row := stepRow{RunStep: s, Number: number, Failed: s.Cause != nil, Hidden: listHidden(s.Hidden)}
	row.Name, row.Depth = splitPath(s.Path)
	row.Child = childRun(&s)
	if !s.Began.IsZero() {
		row.X, row.Width = scale.place(s.Began, s.Took)
		row.After = max(s.Began.Sub(scale.start).Seconds(), 0)
	}
	return row
}

// childRun returns the id of the run that an action started; "" if it started none.
func childRun(s *ops.RunStep) string {
	var output struct {
		Run string `json:"run"`
	}
	if s.Kind != "flow" || json.Unmarshal(s.Output, &output) != nil {
		return ""
	}
	if _, err := store.ParseID(output.Run); err != nil {
		return ""
	}
	return output.Run
}

// splitPath returns the name of an action and how deep it is nested: the path of
// an action in a loop is "each/3/reserve".
func splitPath(path string) (name string, depth int) {
	begin := 0
	for i := range path {
		if path[i] == '/' {
			depth, begin = depth+1, i+1
		}
	}
	return path[begin:], depth
}

// timeScale maps the time of a run to percent.
type timeScale struct {
	start time.Time
	total time.Duration
}

// newTimeScale returns the scale from the first action to the end of the last.
func newTimeScale(run *ops.RunDetail) timeScale {
	var s timeScale
	var end time.Time
	for i := range run.Steps {
		began := run.Steps[i].Began
		if began.IsZero() {
			continue
		}
		if s.start.IsZero() || began.Before(s.start) {
			s.start = began
		}
		if over := began.Add(seconds(run.Steps[i].Took)); over.After(end) {
			end = over
		}
	}
	s.total = max(end.Sub(s.start), time.Microsecond)
	return s
}

// place returns the place and width of a bar in percent. Each bar can be seen.
func (s timeScale) place(began time.Time, took float64) (x, width string) {
	const least = 0.4
	start := 100 * float64(began.Sub(s.start)) / float64(s.total)
	size := max(100*float64(seconds(took))/float64(s.total), least)
	start = min(start, 100-least)
	size = min(size, 100-start)
	return fmt.Sprintf("%.2f%%", start), fmt.Sprintf("%.2f%%", size)
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

func sortHeaders(all map[string][]string) []header {
	var out []header
	for name, values := range all {
		for _, v := range values {
			out = append(out, header{name, v})
		}
	}
	slices.SortStableFunc(out, func(a, b header) int { return compareText(a.Name, b.Name) })
	return out
}

func listHidden(parts map[string]string) []hiddenPart {
	var out []hiddenPart
	for name, why := range parts {
		out = append(out, hiddenPart{name, why})
	}
	slices.SortFunc(out, func(a, b hiddenPart) int { return compareText(a.Name, b.Name) })
	return out
}

// progressOf returns how far a run on a page is.
func progressOf(run *ops.RunDetail) ops.RunProgress {
	out := ops.RunProgress{State: run.State, Attempt: run.Attempt, Steps: len(run.Steps)}
	if n := len(run.Steps); n > 0 {
		out.LastStep = run.Steps[n-1].State
	}
	return out
}

// versionOf changes whenever a run on a page is not as it was.
func versionOf(p ops.RunProgress) string {
	return fmt.Sprintf("%s-%d-%d-%s", p.State, p.Attempt, p.Steps, p.LastStep)
}

func runURL(id string, prefix ...string) string {
	path := "/runs/" + url.PathEscape(id)
	for _, p := range prefix {
		path = p + path
	}
	return path
}

func partURL(id, part string) string { return runURL(id) + "/download?part=" + part }

func stepURL(id, path, part string) string {
	return runURL(id) + "/download?part=" + part + "&step=" + url.QueryEscape(path)
}

// retryRun runs a run again: from the failure, from the start or from an action.
func (d *Dashboard) retryRun(r *http.Request) (string, error) {
	id := r.PathValue("id")
	if action := r.PostFormValue("action"); action != "" {
		if _, err := d.Ops.RetryRunFrom(r.Context(), id, action); err != nil {
			return "", err
		}
		return withDone(runURL(id), "retry"), nil
	}
	if _, err := d.Ops.RetryRun(r.Context(), id, r.PostFormValue("from") == "start"); err != nil {
		return "", err
	}
	return withDone(runURL(id), "retry"), nil
}

// cancelRun cancels a run that is not over.
func (d *Dashboard) cancelRun(r *http.Request) (string, error) {
	id := r.PathValue("id")
	if _, err := d.Ops.CancelRun(r.Context(), id); err != nil {
		return "", err
	}
	return withDone(runURL(id), "cancel"), nil
}

// dismissRun takes a failed run out of those that need attention.
func (d *Dashboard) dismissRun(r *http.Request) (string, error) {
	id := r.PathValue("id")
	if _, err := d.Ops.DismissRun(r.Context(), id); err != nil {
		return "", err
	}
	return withDone(runURL(id), "dismiss"), nil
}
