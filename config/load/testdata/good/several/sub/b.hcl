locals { host = "api.example.com" }
connection "http" "b" { base_url = local.base }
flow "b" {
  trigger "webhook" {
    mode = "sync"
    response { body = file("../text.txt") }
  }
}
