package value

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// smallOrder is an order of 400 bytes, as the shops of the examples send.
const smallOrder = `{"order_id":"A-1001","customer_email":"jane@example.com",` +
	`"customer":{"name":"Jane Doe","vip":false,"phone":null},"total":129.90,"currency":"EUR",` +
	`"items":[{"sku":"LAMP-01","qty":1,"price":89.95,"name":"Desk lamp"},` +
	`{"sku":"BULB-22","qty":5,"price":7.99,"name":"Bulb E27"}],` +
	`"shipping":{"street":"Hauptstr. 5","zip":"10115","city":"Berlin","country":"DE"},` +
	`"created_at":"2026-01-05T10:00:00Z","note":"ok"}`

// largeOrder returns an order of 1 KiB with escapes, text beyond ASCII and
// white space, as pretty printers write it.
func largeOrder() []byte {
	var items []string
	for i := range 6 {
		items = append(items, fmt.Sprintf(
			`  {"sku": "LAMP-%02d", "qty": %d, "price": %d.95, "name": "Lampe \"Größe %d\""}`, i, i+1, 10*i+9, i))
	}
	body := strings.Replace(smallOrder, `"items":[`, "\"items\": [\n"+strings.Join(items, ",\n")+",\n", 1)
	note := strings.Repeat("Bitte nicht vor 9 Uhr liefern. ", 10)
	note = note[:1024-len(body)+len("ok")]
	return []byte(strings.Replace(body, `"ok"`, `"`+note+`"`, 1))
}

// orders are the bodies that benchmarks and allocation limits use.
func orders() map[string][]byte {
	return map[string][]byte{"400B": []byte(smallOrder), "1KiB": largeOrder()}
}

func TestOrdersHaveTheirSize(t *testing.T) {
	t.Parallel()
	for name, size := range map[string]int{"400B": 400, "1KiB": 1024} {
		if got := len(orders()[name]); got != size {
			t.Errorf("order %s has %d bytes, want %d", name, got, size)
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	for name, body := range orders() {
		b.Run("here/"+name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Decode(body, Limits{}); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("encoding_json/"+name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := standardDecode(body); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkAppend(b *testing.B) {
	for name, body := range orders() {
		v, err := Decode(body, Limits{})
		if err != nil {
			b.Fatal(err)
		}
		var buf []byte
		b.Run("here/"+name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if buf, err = Append(buf[:0], v); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("here_fresh/"+name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err = Append(nil, v); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("encoding_json/"+name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := json.Marshal(v); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// standardDecode decodes as a program without this package would.
func standardDecode(body []byte) (any, error) {
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	var v any
	err := dec.Decode(&v)
	return v, err
}
