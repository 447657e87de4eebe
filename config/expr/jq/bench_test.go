package jq

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// benchPrograms are programs of the kind that flows hold.
var benchPrograms = []struct {
	name, program string
	input         func() any
}{
	{"path", `.customer.address.city`, order},
	{"build", `{id, total: .amount, items: [.lines[] | {sku, qty}]}`, order},
	{"text", `"Order \(.id) of \(.customer.name): \(.amount) \(.currency)"`, order},
	{"filter", `[.lines[] | select(.qty > 1 and (.sku | startswith("A"))) | .sku] | join(", ")`, order},
	{"sum", `{count: (.lines | length), total: ([.lines[] | .qty * .price] | add)}`, order},
	{"variable", `.currency as $c | .lines | map({sku, price: "\(.price) \($c)"})`, order},
	{"entries", `.customer | to_entries | map("\(.key)=\(.value | tostring)") | join("&")`, order},
	{"update", `del(.customer) | .amount |= tonumber | .state = "new"`, order},
	{"group", `group_by(.region) | map({region: .[0].region, sum: (map(.amount) | add)})`, sales},
	{"reduce", `reduce .[] as $s ({}; .[$s.region] += $s.amount)`, sales},
}

func order() any {
	return decodeTest(`{"id": "A-1001", "amount": "129.90", "currency": "EUR", "paid": true,
		"customer": {"name": "Ann Example", "email": "ann@example.com", "address": {"street": "Main Road 1", "city": "Bern", "zip": "3011"}},
		"lines": [{"sku": "A1", "qty": 2, "price": 40, "tags": ["x"]}, {"sku": "B7", "qty": 1, "price": 9.9}, {"sku": "A3", "qty": 4, "price": 10}]}`)
}

func sales() any {
	parts := make([]string, 1000)
	for i := range parts {
		parts[i] = fmt.Sprintf(`{"region": "r%d", "amount": %d.5, "id": %d}`, i*7%13, i, i)
	}
	return decodeTest("[" + strings.Join(parts, ",") + "]")
}

func decodeTest(text string) any {
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		panic(err)
	}
	return v
}

// BenchmarkRun runs each program as a closure and with gojq.
func BenchmarkRun(b *testing.B) {
	for _, bench := range benchPrograms {
		p := compile(b, bench.program)
		in := Input{Value: bench.input()}
		for how, run := range map[string]func(context.Context, Input) ([]any, error){"closure": p.runCompiled, "gojq": p.interpret} {
			b.Run(bench.name+"/"+how, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if _, err := run(b.Context(), in); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
