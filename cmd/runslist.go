package cmd

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/webhook-gateway/gateway/admin/api"
	"github.com/webhook-gateway/gateway/admin/api/client"
	"github.com/webhook-gateway/gateway/admin/ops"
	"github.com/webhook-gateway/gateway/internal/termtext"
)

// runLister executes `gateway runs list`.
type runLister struct {
	*command
	admin  adminFlags
	filter runFilterFlags
	page   pageFlags
	client *client.Client
}

func (c *command) runsListCommand() *cobra.Command {
	l := &runLister{command: c}
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List runs, the newest first",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if l.client, err = c.adminClient(l.admin); err != nil {
				return err
			}
			if asJSON {
				return l.printJSON(cmd.Context())
			}
			return l.printTable(cmd.Context())
		},
	}
	l.admin.addTo(cmd)
	l.filter.addTo(cmd)
	l.page.addTo(cmd, "maximum number of runs", "continue after the run with this id")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// readPages passes page after page of runs to show.
func (l *runLister) readPages(ctx context.Context, show func([]ops.RunSummary) error) (next string, err error) {
	return readPages(l.page, func(limit int, after string) ([]ops.RunSummary, string, error) {
		p, err := l.client.Runs(ctx, api.RunList{RunFilter: l.filter.filter(), Limit: limit, After: after})
		return p.Runs, p.Next, err
	}, show)
}

// printJSON prints one page in the form of the API, however many pages it read.
func (l *runLister) printJSON(ctx context.Context) error {
	out := ops.RunPage{Runs: []ops.RunSummary{}}
	var err error
	out.Next, err = l.readPages(ctx, func(runs []ops.RunSummary) error {
		out.Runs = append(out.Runs, runs...)
		return nil
	})
	if err != nil {
		return err
	}
	return printJSON(l.out, out)
}

// printTable prints page by page, so that --all holds one page in memory.
func (l *runLister) printTable(ctx context.Context) error {
	found := 0
	next, err := l.readPages(ctx, func(runs []ops.RunSummary) error {
		w := tabwriter.NewWriter(l.out, 0, 0, 2, ' ', 0)
		if found == 0 && len(runs) > 0 {
			_, _ = fmt.Fprintln(w, "ID\tTIME\tFLOW\tSTATE\tATTEMPT\tTOOK\tSTATUS\tERROR")
		}
		found += len(runs)
		for i := range runs {
			_, _ = fmt.Fprintln(w, runRow(&runs[i]))
		}
		return w.Flush()
	})
	switch {
	case err != nil:
		return err
	case found == 0 && next == "":
		_, err = fmt.Fprintln(l.err, "no runs")
	case found == 0:
		page := ops.RunPage{Next: next}
		_, err = fmt.Fprintf(l.err, "no run matches, back to %s\n\nnext page: %s%s\n",
			page.SearchedTo().UTC().Format(time.RFC3339), termtext.Escape(l.nextPageCommand()), next)
	case next != "":
		_, err = fmt.Fprintf(l.err, "\nnext page: %s%s\n", termtext.Escape(l.nextPageCommand()), next)
	}
	return err
}

// nextPageCommand returns the command for the next page, up to the value of
// --after. It leaves out the token, which is secret.
func (l *runLister) nextPageCommand() string {
	line := "gateway runs list"
	addFlag := func(name string, values ...string) {
		for _, v := range values {
			if v != "" {
				line += " --" + name + " " + quoteForShell(v)
			}
		}
	}
	addFlag("admin", l.admin.address)
	addFlag("data", l.admin.data)
	addFlag("flow", l.filter.flows...)
	addFlag("label", l.filter.labels...)
	addFlag("state", l.filter.states...)
	addFlag("reason", l.filter.reasons...)
	addFlag("failure", l.filter.failure)
	addFlag("parent", l.filter.parent)
	addFlag("since", l.filter.since)
	addFlag("from", l.filter.from)
	addFlag("to", l.filter.to)
	addFlag("text", l.filter.text)
	if l.page.limit != defaultLimit {
		addFlag("limit", strconv.Itoa(l.page.limit))
	}
	return line + " --after "
}

func runRow(r *ops.RunSummary) string {
	status, took := "-", "-"
	if r.Status > 0 {
		status = strconv.Itoa(r.Status)
	}
	if !r.Started.IsZero() && !r.Finished.IsZero() {
		took = formatSeconds(r.Took)
	}
	return strings.Join([]string{
		r.ID, formatLocalTime(r.Received), termtext.Escape(first(r.Flow, "-")), string(r.State), strconv.Itoa(r.Attempt), took, status, shortReason(r),
	}, "\t")
}

// shortReason returns the start of the text that says why the run can't continue,
// or why it failed.
func shortReason(r *ops.RunSummary) string {
	text := []rune(termtext.Escape(r.WaitReason))
	if c := r.Cause; c != nil && r.WaitReason == "" {
		text = []rune(termtext.Escape(first(c.Message, c.Reason, c.Class)))
		if r.Refused != nil {
			text = append([]rune(termtext.Escape(r.Refused.Method+" "+r.Refused.Path)+": "), text...)
		}
	}
	if len(text) == 0 {
		return "-"
	}
	const longest = 80
	if len(text) > longest {
		text = append(text[:longest-1], '…')
	}
	return string(text)
}
