package cmd

import (
	"bytes"
	"context"
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

	"github.com/webhook-gateway/gateway/gateway"
	"github.com/webhook-gateway/gateway/internal/termtext"
)

func (c *command) runsShowCommand() *cobra.Command {
	var admin adminFlags
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "show ID",
		Short: "Show all that is known of a run: request, actions, error, response",
		Args:  oneName,
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := c.adminClient(admin)
			if err != nil {
				return err
			}
			return c.showRun(cmd.Context(), client, args[0], asJSON)
		},
	}
	admin.add(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func (c *command) showRun(ctx context.Context, client *adminClient, id string, asJSON bool) error {
	var run gateway.RunDetail
	if err := client.call(ctx, http.MethodGet, runPath(id), nil, &run); err != nil {
		return err
	}
	if asJSON {
		return printJSON(c.out, run)
	}
	_, err := io.WriteString(c.out, runText(&run))
	return err
}

// runText is a run for people.
func runText(r *gateway.RunDetail) string {
	p := &runPage{}
	p.head(r)
	if r.Request != nil {
		p.title("Request")
		p.request(r.Request, r.Size)
	}
	if len(r.Event) > 0 {
		p.title("Event")
		p.value("", r.Event)
	}
	if len(r.Variables) > 0 {
		p.title("Variables")
		p.value("", r.Variables)
	}
	if len(r.Steps) > 0 {
		p.title("Actions")
	}
	for i := range r.Steps {
		p.step(&r.Steps[i])
	}
	if len(r.Output) > 0 {
		p.title("Output")
		p.value("", r.Output)
	}
	if r.Response != nil {
		p.title("Response")
		p.line("%d %s", r.Response.Status, http.StatusText(r.Response.Status))
		p.headers(r.Response.Headers)
		p.body(&r.Response.RunBody)
	}
	return termtext.EscapeLines(p.String())
}

// runPage is the text of a run in the making.
type runPage struct{ bytes.Buffer }

func (p *runPage) title(text string) { fmt.Fprintf(p, "\n%s\n", text) }

func (p *runPage) line(format string, args ...any) { fmt.Fprintf(p, "  "+format+"\n", args...) }

// head is what stands above: a name and a value in each line.
func (p *runPage) head(r *gateway.RunDetail) {
	w := tabwriter.NewWriter(p, 0, 0, 2, ' ', 0)
	field := func(name, text string) {
		if text != "" {
			_, _ = fmt.Fprintf(w, "%s\t%s\n", name, termtext.Escape(text))
		}
	}
	field("Run", r.ID)
	field("Flow", first(r.Flow, "- (no flow has the path)"))
	field("State", r.State)
	field("Attempt", strconv.Itoa(r.Attempt))
	field("Received", formatLocalTime(r.Received))
	if !r.Due.IsZero() {
		field("Goes on", formatLocalTime(r.Due))
	}
	if !r.Started.IsZero() {
		field("Started", formatLocalTime(r.Started))
	}
	if !r.Finished.IsZero() {
		field("Finished", formatLocalTime(r.Finished))
	}
	if !r.Started.IsZero() && !r.Finished.IsZero() {
		field("Took", seconds(r.Took))
	}
	if r.Status > 0 {
		field("Status", strconv.Itoa(r.Status))
	}
	field("Order key", r.OrderKey)
	field("Gateway", r.Owner)
	if c := r.Cause; c != nil {
		field("Error", causeText(c))
		field("At", c.Position)
	}
	_ = w.Flush()
}

func causeText(c *gateway.RunCause) string {
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

func (p *runPage) request(r *gateway.RunRequest, size int) {
	p.line("%s %s", termtext.Escape(r.Method), termtext.Escape(r.URL))
	if r.RemoteIP != "" {
		p.line("from %s", termtext.Escape(r.RemoteIP))
	}
	p.headers(r.Headers)
	p.body(&r.RunBody)
	if r.Cut {
		p.line("(the history keeps the beginning of %d bytes)", size)
	}
}

func (p *runPage) headers(h map[string][]string) {
	for _, name := range slices.Sorted(maps.Keys(h)) {
		for _, text := range h[name] {
			p.line("%s: %s", termtext.Escape(name), termtext.Escape(text))
		}
	}
}

func (p *runPage) body(b *gateway.RunBody) {
	if len(b.Body) == 0 {
		return
	}
	name := ""
	if b.Encoding == "base64" {
		name = "base64"
	}
	p.line("")
	p.value(name, b.Body)
}

func (p *runPage) step(s *gateway.RunStep) {
	took := ", took " + seconds(s.Took)
	if s.State == "skipped" {
		took = ""
	}
	if s.Attempts > 1 {
		took += fmt.Sprintf(", %d attempts", s.Attempts)
	}
	p.line("%s %s: %s%s", termtext.Escape(s.Kind), termtext.Escape(s.Path), s.State, took)
	if s.Position != "" {
		p.line("  at      %s", termtext.Escape(s.Position))
	}
	if !s.Began.IsZero() {
		p.line("  began   %s", formatLocalTime(s.Began))
	}
	p.value("  input ", s.Input)
	p.value("  output", s.Output)
	if s.Size > 0 {
		p.line("  (the history keeps the beginning of %d bytes)", s.Size)
	}
	if s.Cause != nil {
		p.line("  error   %s", termtext.Escape(causeText(s.Cause)))
	}
}

// value prints a JSON value: a text as it is, anything else in lines that are
// indented where one would be too long.
func (p *runPage) value(name string, v json.RawMessage) {
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
	p.line("%s%s", name, text)
}
