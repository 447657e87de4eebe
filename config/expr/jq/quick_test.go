package jq

import (
	"context"
	"reflect"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/internal/value"
)

// TestRunQuick: only programs that end soon run quickly, with the values of Run.
func TestRunQuick(t *testing.T) {
	t.Parallel()
	list := "[" + strings.Repeat("3,1,2,", 40_000) + "0]"
	texts := "[" + strings.Repeat(`"b","a",`, 40_000) + `""]`
	for _, c := range []struct {
		program, input string
		done           bool
	}{
		{".a", `{"a": 1}`, true},
		{"[.items[] | .qty * .price] | add", `{"items": [{"qty": 2, "price": 4}, {"qty": 1, "price": 9.5}]}`, true},
		{"map(. + 1) | sort | length", `[3, 1, 2]`, true},
		{".[0] | test(\"a+\")", `["aa"]`, true},
		{".a.b", `{"a": 1}`, false}, // it fails
		{"[range(100000000)] | length", `null`, false},
		{"last(range(100000000))", `null`, false},
		{"reduce range(100000000) as $x (0; . + $x)", `null`, false},
		{"def f: f; f", `null`, false},
		{"[limit(100000000; repeat(1))] | length", `null`, false},
		{"sort", list, false},
		{"group_by(.)", list, false},
		{"unique", texts, false},
		{"map(. + 1)", list, false},
		{"add", texts, false},
		{"join(\",\")", texts, false},
		{"tojson", list, false},
		{"to_entries", list, false},
		{"index(1)", list, false},
		{"any(. == 7)", list, false},
		{"\"a\" * 100000000", `null`, false},
		{". == .", list, false},
	} {
		p, err := Compile(c.program, nil)
		if err != nil {
			t.Fatal(err)
		}
		input, err := value.Decode([]byte(c.input), value.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		out, done := p.RunQuick(t.Context(), Input{Value: input})
		if done != c.done {
			t.Errorf("%s: a quick run ended: %t, want %t", c.program, done, c.done)
		}
		if !done {
			continue
		}
		want, err := p.Run(t.Context(), Input{Value: input})
		if err != nil || !reflect.DeepEqual(out, want) {
			t.Errorf("%s: %v, Run returns %v, %v", c.program, out, want, err)
		}
	}
}

// TestRunQuickAtTheEnd: a run whose time is over does not run.
func TestRunQuickAtTheEnd(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	p, err := Compile(".", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, done := p.RunQuick(ctx, Input{}); done {
		t.Error("it ran after its end")
	}
}
