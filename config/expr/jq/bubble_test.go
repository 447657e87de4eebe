package jq_test

import (
	"testing"
	"testing/synctest"

	"github.com/webhook-gateway/gateway/config/expr/jq"
)

// TestRunInBubbles runs programs in one bubble of a test after the other, as flow tests
// do: what the first run makes, the next one uses.
func TestRunInBubbles(t *testing.T) {
	t.Parallel()
	failing, err := jq.Compile(".a + 1", nil)
	if err != nil {
		t.Fatal(err)
	}
	var interpreted *jq.Program
	for range 3 {
		synctest.Test(t, func(t *testing.T) {
			if interpreted == nil {
				if interpreted, err = jq.Compile("[.] | .[0] |= . + 1 | implode", nil); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := failing.Run(t.Context(), jq.Input{Value: map[string]any{"a": "x"}}); err == nil {
				t.Error("a text and a number were added")
			}
			if out, err := interpreted.Run(t.Context(), jq.Input{Value: 65}); err != nil || len(out) != 1 || out[0] != "B" {
				t.Errorf("%v, %v", out, err)
			}
		})
	}
}
