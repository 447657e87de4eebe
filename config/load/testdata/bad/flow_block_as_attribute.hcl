flow "orders" {
  trigger = "webhook" # error: Block written as an attribute: without the equals sign
  action  = [] # error: Block written as an attribute: without the equals sign
  label { # error: Attribute written as a block: with an equals sign
  }
}
