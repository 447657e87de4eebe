flow "orders" { label = "Orders" # error: Block on one line: ends on that line as well
  trigger "webhook" { mode = "sync" }
}
