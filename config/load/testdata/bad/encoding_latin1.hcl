flow "orders" {
  label = "Bestellungen für heute" # error: Invalid character encoding: UTF-8
  trigger "webhook" { mode = "sync" }
}
