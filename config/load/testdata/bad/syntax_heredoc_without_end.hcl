flow "orders" {
  trigger "webhook" { mode = "sync" }
  action "transform" "sum" {
    # error@+1: Unclosed text: a line that has only JQ
    jq = <<-JQ
      [.items[].price] | add
  }
}
