flow "orders" {
  trigger "webhook" {
    mode = "sync"
    response { status = 202 }
  }
  action "email" "a" { # error: No mail server: connection "smtp" "NAME"
    to      = "jane@example.com"
    subject = "s"
    text    = "t"
  }
}
