package cmd

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/spf13/cobra"

	"github.com/webhook-gateway/gateway/admin/api"
	"github.com/webhook-gateway/gateway/admin/api/client"
	"github.com/webhook-gateway/gateway/admin/ops"
	"github.com/webhook-gateway/gateway/internal/termtext"
)

// runChanger executes `gateway runs retry` or `gateway runs cancel`.
type runChanger struct {
	*command
	verb, done    string // "retry", "queued again"
	admin         adminFlags
	filter        runFilterFlags
	matching, all bool
	fresh, asJSON bool
	fromAction    string
	client        *client.Client

	changeRun  func(ctx context.Context, id string) (ops.RunsChanged, error)
	changeRuns func(context.Context, api.RunSelection) (ops.RunsChanged, error)
}

func (c *command) runsRetryCommand() *cobra.Command {
	r := &runChanger{command: c, verb: "retry", done: "queued again"}
	options := func() api.RetryOptions { return api.RetryOptions{Fresh: r.fresh} }
	r.changeRun = func(ctx context.Context, id string) (ops.RunsChanged, error) {
		return r.client.RetryRun(ctx, id, api.RetryRunOptions{RetryOptions: options(), FromAction: r.fromAction})
	}
	r.changeRuns = func(ctx context.Context, s api.RunSelection) (ops.RunsChanged, error) {
		return r.client.RetryRuns(ctx, api.RetrySelection{RunSelection: s, RetryOptions: options()})
	}
	cmd := r.cobraCommand("Run failed or cancelled runs again", `Queues runs again. A run continues where it failed: actions that completed, also
those of on_error, do not run again. Its attempts are counted on, and the retry
block of the flow starts anew. With --fresh every action runs again, with the same
idempotency keys. With --from-action an action of the flow and the ones after it run again,
and earlier actions keep their outputs. A run that succeeded can only be run again
in one of these two ways.

With a filter and --all-matching, all failed runs that match are queued; name
states to queue runs in other states.`)
	cmd.Flags().BoolVar(&r.fresh, "fresh", false, "from the start")
	cmd.Flags().StringVar(&r.fromAction, "from-action", "", "from this action of the flow; needs ids")
	return cmd
}

func (c *command) runsCancelCommand() *cobra.Command {
	r := &runChanger{command: c, verb: "cancel", done: "cancelled"}
	r.changeRun = func(ctx context.Context, id string) (ops.RunsChanged, error) { return r.client.CancelRun(ctx, id) }
	r.changeRuns = func(ctx context.Context, s api.RunSelection) (ops.RunsChanged, error) {
		return r.client.CancelRuns(ctx, s)
	}
	return r.cobraCommand("Cancel runs that are not over", `Ends runs that are queued, waiting or running. Effects of completed actions stay.`)
}

func (c *command) runsDismissCommand() *cobra.Command {
	r := &runChanger{command: c, verb: "dismiss", done: "dismissed"}
	r.changeRun = func(ctx context.Context, id string) (ops.RunsChanged, error) { return r.client.DismissRun(ctx, id) }
	r.changeRuns = func(ctx context.Context, s api.RunSelection) (ops.RunsChanged, error) {
		return r.client.DismissRuns(ctx, s)
	}
	return r.cobraCommand("Dismiss failed runs that need nothing more", `Takes failed runs out of those that need attention. They stay in the history with
their error, in the state dismissed, and can be run again.`)
}

func (r *runChanger) cobraCommand(short, long string) *cobra.Command {
	cmd := &cobra.Command{
		Use: r.verb + " [ID ...]", Short: short, Long: long,
		RunE: func(cmd *cobra.Command, ids []string) error { return r.run(cmd.Context(), ids) },
	}
	r.admin.addTo(cmd)
	r.filter.addTo(cmd)
	cmd.Flags().BoolVar(&r.matching, "all-matching", false, "all runs that match the filter")
	cmd.Flags().BoolVar(&r.all, "all", false, "all runs, without a filter")
	cmd.Flags().BoolVar(&r.asJSON, "json", false, "print JSON")
	return cmd
}

func (r *runChanger) run(ctx context.Context, ids []string) error {
	if err := r.checkSelection(len(ids) > 0, !r.filter.isEmpty()); err != nil {
		return err
	}
	var err error
	if r.client, err = r.adminClient(r.admin); err != nil {
		return err
	}
	if len(ids) > 0 {
		return r.changeByID(ctx, ids)
	}
	n, err := r.changeSelected(ctx)
	if n == 0 && err != nil {
		return err
	}
	return errors.Join(r.printResult(n, 0), err)
}

// checkSelection refuses flags that could select more runs than their user
// thinks.
func (r *runChanger) checkSelection(ids, filter bool) error {
	switch {
	case r.fromAction != "" && !ids:
		return errors.New("--from-action needs the ids of runs, and takes no filter")
	case r.fromAction != "" && r.fresh:
		return errors.New("--fresh runs all actions again, and --from-action some of them: give one of the two")
	case ids && (filter || r.matching || r.all):
		return errors.New("give ids or a filter, not both")
	case ids:
		return nil
	case r.all && (filter || r.matching):
		return errors.New("--all takes no filter; without --all, --all-matching selects the runs that match")
	case r.all:
		return nil
	case filter && !r.matching:
		return fmt.Errorf("a filter would %s every run that matches: list them with `gateway runs list`, then add --all-matching", r.verb)
	case !filter && r.matching:
		return errors.New("--all-matching needs a filter, such as --flow or --since; --all selects every run")
	case !filter:
		return errors.New("name runs by their ids, or by a filter with --all-matching")
	}
	return nil
}

// changeByID changes run by run. It reports a run that can't be changed and
// continues with the next.
func (r *runChanger) changeByID(ctx context.Context, ids []string) error {
	done, failed := 0, 0
	for _, id := range ids {
		got, err := r.changeRun(ctx, id)
		var refused *client.Refusal
		switch {
		case errors.As(err, &refused) && (refused.Status == http.StatusNotFound || refused.Status == http.StatusConflict):
			failed++
			why := strings.NewReplacer(`"fresh"`, "--fresh", `"from_action"`, "--from-action").Replace(explainAdminError(err).Error())
			_, _ = fmt.Fprintf(r.err, "gateway: run %s: %s\n", termtext.Escape(id), termtext.Escape(why))
		case err != nil:
			return err
		default:
			done += got.Changed
		}
	}
	return r.printResult(done, failed)
}

// changeSelected changes the runs of the filter in as many calls as needed.
func (r *runChanger) changeSelected(ctx context.Context) (changed int, err error) {
	s := api.RunSelection{RunFilter: r.filter.filter(), All: r.all}
	for {
		got, err := r.changeRuns(ctx, s)
		changed += got.Changed
		if err != nil || got.Next == "" {
			return changed, err
		}
		s.After = got.Next
	}
}

// printResult prints the number of changed runs. The exit code tells whether
// others could not be changed.
func (r *runChanger) printResult(done, failed int) error {
	if r.asJSON {
		if err := printJSON(r.out, map[string]int{"changed": done, "failed": failed}); err != nil {
			return err
		}
	} else {
		_, _ = fmt.Fprintf(r.out, "%s %s\n", pluralize(done, "run"), r.done)
	}
	if failed > 0 {
		return exit(exitFindings)
	}
	return nil
}
