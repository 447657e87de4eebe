flow "orders { # error: Unclosed text: no closing quote on this line
  trigger "webhook" { mode = "sync" }
}
