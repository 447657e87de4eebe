locals {
  offer = link_url("offer", "jane@example.com") # error: Error in function call: a link is made in a run; call link_url in the action that needs it
}
flow "offer" {
  trigger "link" {
    path     = "/offer"
    redirect = "https://shop.example.com"
  }
  action "log" "a" {
    message = link_url("offer", "jane@example.com")
    level   = link_url("offer", "jane@example.com") # error: Error in function call: a link is made in a run
  }
}
