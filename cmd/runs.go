package cmd

import (
	"github.com/spf13/cobra"

	"github.com/webhook-gateway/gateway/admin/api"
	"github.com/webhook-gateway/gateway/admin/ops"
)

func (c *command) runsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "runs",
		Short: "List, show, retry and cancel the runs of a running gateway",
		Long: `Calls the admin listener of a running gateway. The list also holds requests that
were refused or ignored, in states of their own, and the sync runs that are under way
on the gateway that is called.

States: queued, waiting, running; and when the run is over succeeded, failed,
cancelled, refused, throttled and ignored. A failed run stays until it is retried or
deleted for its age.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(c.runsListCommand(), c.runsFailedCommand(), c.runsShowCommand(), c.runsRetryCommand(), c.runsCancelCommand(), c.runsDismissCommand())
	return cmd
}

// runFilterFlags select runs.
type runFilterFlags struct {
	flows, states, reasons []string
	labels                 []string
	since, from, to, text  string
	failure, parent, key   string
}

func (f *runFilterFlags) addTo(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringArrayVar(&f.flows, "flow", nil, "runs of this flow; may be given several times")
	flags.StringArrayVar(&f.labels, "label", nil, "runs of the flows with this label; may be given several times")
	flags.StringArrayVar(&f.states, "state", nil, "runs in this state; may be given several times")
	flags.StringArrayVar(&f.reasons, "reason", nil, "runs with this reason, such as unauthorized or timeout; may be given several times")
	flags.StringVar(&f.failure, "failure", "", "failed runs of a flow with one cause, by the `KEY` that \"gateway runs failed\" prints")
	flags.StringVar(&f.parent, "parent", "", "runs that the run with this id started")
	flags.StringVar(&f.key, "order-key", "", "runs with this order `KEY`: its whole text, or the hash that \"gateway runs show\" prints")
	flags.StringVar(&f.since, "since", "", "runs since a duration before now, such as 90m, 12h or 7d")
	flags.StringVar(&f.from, "from", "", "runs received at or after this time (RFC 3339, or how long ago)")
	flags.StringVar(&f.to, "to", "", "runs received before this time")
	flags.StringVar(&f.text, "text", "", "runs with this text in id, error, request or variables, or with this order key")
}

// isEmpty tells whether the flags select all runs.
func (f *runFilterFlags) isEmpty() bool {
	return len(f.flows) == 0 && len(f.labels) == 0 && len(f.states) == 0 && f.since == "" && f.from == "" && f.to == "" && f.text == "" &&
		len(f.reasons) == 0 && f.failure == "" && f.parent == "" && f.key == ""
}

func (f *runFilterFlags) filter() api.RunFilter {
	out := api.RunFilter{Flow: f.flows, Label: f.labels, Text: f.text, OrderKey: f.key, Reason: f.reasons, Failure: f.failure, Parent: f.parent, TimeRange: api.TimeRange{From: f.from, Since: f.since, To: f.to}}
	for _, s := range f.states {
		out.State = append(out.State, ops.State(s))
	}
	return out
}
