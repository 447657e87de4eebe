package triggers

import (
	"context"
	"reflect"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/expr"
)

// readersOf compiles expressions and jq programs, which begin with "jq:", as those of
// actions behind a trigger.
func readersOf(t *testing.T, w *webhook, texts ...string) []expr.Reader {
	t.Helper()
	var out []expr.Reader
	scope := testScope().With(webhookRoot, w.Roots()[webhookRoot]).WithObserver(func(r expr.Reader) { out = append(out, r) })
	for _, text := range texts {
		src, program := strings.CutPrefix(text, "jq:")
		if program {
			src = "<<E\n" + src + "\nE\n"
		}
		e, diags := hclsyntax.ParseExpression([]byte(src), "test.hcl", hcl.InitialPos)
		if program {
			var p *expr.Program
			if p, diags = scope.CompileJQ(e); p != nil {
				p.SetEventInput()
			}
		} else if !diags.HasErrors() {
			_, diags = expr.Compile(e, scope, cty.DynamicPseudoType)
		}
		if diags.HasErrors() {
			t.Fatalf("%s: %v", text, diags)
		}
	}
	return out
}

const neededBody = `{"id":"A-1","customer":{"name":"Jane","email":"jane@example.com"},"items":[{"sku":"a","qty":2,"price":4},{"sku":"b","qty":1,"price":9.5}],"rest":{"x":[1,2]}}`

// TestNeededParts: a body has the parts that its flow reads.
func TestNeededParts(t *testing.T) {
	t.Parallel()
	const variables = `
variable "id" { type = string }
variable "name" {
  type = string
  from = webhook.body.customer.name
}`
	for name, c := range map[string]struct {
		trigger string
		reads   []string
		want    []string // members of the body
	}{
		"nothing":           {"", nil, nil},
		"variables":         {variables, []string{"webhook.id"}, []string{"customer", "id"}},
		"an expression":     {"", []string{"webhook.body.customer.email"}, []string{"customer"}},
		"in a function":     {"", []string{`join(",", webhook.body.items[*].sku)`, `try(webhook.body.none, webhook.body["id"])`}, []string{"id", "items"}},
		"the whole body":    {variables, []string{"jsonencode(webhook.body)"}, []string{"customer", "id", "items", "rest"}},
		"the whole request": {"", []string{"jsonencode(webhook)"}, []string{"customer", "id", "items", "rest"}},
		"a program":         {"", []string{"jq:[.items[] | .qty * .price] | add"}, []string{"items"}},
		"names in programs": {"", []string{"jq:$webhook.body.rest.x + [.id]"}, []string{"id", "rest"}},
		"jq in expressions": {"", []string{`jq("length + $webhook.body.rest.x[0]", webhook.body.items)`}, []string{"items", "rest"}},
		"other parts":       {"", []string{`webhook.headers["X-A"]`, "webhook.raw", "webhook.query.a"}, nil},
		"when":              {`when = webhook.body.rest.x != null`, nil, []string{"rest"}},
		"the response":      {"response {\n  json = webhook.body.id\n}", nil, []string{"id"}},
		"strict":            {variables + "\nstrict = true\nvariable \"customer\" {}\nvariable \"items\" {}\nvariable \"rest\" {}", nil, []string{"customer", "id", "items", "rest"}},
	} {
		w := mustLoad(t, c.trigger)
		w.takeReads(readersOf(t, w, c.reads...))
		event, problem := sent{typ: "application/json", body: neededBody}.to(t, w)
		if problem != nil {
			t.Errorf("%s: %v", name, problem)
			continue
		}
		body, _ := event.(*requestEvent).Get("body")
		got := body.(map[string]any)
		if len(got) != len(c.want) {
			t.Errorf("%s: the body has %v, want the members %v", name, got, c.want)
		}
		for _, member := range c.want {
			if _, ok := got[member]; !ok {
				t.Errorf("%s: the body has no member %s", name, member)
			}
		}
	}
}

// TestNeededPartsChangeNothing: expressions have the same values and errors as with
// the whole body.
func TestNeededPartsChangeNothing(t *testing.T) {
	t.Parallel()
	expressions := []string{
		"webhook.body.id", "webhook.body.customer.name", "webhook.body.customer", "webhook.body.none", "webhook.body.id.name", "webhook.body.items.qty",
		"webhook.body.items[1].price", "webhook.body.items[*].sku", "webhook.body.items[9].sku", "[for i in webhook.body.items : i.qty * 2]", "length(webhook.body.rest.x)",
		`"${webhook.body.id}-${webhook.body.rest.x[1]}"`, "keys(webhook.body)", "try(webhook.body.none.a, 7)", "can(webhook.body.customer.name)", "webhook.body[\"rest\"].x", "webhook.body[0]",
		"contains(keys(webhook.body.customer), \"email\")", "webhook.body.customer.name == \"Jane\" ? webhook.body.items : webhook.body.rest", "merge(webhook.body.customer, {a = 1})",
	}
	for _, text := range expressions {
		for _, body := range []string{neededBody, `{}`, `[1,2]`, `{"id":{"name":1,"b":2},"items":{"qty":[1]},"customer":"text","rest":null}`, `null`, `"text"`, `{"items":[{"sku":1},2]}`} {
			results := map[bool]any{}
			for _, whole := range []bool{true, false} {
				w := mustLoad(t, "")
				readers := readersOf(t, w, text)
				if !whole {
					w.takeReads(readers)
				}
				event, problem := sent{typ: "application/json", body: body}.to(t, w)
				if problem != nil {
					t.Fatalf("%s: %v", body, problem)
				}
				v, err := readers[len(readers)-1].(*expr.Expr).Eval(context.Background(), event)
				if err != nil {
					v = err.Error()
				}
				results[whole] = v
			}
			if !reflect.DeepEqual(results[true], results[false]) {
				t.Errorf("%s of %s: %v, with the whole body %v", text, body, results[false], results[true])
			}
		}
	}
}
