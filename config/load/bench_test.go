package load_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/webhook-gateway/gateway/config/load"
)

// usualFlow is a typical flow of a shop, of about forty lines.
const usualFlow = `flow "orders_%[1]d" {
  label = "Orders of shop %[1]d, ${local.owner}"
  trigger "webhook" {
    path = "/shops/%[1]d/orders/{region}"
    mode = "sync"
    auth "basic" {
      username = "shop"
      password = secret.password
    }
    variable "order_id" { type = string }
    variable "email" {
      type   = string
      format = "email"
    }
    variable "total" {
      type = number
      min  = 0
    }
    variable "items" { type = list(object({ sku = string, qty = number })) }
  }
  action "transform" "sum" {
    jq = "{ count: (.items | length), total: ([.items[] | .qty * .price] | add) }"
  }
  action "http" "stock" {
    connection = connection.http.stock
    url        = "/items/${webhook.items[0].sku}"
    when       = webhook.total > 100 && action.sum.value.count > 0
    retry { attempts = 5 }
  }
  action "log" "note" {
    message = "Order ${webhook.order_id}: ${action.sum.value.count} items, ${webhook.total} EUR"
  }
  action "respond" "ok" {
    status = 201
    json = {
      order = webhook.order_id
      stock = try(action.stock.body.stock, null)
      skus  = join(", ", webhook.items[*].sku)
    }
  }
}
`

const usualConstants = `locals { owner = "Lampenladen" }
secret "password" { env = "SHOP_PASSWORD" }
connection "http" "stock" {
  base_url = "https://stock.example.com"
  bearer { token = secret.password }
}
`

// BenchmarkLoad500 loads 500 flows, each in a file of its own or ten to a file.
func BenchmarkLoad500(b *testing.B) {
	for _, files := range []int{500, 50} {
		b.Run(fmt.Sprintf("%d files", files), func(b *testing.B) {
			fsys := fstest.MapFS{"flows/constants.hcl": text(usualConstants)}
			for i := range files {
				var src strings.Builder
				for n := range 500 / files {
					fmt.Fprintf(&src, usualFlow, i*500/files+n)
				}
				fsys[fmt.Sprintf("flows/%d.hcl", i)] = text(src.String())
			}
			o := options(fsys, "flows")
			o.Unset = load.RequireSet
			b.ReportAllocs()
			for b.Loop() {
				c, diags := load.Files(o)
				if len(diags) > 0 || len(c.Flows) != 500 {
					b.Fatalf("%d flows, findings: %v", len(c.Flows), diags)
				}
			}
		})
	}
}
