package cmd

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/webhook-gateway/gateway/gateway"
	"github.com/webhook-gateway/gateway/internal/termtext"
)

// defaultLimit is how many runs a list has where nothing else is asked for.
const defaultLimit = 50

// runLister is one call of `gateway runs list`.
type runLister struct {
	*command
	pager
}

func (c *command) runsListCommand() *cobra.Command {
	var admin adminFlags
	var filter runFilter
	var after string
	var asJSON bool
	l := &runLister{command: c}
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List runs, the newest first",
		Args:  noNames,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if l.limit < 1 {
				return fmt.Errorf("--limit must be at least 1")
			}
			if l.client, err = c.adminClient(admin); err != nil {
				return err
			}
			l.query = filter.query()
			if after != "" {
				l.query.Set("after", after)
			}
			if asJSON {
				return l.json(cmd.Context())
			}
			return l.table(cmd.Context(), l.nextPage(admin, &filter))
		},
	}
	admin.add(cmd)
	filter.add(cmd)
	cmd.Flags().IntVar(&l.limit, "limit", defaultLimit, "how many runs at most")
	cmd.Flags().StringVar(&after, "after", "", "go on behind the run with this id")
	cmd.Flags().BoolVar(&l.all, "all", false, "all pages")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// nextPage is the command for the page behind the one that is printed. It
// leaves out the token, which is nobody's business.
func (l *runLister) nextPage(a adminFlags, f *runFilter) string {
	line := "gateway runs list"
	flag := func(name string, values ...string) {
		for _, v := range values {
			if v != "" {
				line += " --" + name + " " + word(v)
			}
		}
	}
	flag("admin", a.address)
	flag("data", a.data)
	flag("flow", f.flows...)
	flag("state", f.states...)
	flag("since", f.since)
	flag("from", f.from)
	flag("to", f.to)
	flag("text", f.text)
	if l.limit != defaultLimit {
		flag("limit", strconv.Itoa(l.limit))
	}
	return line + " --after "
}

// word quotes a text for a shell where it needs that.
func word(text string) string {
	if text != "" && !strings.ContainsFunc(text, func(r rune) bool {
		return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=", r)
	}) {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

// pages shows page after page of runs.
func (l *runLister) pages(ctx context.Context, show func([]gateway.RunSummary) error) (next string, err error) {
	return readPages(ctx, &l.pager, "/api/v1/runs", func(p *gateway.RunPage) ([]gateway.RunSummary, string) { return p.Runs, p.Next }, show)
}

// json prints the shape that the API has, whatever the number of pages.
func (l *runLister) json(ctx context.Context) error {
	out := gateway.RunPage{Runs: []gateway.RunSummary{}}
	var err error
	out.Next, err = l.pages(ctx, func(runs []gateway.RunSummary) error {
		out.Runs = append(out.Runs, runs...)
		return nil
	})
	if err != nil {
		return err
	}
	return printJSON(l.out, out)
}

func printJSON(to io.Writer, v any) error {
	e := json.NewEncoder(to)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// table prints page after page, so that --all needs no memory for all.
func (l *runLister) table(ctx context.Context, again string) error {
	head, found := true, 0
	next, err := l.pages(ctx, func(runs []gateway.RunSummary) error {
		if len(runs) == 0 {
			return nil
		}
		found += len(runs)
		w := tabwriter.NewWriter(l.out, 0, 0, 2, ' ', 0)
		if head {
			_, _ = fmt.Fprintln(w, "ID\tTIME\tFLOW\tSTATE\tATTEMPT\tTOOK\tSTATUS\tERROR")
			head = false
		}
		for i := range runs {
			_, _ = fmt.Fprintln(w, row(&runs[i]))
		}
		return w.Flush()
	})
	switch {
	case err != nil:
		return err
	case found == 0 && next == "":
		_, err = fmt.Fprintln(l.err, "no runs")
	case next != "":
		_, err = fmt.Fprintf(l.err, "\nnext page: %s%s\n", termtext.Escape(again), next)
	}
	return err
}

func row(r *gateway.RunSummary) string {
	status, took := "-", "-"
	if r.Status > 0 {
		status = strconv.Itoa(r.Status)
	}
	if !r.Started.IsZero() && !r.Finished.IsZero() {
		took = seconds(r.Took)
	}
	return strings.Join([]string{
		r.ID, formatLocalTime(r.Received), termtext.Escape(first(r.Flow, "-")), r.State, strconv.Itoa(r.Attempt), took, status, shortCause(r.Cause),
	}, "\t")
}

func shortCause(c *gateway.RunCause) string {
	if c == nil {
		return "-"
	}
	const most = 80
	text := []rune(termtext.Escape(first(c.Message, c.Reason, c.Class)))
	if len(text) > most {
		text = append(text[:most-1], '…')
	}
	return string(text)
}

// formatLocalTime is a time of day where people are.
func formatLocalTime(t time.Time) string { return t.Local().Format("2006-01-02 15:04:05") }

func seconds(s float64) string {
	d := time.Duration(s * float64(time.Second))
	switch {
	case d >= 10*time.Second:
		return d.Round(time.Second).String()
	case d >= 10*time.Millisecond:
		return d.Round(time.Millisecond).String()
	}
	return d.Round(time.Microsecond).String()
}
