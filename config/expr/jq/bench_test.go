package jq

import (
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

func BenchmarkRun(b *testing.B) {
	for _, bench := range benchPrograms {
		b.Run(bench.name, func(b *testing.B) {
			p, err := Compile(bench.program, nil)
			if err != nil {
				b.Fatal(err)
			}
			input := bench.input()
			b.ReportAllocs()
			for b.Loop() {
				if _, err := p.Run(b.Context(), Input{Value: input}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
