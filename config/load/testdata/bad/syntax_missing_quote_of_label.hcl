flow "orders { # error: Text without an end: no closing quote on this line
  trigger "webhook" { mode = "sync" }
}
