package flow_test

import (
	"testing"

	"github.com/webhook-gateway/gateway/flow"
)

func TestChance(t *testing.T) {
	t.Parallel()
	c := flow.NewChance("a test")
	first := c.Float64("run.step", 1)
	if first < 0 || first >= 1 || flow.NewChance("a test").Float64("run.step", 1) != first {
		t.Errorf("%v, and another time %v", first, c.Float64("run.step", 1))
	}
	for name, other := range map[string]float64{
		"seed": flow.NewChance("another test").Float64("run.step", 1), "key": c.Float64("run.other", 1), "attempt": c.Float64("run.step", 2),
	} {
		if other == first {
			t.Errorf("another %s chooses the same", name)
		}
	}
	if (flow.Chance{}).Float64("run.step", 1) == (flow.Chance{}).Float64("run.step", 1) {
		t.Error("chance without a seed repeats itself")
	}
}
