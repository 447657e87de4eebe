package triggers

import (
	"io"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/value"
)

const smallOrder = `{"order_id":"A-1001","customer_email":"jane@example.com","total":129.90,"items":[{"sku":"LAMP-01","qty":1},{"sku":"BULB-22","qty":5}]}`

const orderTrigger = `
variable "order_id" {
  type = string
}
variable "total" {
  type = number
  min  = 0
}
variable "items" {
  type = list(object({ sku = string, qty = number }))
  min  = 1
}
`

// order returns a function that sends the same order again and again.
func order(t testing.TB, declared string) func() {
	t.Helper()
	w := mustLoad(t, declared)
	reader := strings.NewReader(smallOrder)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "/orders", io.NopCloser(reader))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.ContentLength = int64(len(smallOrder))
	in := flow.Incoming{RemoteIP: netip.MustParseAddr("192.0.2.7"), ReceivedAt: testTime, Limits: flow.Limits{Body: 1 << 20}}
	return func() {
		reader.Reset(smallOrder)
		if _, problem := w.Accept(r, in); problem != nil {
			t.Fatal(problem)
		}
	}
}

// TestAllocations bounds the allocations of Accept except those of decoding: for
// the event, the list of variables and their checker.
func TestAllocations(t *testing.T) {
	decoding := testing.AllocsPerRun(100, func() {
		if _, err := value.Decode([]byte(smallOrder), value.Limits{}); err != nil {
			t.Fatal(err)
		}
	})
	for name, c := range map[string]struct {
		declared string
		most     float64
	}{
		"no variables":    {"", 3},
		"three variables": {orderTrigger, 7},
	} {
		if got := testing.AllocsPerRun(100, order(t, c.declared)) - decoding; got > c.most {
			t.Errorf("%s: %v allocations besides those of decoding, want at most %v", name, got, c.most)
		}
	}
}

func BenchmarkAccept(b *testing.B) {
	for name, declared := range map[string]string{"plain": "", "variables": orderTrigger, "strict": orderTrigger + "strict = true\nvariable \"customer_email\" {}"} {
		b.Run(name, func(b *testing.B) {
			send := order(b, declared)
			b.ReportAllocs()
			for b.Loop() {
				send()
			}
		})
	}
}
