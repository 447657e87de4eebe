package cmd

import (
	"fmt"
	"net/url"

	"github.com/spf13/cobra"
)

// runsCommand is what people do with the runs of a gateway that is running.
func (c *command) runsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "runs",
		Short: "List, show, retry and cancel the runs of a running gateway",
		Long: `Asks a running gateway by its admin listener what it did and does. Requests
that were refused are on record as well, under a state of their own.

States: queued, waiting, running; succeeded, failed, cancelled, refused and
throttled when it is over. A failed run stays until it is retried or too old.`,
		Args: noNames,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(c.runsListCommand(), c.runsShowCommand(), c.runsRetryCommand(), c.runsCancelCommand())
	return cmd
}

// runFilter is which runs are meant.
type runFilter struct {
	flows, states         []string
	since, from, to, text string
}

func (f *runFilter) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringArrayVar(&f.flows, "flow", nil, "runs of this flow; may be given several times")
	flags.StringArrayVar(&f.states, "state", nil, "runs in this state; may be given several times")
	flags.StringVar(&f.since, "since", "", "runs of the last time, such as 90m, 12h or 7d")
	flags.StringVar(&f.from, "from", "", "runs that came at or after this time (RFC 3339, or how long ago)")
	flags.StringVar(&f.to, "to", "", "runs that came before this time")
	flags.StringVar(&f.text, "text", "", "runs with this text in id, error, request or variables")
}

func (f *runFilter) query() url.Values {
	q := url.Values{}
	for name, values := range map[string][]string{
		"flow": f.flows, "state": f.states, "since": {f.since}, "from": {f.from}, "to": {f.to}, "text": {f.text},
	} {
		for _, v := range values {
			if v != "" {
				q.Add(name, v)
			}
		}
	}
	return q
}

// runPath is the path of a run in the API.
func runPath(id string) string { return fmt.Sprintf("/api/v1/runs/%s", url.PathEscape(id)) }
