package dashboard

import (
	"context"
	"fmt"
	"html/template"

	"github.com/webhook-gateway/gateway/admin/ops"
	"github.com/webhook-gateway/gateway/flow/graph"
	"github.com/webhook-gateway/gateway/store"
)

// drawFlow returns the drawing of a flow. Actions that failed in the last hour are
// marked and lead to their runs, and others lead to their lines in the source.
func (d *Dashboard) drawFlow(ctx context.Context, name string) (template.HTML, error) {
	g, err := d.Ops.FlowGraph(name)
	if err != nil {
		return "", err
	}
	failed, more, err := d.failedActions(ctx, name)
	if err != nil {
		return "", err
	}
	text := graph.SVG([]*graph.Graph{g}, graph.Options{
		Inline: true, NoTitle: true,
		Mark: func(n *graph.Node) graph.Mark { return markFailed(failed[n.Action], more) },
		Link: func(n *graph.Node) string {
			switch {
			case failed[n.Action] > 0:
				return "/failed?from=1h&flow=" + name
			case n.Calls != "":
				return "/flows/" + n.Calls
			}
			return fmt.Sprintf("#L%d", n.Line)
		},
	})
	return template.HTML(text), nil //nolint:gosec // package graph escapes all texts
}

// markFailed returns the badge of an action that failed n times.
func markFailed(n int, more bool) graph.Mark {
	if n == 0 {
		return graph.Mark{}
	}
	count := formatNumber(int64(n))
	if more {
		count += "+"
	}
	return graph.Mark{Text: "failed " + count, Tone: graph.Bad, Hint: count + " runs failed here in the last hour"}
}

// failedActions counts the runs of a flow that failed in the last hour, by the
// action that failed.
func (d *Dashboard) failedActions(ctx context.Context, name string) (failed map[string]int, more bool, err error) {
	f := runFilter{Flow: []string{name}, State: []string{store.Failed.String()}, From: "1h"}
	q, err := d.queryOf(&f)
	if err != nil {
		return nil, false, err
	}
	failed = map[string]int{}
	err = d.eachRun(ctx, q, maxDrawn, func(run *ops.RunSummary) {
		if run.Cause != nil && run.Cause.Action != "" {
			failed[run.Cause.Action]++
		}
	}, &more)
	if isKind(err, ops.NoStore) || isKind(err, ops.Unavailable) {
		return nil, false, nil
	}
	return failed, more, err
}

// maxDrawn is how many failed runs of a flow are counted for its drawing.
const maxDrawn = 500
