package cmd

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/webhook-gateway/gateway/admin/ops"
	"github.com/webhook-gateway/gateway/internal/termtext"
)

func (c *command) runsShowCommand() *cobra.Command {
	var admin adminFlags
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "show ID",
		Short: "Show everything about a run: request, actions, error, response",
		Args:  oneArg,
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := c.adminClient(admin)
			if err != nil {
				return err
			}
			run, err := client.Run(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(c.out, run)
			}
			_, err = io.WriteString(c.out, formatRun(&run))
			return err
		},
	}
	admin.addTo(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// formatRun prints a run for people.
func formatRun(r *ops.RunDetail) string {
	p := &runPrinter{}
	p.addHeader(r)
	if r.Request != nil {
		p.addTitle("Request")
		p.addRequest(r.Request, r.Size)
	}
	if r.Refused != nil {
		p.addTitle("Request")
		p.addRefused(r.Refused)
	}
	if len(r.Event) > 0 {
		p.addTitle("Event")
		p.addValue("", r.Event)
	}
	if len(r.Variables) > 0 {
		p.addTitle("Variables")
		p.addValue("", r.Variables)
		p.addHidden("", r.Hidden)
	}
	if len(r.Steps) > 0 {
		p.addTitle("Actions")
	}
	for i := range r.Steps {
		p.addStep(&r.Steps[i], r.Version)
	}
	if len(r.Output) > 0 {
		p.addTitle("Output")
		p.addValue("", r.Output)
	}
	p.addChildren(r)
	if r.Response != nil {
		p.addTitle("Response")
		p.addLine("%d %s", r.Response.Status, http.StatusText(r.Response.Status))
		p.addHeaders(r.Response.Headers)
		p.addBody(&r.Response.RunBody)
	}
	return termtext.EscapeLines(p.String())
}

// runPrinter builds the text of a run.
type runPrinter struct{ bytes.Buffer }

func (p *runPrinter) addTitle(text string) { fmt.Fprintf(p, "\n%s\n", text) }

func (p *runPrinter) addLine(format string, args ...any) { fmt.Fprintf(p, "  "+format+"\n", args...) }

// addChildren adds the runs that the run started.
func (p *runPrinter) addChildren(r *ops.RunDetail) {
	if len(r.Children) == 0 {
		return
	}
	p.addTitle("Runs that it started")
	for i := range r.Children {
		c := &r.Children[i]
		p.addLine("%s %s: %s", c.ID, termtext.Escape(c.Flow), c.State)
	}
}

// addHeader adds the properties of the run, one per line.
func (p *runPrinter) addHeader(r *ops.RunDetail) {
	w := tabwriter.NewWriter(p, 0, 0, 2, ' ', 0)
	addField := func(name, text string) {
		if text != "" {
			_, _ = fmt.Fprintf(w, "%s\t%s\n", name, termtext.Escape(text))
		}
	}
	addField("Run", r.ID)
	addField("Flow", first(r.Flow, "- (no flow has this path)"))
	addField("Version", r.Version)
	addField("State", string(r.State))
	addField("Why", r.WaitReason)
	addField("Attempt", strconv.Itoa(r.Attempt))
	addField("Received", formatLocalTime(r.Received))
	if !r.Due.IsZero() {
		addField("Continues", formatLocalTime(r.Due))
	}
	if !r.Started.IsZero() {
		addField("Started", formatLocalTime(r.Started))
	}
	if !r.Finished.IsZero() {
		addField("Finished", formatLocalTime(r.Finished))
	}
	if !r.Started.IsZero() && !r.Finished.IsZero() {
		addField("Took", formatSeconds(r.Took))
	}
	if r.Status > 0 {
		addField("Status", strconv.Itoa(r.Status))
	}
	addField("Started by", r.Parent)
	addField("Order key", r.OrderKey)
	addField("Gateway", r.Owner)
	addField("Trace", r.TraceID)
	if c := r.Cause; c != nil {
		addField("Error", formatCause(c))
		addField("At", formatPlace(c))
	}
	_ = w.Flush()
}

func formatCause(c *ops.RunCause) string {
	text := first(c.Message, c.Reason, c.Class)
	var about []string
	if c.Action != "" {
		about = append(about, "action "+c.Action)
	}
	for _, word := range []string{c.Class, c.Reason} {
		if word != "" && word != text {
			about = append(about, word)
		}
	}
	if len(about) > 0 {
		text += " (" + strings.Join(about, ", ") + ")"
	}
	return text
}

// formatPlace returns the place of a failure, with the lines of its action.
func formatPlace(c *ops.RunCause) string {
	if c.Source == nil || c.Source.First == c.Source.Last {
		return c.Position
	}
	return fmt.Sprintf("%s (%s, lines %d to %d)", c.Position, c.Source.File, c.Source.First, c.Source.Last)
}

func (p *runPrinter) addRequest(r *ops.RunRequest, size int) {
	p.addLine("%s %s", termtext.Escape(r.Method), termtext.Escape(r.URL))
	if r.RemoteIP != "" {
		p.addLine("from %s", termtext.Escape(r.RemoteIP))
	}
	if r.Auth != nil {
		p.addCaller(r.Auth)
	}
	p.addHeaders(r.Headers)
	p.addBody(&r.RunBody)
	if r.Cut {
		p.addLine("(the history holds only the first part of %d bytes)", size)
	}
}

// addRefused adds a request that started no run.
func (p *runPrinter) addRefused(r *ops.RunRefused) {
	p.addLine("%s %s", termtext.Escape(r.Method), termtext.Escape(r.Path))
	if r.RemoteIP != "" {
		p.addLine("from %s", termtext.Escape(r.RemoteIP))
	}
	for _, f := range r.Faults {
		p.addLine("%s %s: %s", termtext.Escape(f.In), termtext.Escape(f.Pointer), termtext.Escape(f.Detail))
	}
}

// addCaller says who signed in.
func (p *runPrinter) addCaller(c *ops.RunCaller) {
	text := "signed in by " + c.Kind
	if c.Name != "" {
		text += " as " + c.Name
	}
	p.addLine("%s", termtext.Escape(text))
}

func (p *runPrinter) addHeaders(h map[string][]string) {
	for _, name := range slices.Sorted(maps.Keys(h)) {
		for _, text := range h[name] {
			p.addLine("%s: %s", termtext.Escape(name), termtext.Escape(text))
		}
	}
}

func (p *runPrinter) addBody(b *ops.RunBody) {
	if len(b.Body) == 0 {
		return
	}
	name := ""
	if b.Encoding == "base64" {
		name = "base64"
	}
	p.addLine("")
	p.addValue(name, b.Body)
}

// addStep adds an action, with the version of the flow if it is not the one with
// which the run was accepted.
func (p *runPrinter) addStep(s *ops.RunStep, accepted string) {
	took := ", took " + formatSeconds(s.Took)
	if s.State == "skipped" {
		took = ""
	}
	if s.Attempts > 1 {
		took += fmt.Sprintf(", %d attempts", s.Attempts)
	}
	p.addLine("%s %s: %s%s", termtext.Escape(s.Kind), termtext.Escape(s.Path), s.State, took)
	if s.Position != "" {
		p.addLine("  at      %s", termtext.Escape(s.Position))
	}
	if !s.Began.IsZero() {
		p.addLine("  started %s", formatLocalTime(s.Began))
	}
	if s.Version != "" && s.Version != accepted {
		p.addLine("  version %s", termtext.Escape(s.Version))
	}
	p.addValue("  input ", s.Input)
	p.addValue("  output", s.Output)
	p.addHidden("  ", s.Hidden)
	if s.Size > 0 {
		p.addLine("  (the history holds only the first part of %d bytes)", s.Size)
	}
	if s.Cause != nil {
		p.addLine("  error   %s", termtext.Escape(formatCause(s.Cause)))
	}
	if s.Cause != nil && s.Cause.Source != nil {
		p.addLine("  in      %s", termtext.Escape(formatPlace(s.Cause)))
	}
	p.addCall(s.Call)
	p.addEarlier(s)
}

// addCall adds the request of an action that failed, and the answer.
func (p *runPrinter) addCall(c *ops.RunCall) {
	if c == nil {
		return
	}
	answer := "no answer"
	if c.Status > 0 {
		answer = strings.TrimSpace(strconv.Itoa(c.Status) + " " + http.StatusText(c.Status))
	}
	p.addLine("  request %s %s: %s", termtext.Escape(c.Method), termtext.Escape(first(c.Path, "(path hidden)")), answer)
	p.addValue("  answer", c.Body)
}

// addEarlier adds the earlier attempts of an action, in one line for each.
func (p *runPrinter) addEarlier(s *ops.RunStep) {
	for i, a := range s.Earlier {
		if s.Skipped > 0 && i == len(s.Earlier)/2 {
			p.addLine("  earlier … %s left out …", pluralize(s.Skipped, "attempt"))
		}
		what := first(a.Message, a.Reason, a.Class, "ended")
		if a.Status > 0 {
			what = strconv.Itoa(a.Status) + ", " + what
		}
		p.addLine("  earlier %s, took %s: %s", formatLocalTime(a.Began), formatSeconds(a.Took), termtext.Escape(what))
	}
}

// addHidden says why parts are hidden, in one line for each.
func (p *runPrinter) addHidden(indent string, why map[string]string) {
	for _, part := range slices.Sorted(maps.Keys(why)) {
		p.addLine("%s%s hidden: %s", indent, termtext.Escape(part), termtext.Escape(why[part]))
	}
}

// addValue adds a JSON value: a string without quotes, another value in one line
// or, if it is long, indented in several lines.
func (p *runPrinter) addValue(name string, v json.RawMessage) {
	if len(v) == 0 {
		return
	}
	text := string(v)
	var plainText string
	var out bytes.Buffer
	switch {
	case json.Unmarshal(v, &plainText) == nil:
		text = plainText
	case json.Compact(&out, v) == nil && out.Len() <= 100:
		text = out.String()
	default:
		out.Reset()
		if json.Indent(&out, v, "", "  ") == nil {
			text = out.String()
		}
	}
	if name != "" {
		name += "  "
	}
	text = strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n  "+strings.Repeat(" ", len(name)))
	p.addLine("%s%s", name, text)
}
