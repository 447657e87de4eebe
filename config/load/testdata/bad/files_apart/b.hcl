locals { second = local.first }
secret "token" { env = "SHOP_PASSWORD" } # error: Secret named twice: at files_apart/a.hcl line 2
connection "http" "stock" { base_url = "https://api.example.com" } # error: Connection named twice: at files_apart/a.hcl line 3
gateway { listen = ":9090" } # error: Block given twice: The first one is at files_apart/a.hcl line 4
flow "new" {
  trigger "webhook" {
    mode = "sync"
    path = "/orders/new" # warning: Path shadows another: The other path is at files_apart/a.hcl line 8
    response { status = 202 }
  }
}
flow "orders" { # error: Flow named twice: at files_apart/a.hcl line 5
  trigger "webhook" {
    mode = "sync"
    path = "/returns"
    response { status = 202 }
  }
}
