package load_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/hashicorp/hcl/v2"

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

// BenchmarkReload edits one of 5000 flows, each in a file of its own, a hundred to a
// folder. The files were read by a scan before.
func BenchmarkReload(b *testing.B) {
	const n = 5000
	dir := b.TempDir()
	name := func(i int) string { return fmt.Sprintf("group_%d/%d.hcl", i/100, i) }
	write := func(name, text string) {
		b.Helper()
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
			b.Fatal(err)
		}
	}
	write("constants.hcl", usualConstants)
	for i := range n {
		write(name(i), fmt.Sprintf(usualFlow, i))
	}
	o := options(nil, ".")
	o.FS, o.Unset = os.DirFS(dir), load.RequireSet
	l := load.NewLoader(o)
	c, _ := l.Load()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		write(name(0), fmt.Sprintf(usualFlow, n+i))
		known := map[string]load.Digest{}
		for _, source := range c.Read {
			known[source.Path] = source.Digest
		}
		known[name(0)] = load.DigestFile(o.FS, name(0))
		l.Trust(known)
		var diags hcl.Diagnostics
		if c, diags = l.Load(); len(diags) > 0 || len(c.Flows) != n || l.Compiled() != 1 {
			b.Fatalf("%d flows, %d of them compiled, findings: %v", len(c.Flows), l.Compiled(), diags)
		}
	}
}
