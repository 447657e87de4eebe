package ops

import (
	"cmp"
	"slices"
)

// sortAttention lists the flows that fail, and puts the worst first.
func sortAttention(o *Overview) {
	failed := map[string]int64{}
	for i := range o.Flows {
		if n := o.Flows[i].Runs.Failed; n > 0 {
			failed[o.Flows[i].Name] = n
			o.Failing = append(o.Failing, o.Flows[i].Name)
		}
	}
	slices.SortStableFunc(o.Failing, func(a, b string) int { return cmp.Compare(failed[b], failed[a]) })
	slices.SortStableFunc(o.Growing, func(a, b QueueDepth) int { return cmp.Compare(b.Queued, a.Queued) })
	slices.SortStableFunc(o.Stalled, func(a, b QueueDepth) int { return a.Oldest.Compare(b.Oldest) })
}
