package flow_test

import (
	"testing"

	"github.com/webhook-gateway/gateway/flow"
)

func TestPlaces(t *testing.T) {
	t.Parallel()
	p := flow.Places{}
	for _, path := range []string{"alone", "items/3/way", "items/3/crm/look_up", "other/0/a"} {
		p.Add(path)
	}
	for prefix, want := range map[string]bool{
		"items/": true, "items/3/": true, "items/3/crm/": true, "other/0/": true,
		"alone/": false, "item/": false, "items/30/": false, "items/3/way/": false, "": false,
	} {
		if p.Has(prefix) != want {
			t.Errorf("something was done in %q: %t", prefix, !want)
		}
	}
}
