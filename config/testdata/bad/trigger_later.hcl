flow "c" {
  trigger "tag" { tag = "bought" } # error: Not yet available: durable store
  action "log" "d" { message = contact.email }
}
flow "e" {
  trigger "link" { path = "/offer" } # error: Not yet available: contacts
}
