package cmd

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/spf13/cobra"

	"github.com/webhook-gateway/gateway/gateway"
	"github.com/webhook-gateway/gateway/internal/termtext"
)

// runChanger is one call of `gateway runs retry` or `cancel`.
type runChanger struct {
	*command
	verb, done    string // "retry", "queued again"
	admin         adminFlags
	filter        runFilter
	matching, all bool
	fresh, asJSON bool
	client        *adminClient
}

func (c *command) runsRetryCommand() *cobra.Command {
	r := &runChanger{command: c, verb: "retry", done: "queued again"}
	cmd := r.cobra("Run failed or cancelled runs again", `Queues runs again. A run goes on where it failed: actions that were done are
not done again. With --fresh every action runs again, with the idempotency keys
that it had; a run that succeeded can only be run again fresh.

With a filter and --all-matching, failed runs that match are queued; name other
states to mean those.`)
	cmd.Flags().BoolVar(&r.fresh, "fresh", false, "from the beginning")
	return cmd
}

func (c *command) runsCancelCommand() *cobra.Command {
	r := &runChanger{command: c, verb: "cancel", done: "cancelled"}
	return r.cobra("Cancel runs that are not over", `Ends runs that are queued, waiting or running. What a run has done stays done.`)
}

func (r *runChanger) cobra(short, long string) *cobra.Command {
	cmd := &cobra.Command{
		Use: r.verb + " [ID ...]", Short: short, Long: long,
		RunE: func(cmd *cobra.Command, ids []string) error { return r.run(cmd.Context(), ids) },
	}
	r.admin.add(cmd)
	r.filter.add(cmd)
	cmd.Flags().BoolVar(&r.matching, "all-matching", false, "all runs that match the filter")
	cmd.Flags().BoolVar(&r.all, "all", false, "all runs, without a filter")
	cmd.Flags().BoolVar(&r.asJSON, "json", false, "print JSON")
	return cmd
}

func (r *runChanger) run(ctx context.Context, ids []string) error {
	query := r.filter.query()
	if err := r.check(len(ids) > 0, len(query) > 0); err != nil {
		return err
	}
	var err error
	if r.client, err = r.adminClient(r.admin); err != nil {
		return err
	}
	if r.fresh {
		query.Set("fresh", "true")
	}
	if len(ids) > 0 {
		return r.each(ctx, ids, query)
	}
	if r.all {
		query.Set("all", "true")
	}
	n, err := r.matchingRuns(ctx, query)
	if err != nil {
		return errors.Join(r.tell(n, 0), err)
	}
	return r.tell(n, 0)
}

// check refuses what could mean more runs than its user thinks.
func (r *runChanger) check(ids, filter bool) error {
	switch {
	case ids && (filter || r.matching || r.all):
		return errors.New("give ids or a filter, not both")
	case ids:
		return nil
	case r.all && (filter || r.matching):
		return errors.New("--all goes with no filter; leave it out, and --all-matching means those that match")
	case r.all:
		return nil
	case filter && !r.matching:
		return fmt.Errorf("a filter would %s every run that matches: look at them with `gateway runs list`, then add --all-matching", r.verb)
	case !filter && r.matching:
		return errors.New("--all-matching needs a filter, such as --flow or --since; --all means every run")
	case !filter:
		return errors.New("name runs by their ids, or by a filter with --all-matching")
	}
	return nil
}

// each changes run by run. One that can't be changed does not stop the others.
func (r *runChanger) each(ctx context.Context, ids []string, query url.Values) error {
	done, failed := 0, 0
	for _, id := range ids {
		var got gateway.RunsChanged
		err := r.client.call(ctx, http.MethodPost, runPath(id)+"/"+r.verb, query, &got)
		var refused *refusal
		switch {
		case errors.As(err, &refused) && (refused.status == http.StatusNotFound || refused.status == http.StatusConflict):
			failed++
			_, _ = fmt.Fprintf(r.err, "gateway: run %s: %s\n", termtext.Escape(id), termtext.Escape(refused.text))
		case err != nil:
			return err
		default:
			done += got.Changed
		}
	}
	return r.tell(done, failed)
}

// matchingRuns changes runs by a filter, in as many calls as it takes.
func (r *runChanger) matchingRuns(ctx context.Context, query url.Values) (int, error) {
	n := 0
	for {
		var got gateway.RunsChanged
		if err := r.client.call(ctx, http.MethodPost, "/api/v1/runs/"+r.verb, query, &got); err != nil {
			return n, err
		}
		n += got.Changed
		if got.Next == "" {
			return n, nil
		}
		query.Set("after", got.Next)
	}
}

// tell prints how many runs were changed; the exit code tells whether others
// could not be.
func (r *runChanger) tell(done, failed int) error {
	if r.asJSON {
		if err := printJSON(r.out, map[string]int{"changed": done, "failed": failed}); err != nil {
			return err
		}
	} else {
		noun := "runs"
		if done == 1 {
			noun = "run"
		}
		_, _ = fmt.Fprintf(r.out, "%d %s %s\n", done, noun, r.done)
	}
	if failed > 0 {
		return exit(exitFindings)
	}
	return nil
}
