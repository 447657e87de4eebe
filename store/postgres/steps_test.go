package postgres

import (
	"fmt"
	"testing"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/store"
)

func TestStepRows(t *testing.T) {
	t.Parallel()
	mine, other := claimKey{fence: 1}, claimKey{fence: 2}
	for _, n := range []int{1, maxLinearSteps / 2, maxLinearSteps, 10 * maxLinearSteps} {
		var r stepRows
		r.addSteps(other, []store.Step{{Path: "0"}})
		for _, state := range []flow.State{flow.Failed, flow.Succeeded} { // two checkpoints
			steps := make([]store.Step, 0, 2*n)
			for range 2 { // each path twice in a checkpoint
				for i := range n {
					steps = append(steps, store.Step{Path: fmt.Sprint(i), State: state, Attempts: len(steps)})
				}
			}
			r.addSteps(mine, steps)
		}
		if len(r) != 1+n || r[0].claimKey != other {
			t.Fatalf("%d steps make %d rows in addition to the row of another claim", n, len(r)-1)
		}
		for i, row := range r[1:] {
			if row.Path != fmt.Sprint(i) || row.State != flow.Succeeded || row.Attempts != n+i {
				t.Errorf("of %d steps row %d is %s, %s, %d", n, i, row.Path, row.State, row.Attempts)
			}
		}
	}
}
