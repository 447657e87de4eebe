flow "orders" {
  trigger "webhook" {
    variable "count" { type = number }
    variable "note" {
      type     = string
      required = false
    }
    variable "lines" { type = list(object({ sku = string, qty = string })) }
    variable "customer" { type = object({ email = string, age = number }) }
  }
  action "flow" "literal" {
    flow = "take"
    input = {
      text  = 5 # error: Wrong input: Flow "take" refuses input.text: This must be a string. It is a number: write tostring(…)
      count = "5" # error: Wrong input: It is a string: write tonumber(…)
      flag  = "true" # error: Wrong input: refuses input.flag: This must be a boolean.
      level = "hihg" # error: Wrong input: refuses input.level: This must be one of "low", "high".
    }
  }
  action "flow" "typed" {
    flow = "take"
    input = {
      text  = webhook.count # error: Wrong input: refuses input.text: This must be a string.
      count = length(webhook.lines) > 5 # error: Wrong input: refuses input.count: This must be a number. It is of type boolean.
      level = "${webhook.count}" # error: Wrong input: refuses input.level: This must be a string.
      tags  = webhook.note # error: Wrong input: refuses input.tags: This must be an array. It is of type string.
    }
  }
  action "flow" "null" {
    flow = "take"
    input = {
      text  = null # error: Wrong input: refuses input.text: A value is required here.
      count = 1
    }
  }
  action "flow" "may_be_null" {
    flow  = "take"
    input = { text = webhook.note } # error: Value may be null: webhook.note is null where it is missing
  }
  action "flow" "nested" {
    flow = "take"
    input = {
      text = "x"
      order = {
        id    = webhook.count # error: Wrong input: refuses input.order.id: This must be a string.
        lines = [{ sku = "a", qty = 1 }, { sku = "b", qty = "2" }] # error: Wrong input: refuses input.order.lines.1.qty: This must be a number.
      }
    }
  }
  action "flow" "missing_inside" {
    flow = "take"
    input = {
      text  = "x"
      order = { id = run.id } # error: Wrong input: refuses input.order.lines: A value is required here.
      pair  = ["a", webhook.note, "c"] # error: Wrong input: refuses input.pair: This must have exactly 2 elements.
      sizes = { small = webhook.note } # error: Wrong input: refuses input.sizes.small: This must be a number.
    }
  }
  action "flow" "no_object" {
    flow  = "take"
    input = [webhook.count] # error: Wrong input: refuses input: This must be an object. It is of type array.
  }
  action "flow" "typed_object" {
    flow  = "take_customer"
    input = webhook.customer # error: Missing input: needs "name" # error: Unknown input: no variable "age" # error: Wrong input: refuses input.email: This must be a number.
  }
  action "flow" "by_tag" {
    flow  = "tagged"
    input = { email = 5 } # error: Wrong input: refuses input.email: This must be a string.
  }
  action "flow" "no_address" {
    flow  = "tagged"
    input = { email = "jane" } # error: Wrong input: refuses input.email: This must be an e-mail address.
  }
}
flow "take" {
  trigger "flow" {
    variable "text" { type = string }
    variable "count" {
      type    = number
      default = 1
    }
    variable "flag" {
      type     = bool
      required = false
    }
    variable "level" {
      type    = string
      enum    = ["low", "high"]
      default = "low"
    }
    variable "tags" {
      type     = array
      required = false
    }
    variable "pair" {
      type     = tuple([string, string])
      required = false
    }
    variable "sizes" {
      type     = map(number)
      required = false
    }
    variable "order" {
      type     = object({ id = string, lines = list(object({ sku = string, qty = number, note = optional(string) })) })
      required = false
    }
  }
  action "log" "a" { message = input.text }
}
flow "take_customer" {
  trigger "flow" {
    variable "email" { type = number }
    variable "name" { type = string }
  }
  action "log" "a" { message = input.name }
}
flow "tagged" {
  trigger "tag" { tag = "bought" }
  action "log" "a" { message = contact.email }
}
