package engine_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/store"
)

// Steps that take no time are stored in their order, in a loop and outside,
// although their names sort the other way round.
func TestStepsKeepTheirOrder(t *testing.T) {
	t.Parallel()
	var list strings.Builder
	var want []string
	for i := range 40 {
		fmt.Fprintf(&list, "  action \"transform\" \"s%02d\" {\n    when = webhook.body.yes\n    jq = \"1\"\n  }\n", 99-i)
		want = append(want, fmt.Sprintf("s%02d", 99-i))
	}
	for _, mode := range []string{"sync", "async"} {
		d := newDurable(t, fmt.Sprintf(`
flow "a" {
  trigger "webhook" {
    path = "/a"
    mode = %q
  }
%s}`, mode, list.String()))
		run := d.await(d.accept("/a", `{"yes": false}`), store.Succeeded)
		var got []string
		for _, s := range run.Steps {
			got = append(got, s.Path)
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: the steps are kept in the order\n%v, want\n%v", mode, got, want)
		}
	}
}
