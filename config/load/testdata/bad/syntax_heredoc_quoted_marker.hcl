flow "orders" {
  trigger "webhook" { mode = "sync" }
  action "transform" "sum" {
    jq = <<"JQ" # error: Wrong beginning of a text: a bare word
      [.items[].price] | add
    JQ
  }
}
