flow "orders" {
  trigger "webhook" { mode = "sync" }
  action "transform" "sum" {
    # error@+1: Text without an end: a line that holds JQ and nothing else
    jq = <<-JQ
      [.items[].price] | add
  }
}
