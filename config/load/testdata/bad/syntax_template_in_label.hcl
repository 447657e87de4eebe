locals { shop = "lamps" }
flow "orders-${local.shop}" { # error: Invalid string literal: Template sequences are not allowed
  trigger "webhook" { mode = "sync" }
}
