flow "orders" {
  trigger "webhook" { mode = "sync" }
  action "respond" "a" {
    when   = webhook.body.a
    status = 600 # error: Wrong status: from 200 to 599
  }
  action "respond" "b" {
    when = webhook.body.b
    json = {}
    body = "x" # error: Two bodies: either "json" or "body"
  }
  on_error {
    action "respond" "c" {
      status = 200 # error: Success for a failed run: from 300 to 599
    }
  }
}
