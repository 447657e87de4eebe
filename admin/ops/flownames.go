package ops

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/store"
)

// checkFlowNames refuses a filter with a flow that is not in the files and has no
// run in the history: its name is probably misspelled.
func (s *Service) checkFlowNames(ctx context.Context, v view, names []string) error {
	var known []string
	for _, f := range v.Config.Flows {
		known = append(known, f.Name, f.RenamedFrom)
	}
	for _, name := range names {
		if slices.Contains(known, name) {
			continue
		}
		page, err := s.opts.Store.List(ctx, store.ListQuery{Filter: store.Filter{Flows: []string{name}}, Limit: 1})
		if err != nil {
			return err
		}
		if len(page.Runs) == 0 {
			return unknownFlow(name, known)
		}
	}
	return nil
}

func unknownFlow(name string, known []string) error {
	message := fmt.Sprintf("there is no flow %q in the files, and none of its runs in the history", name)
	if near := diag.Nearest(name, known); near != "" {
		message += fmt.Sprintf("; did you mean %q?", near)
	}
	return &Error{Kind: Invalid, Message: message}
}

// FlowsWithLabels returns the flows of names that have one of the labels; without
// names, all flows that have one. Labels match in either case. Without labels it
// returns the names.
func (s *Service) FlowsWithLabels(names, labels []string) ([]string, error) {
	if len(labels) == 0 {
		return names, nil
	}
	snap := s.opts.Snapshots.Acquire()
	if snap == nil {
		return nil, errShuttingDown()
	}
	defer snap.Release()
	var known, found []string
	for _, f := range snap.Config.Flows {
		known = append(known, f.Label)
		matches := slices.ContainsFunc(labels, func(label string) bool { return strings.EqualFold(label, f.Label) })
		if matches && (len(names) == 0 || slices.Contains(names, f.Name)) {
			found = append(found, f.Name)
		}
	}
	if len(found) > 0 {
		return found, nil
	}
	for _, label := range labels {
		if !slices.ContainsFunc(known, func(k string) bool { return strings.EqualFold(label, k) }) {
			return nil, invalid("no flow has the label %q.%s", label, diag.DidYouMean(label, known))
		}
	}
	return nil, invalid("none of the flows has one of the labels")
}
