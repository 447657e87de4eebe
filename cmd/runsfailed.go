package cmd

import (
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/webhook-gateway/gateway/admin/api"
	"github.com/webhook-gateway/gateway/admin/ops"
	"github.com/webhook-gateway/gateway/internal/termtext"
)

func (c *command) runsFailedCommand() *cobra.Command {
	var admin adminFlags
	var query api.FailureList
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "failed",
		Short: "Group the failed runs by flow and cause, the newest first",
		Long: `Groups the runs that failed and were not run again. Messages that differ in values
such as numbers and quoted texts are one cause. The runs of a group are listed by
"gateway runs list --flow FLOW --failure KEY", and run again by
"gateway runs retry --flow FLOW --failure KEY --all-matching".`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := c.adminClient(admin)
			if err != nil {
				return err
			}
			got, err := client.Failures(cmd.Context(), query)
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(c.out, got)
			}
			return c.printFailures(&got)
		},
	}
	admin.addTo(cmd)
	cmd.Flags().StringArrayVar(&query.Flow, "flow", nil, "runs of this flow; may be given several times")
	cmd.Flags().IntVar(&query.Limit, "limit", defaultLimit, "maximum number of groups")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func (c *command) printFailures(got *ops.FailureGroups) error {
	if len(got.Groups) == 0 {
		_, err := fmt.Fprintln(c.err, "no failed runs")
		return err
	}
	w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "RUNS\tFLOW\tACTION\tFIRST\tLAST\tKEY\tERROR")
	for i := range got.Groups {
		_, _ = fmt.Fprintln(w, failureRow(&got.Groups[i]))
	}
	if err := w.Flush(); err != nil || !got.More {
		return err
	}
	_, err := fmt.Fprintln(c.err, "\nthere are more groups; --flow and --limit select others")
	return err
}

func failureRow(g *ops.FailureGroup) string {
	count := strconv.Itoa(g.Count)
	if g.More {
		count += "+"
	}
	return strings.Join([]string{
		count, termtext.Escape(first(g.Flow, "-")), termtext.Escape(first(g.Action, "-")), formatLocalTime(g.First), formatLocalTime(g.Last), g.Key,
		shortReason(&ops.RunSummary{Cause: g.Cause}),
	}, "\t")
}
