flow "orders" { label = "Orders" # error: Block on one line: the block must end on the same line
  trigger "webhook" { mode = "sync" }
}
