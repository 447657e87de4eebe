flow "orders" {
  trigger "webhook" { mode = "sync" }
  action "transform" "sum" {
    jq = <<"JQ" # error: Wrong heredoc: a bare word
      [.items[].price] | add
    JQ
  }
}
