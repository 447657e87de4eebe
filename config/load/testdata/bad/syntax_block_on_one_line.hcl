flow "orders" { trigger "webhook" { mode = "sync" } } # error: Block on one line: Put "trigger" on a line of its own
