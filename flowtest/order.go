package flowtest

import (
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/flow"
)

// SortConcurrent sorts ends of steps, which are in the order of time, so that chance
// has no part in it: steps that may run at the same time, inside of a parallel or a
// loop, are in the order in which they would run one after another. of returns the
// step of an end and its path.
func SortConcurrent[T any](ends []T, flows []*flow.Flow, of func(T) (*flow.Step, string)) {
	groups := concurrentSteps(flows)
	group := func(e T) *flow.Step {
		s, _ := of(e)
		return groups[s.Range]
	}
	for start := 0; start < len(ends); {
		end := start + 1
		for g := group(ends[start]); g != nil && end < len(ends) && group(ends[end]) == g; {
			end++
		}
		slices.SortStableFunc(ends[start:end], func(a, b T) int {
			stepA, pathA := of(a)
			stepB, pathB := of(b)
			if c := compareIterations(pathA, pathB); c != 0 {
				return c
			}
			return stepA.Range.Start.Byte - stepB.Range.Start.Byte
		})
		start = end
	}
}

// concurrentSteps maps the places of steps inside of a parallel or a loop to the
// outermost of these.
func concurrentSteps(flows []*flow.Flow) map[hcl.Range]*flow.Step {
	out := map[hcl.Range]*flow.Step{}
	for _, f := range flows {
		f.Walk(func(s *flow.Step) {
			if s.Kind != "parallel" && s.Kind != "loop" || out[s.Range] != nil {
				return
			}
			for _, l := range s.Traits.Lists {
				l.Walk(func(inner *flow.Step) { out[inner.Range] = s })
			}
		})
	}
	return out
}

// compareIterations compares the iterations of the innermost loop that two paths,
// such as each/1/post, have in common.
func compareIterations(a, b string) int {
	as, bs := strings.Split(a, "/"), strings.Split(b, "/")
	for i := range min(len(as), len(bs)) {
		if as[i] == bs[i] {
			continue
		}
		m, errA := strconv.Atoi(as[i])
		n, errB := strconv.Atoi(bs[i])
		if errA != nil || errB != nil {
			return 0
		}
		return m - n
	}
	return 0
}
