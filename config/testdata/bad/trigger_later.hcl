flow "a" {
  trigger "schedule" { cron = "0 7 * * *" } # error: Not yet available: let a cron job send a request
  action "log" "b" { message = schedule.time }
}
flow "c" {
  trigger "tag" { tag = "bought" } # error: Not yet available: durable store
  action "log" "d" { message = contact.email }
}
flow "e" {
  trigger "link" { path = "/offer" } # error: Not yet available: contacts
}
