locals { base = "https://${local.host}" }
flow "a" {
  trigger "webhook" {
    mode = "sync"
    response { body = file("text.txt") }
  }
  action "http" "b" { connection = connection.http.b }
}
