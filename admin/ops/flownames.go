package ops

import (
	"context"
	"fmt"
	"slices"

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
