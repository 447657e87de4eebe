flow "orders" {
  trigger = "webhook" # error: Block written as an attribute: without an equals sign
  action  = [] # error: Block written as an attribute: without an equals sign
  label { # error: Attribute written as a block: with an equals sign
  }
}
