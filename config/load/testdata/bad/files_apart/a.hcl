locals { first = local.second } # error: Locals in a cycle: first → second → first
secret "token" { env = "API_TOKEN" }
connection "http" "stock" { base_url = "https://api.example.com" }
gateway { listen = ":8080" }
flow "orders" {
  trigger "webhook" {
    mode = "sync"
    path = "/orders/{id}"
    response { status = 202 }
  }
}
