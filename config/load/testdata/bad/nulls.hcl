flow "orders" {
  trigger "webhook" {
    mode = "sync"
    variable "name" {
      type     = string
      required = false
    }
    variable "vip" {
      type     = bool
      required = false
    }
    variable "qty" {
      type     = number
      required = false
    }
    variable "tags" {
      type     = list(string)
      required = false
    }
    variable "customer" {
      type     = object({ name = string, phone = optional(string) })
      required = false
    }
    variable "items" { type = list(object({ sku = string, note = optional(string) })) }
    variable "any" { required = false }
    variable "kind" { type = string }
    dedupe { key = "order ${webhook.name}" } # error: Value may be null: webhook.name is null where it is missing, because the variable is not required and has no default. A text can't contain null. Write coalesce(webhook.name, "…"), or give the variable a default or required = true.
    response {
      headers = { X-Name = upper(webhook.name) } # error: Value may be null: argument must not be null
    }
  }
  action "log" "vip" {
    when    = webhook.vip # error: Value may be null: A value is needed here. Write webhook.vip == true
    message = "a vip"
  }
  action "log" "no" {
    when    = null # error: Missing value: "when" is null. Write a value, or leave "when" out.
    message = "never"
  }
  action "log" "not" {
    when    = !webhook.vip # error: Value may be null: Write webhook.vip == true
    message = "no vip"
  }
}
flow "texts" {
  trigger "webhook" {
    mode = "sync"
    variable "name" {
      type     = string
      required = false
    }
    variable "nick" {
      type     = string
      required = false
    }
    variable "qty" {
      type     = number
      required = false
    }
    variable "paid" {
      type     = bool
      required = false
    }
    variable "tags" {
      type     = list(string)
      required = false
    }
    variable "customer" {
      type     = object({ name = string, phone = optional(string) })
      required = false
    }
    variable "items" { type = list(object({ sku = string, note = optional(string) })) }
    variable "any" { required = false }
    variable "kind" { type = string }
  }
  action "log" "length" { message = length(webhook.tags) } # error: Value may be null: coalesce(webhook.tags, [])
  action "log" "sum" { message = webhook.qty + 1 } # error: Value may be null: The operator needs a value. Write coalesce(webhook.qty, 0)
  action "log" "less" { message = webhook.qty < 5 } # error: Value may be null: webhook.qty is null
  action "log" "minus" { message = -webhook.qty } # error: Value may be null: webhook.qty is null
  action "log" "member" { message = webhook.customer.name } # error: Value may be null: Null has no members. Write webhook.customer != null ? … : …
  action "log" "member_of_any" { message = webhook.any.name } # error: Value may be null: webhook.any is null
  action "log" "index" { message = webhook.tags[0] } # error: Value may be null: Null has no members
  action "log" "condition" { message = webhook.paid ? "paid" : "due" } # error: Value may be null: A condition is true or false, not null
  action "log" "directive" { message = "%{ if webhook.paid }paid%{ endif }" } # error: Value may be null: A condition is true or false, not null
  action "log" "and" { message = webhook.paid && webhook.kind == "a" } # error: Value may be null: && and || join values
  action "log" "both" { message = "for ${coalesce(webhook.name, webhook.nick)}" } # error: Value may be null: All of webhook.name, webhook.nick may be null at once
  action "log" "wrong_guard" { message = webhook.name == null ? "for ${webhook.name}" : "" } # error: Value may be null: A text can't contain null
  action "log" "other_guard" { message = webhook.name != null ? "for ${webhook.nick}" : "" } # warning: Value may be null: webhook.nick is null
  action "log" "empty" { message = "for ${coalesce(webhook.name, "")}" } # error: Argument without effect: and fails if the other arguments are null or empty. Write a condition: value != null ? value : "".
  action "log" "useless" { message = "for ${coalesce(webhook.kind, "")}" } # error: Argument without effect: so it never returns this one
  action "log" "useless_first" { message = "for ${coalesce("", webhook.kind)}" } # warning: Argument without effect: Remove this argument
  action "log" "empty_alone" { message = coalesce(webhook.name) } # error: Value may be null: every argument is null or an empty text
  action "log" "elements" { message = join(",", [for i in webhook.items : upper(i.note)]) } # warning: Value may be null: webhook.items[*].note is null where it is missing, because its type is optional(…) without a default. Then this fails: Invalid value for "text" parameter: argument must not be null. Write coalesce(….note, "…"), or write a default in its type, optional(TYPE, DEFAULT).
  action "loop" "each" {
    for_each = webhook.tags # error: Value may be null: coalesce(webhook.tags, [])
    action "log" "in_loop" { message = "${each.value} of ${webhook.name}" } # warning: Value may be null: A text can't contain null
  }
  action "loop" "items" {
    for_each = coalesce(webhook.items, [])
    action "log" "note" { message = "note ${each.value.note}" } # warning: Value may be null: each.value.note is null where it is missing, because its type is optional(…) without a default. A text can't contain null.
    action "log" "unknown" { message = each.value.nota } # error: Unknown name: each.value has no "nota". Did you mean "note"?
    action "loop" "inside" {
      for_each = webhook.items[0].sku == each.value.sku ? webhook.items : []
      action "log" "inner" { message = upper(each.value.note) } # warning: Value may be null: each.value.note is null
    }
  }
  action "http" "send" {
    url = "https://api.example.com/${webhook.name}" # error: Value may be null: A text can't contain null
  }
  action "email" "mail" {
    connection = connection.smtp.shop
    to         = "shop@example.com"
    subject    = "order"
    text       = <<-END
      Hello,
      ${webhook.name} # error: Value may be null: A text can't contain null
      ${webhook.nick} # error: Value may be null: A text can't contain null
    END
  }
  action "delay" "wait" { for = webhook.name } # error: Value may be null: A value is needed here
  action "exec" "run" { command = ["echo", webhook.name] } # error: Value may be null: An element of this list is null then
  action "http" "lookup" {
    when = webhook.kind == "a"
    url  = "https://api.example.com"
  }
  action "http" "tried" {
    url      = "https://api.example.com"
    on_error = "continue"
  }
  action "log" "skipped" { message = action.lookup.status } # error: Value may be null: action.lookup is null if the action was skipped, because it has a condition (when). Null has no members. Write when = action.lookup != null in this action, or try(action.lookup.…, "…").
  action "log" "failed" { message = action.tried.status } # error: Value may be null: action.tried is null if the action failed, because it has on_error = "continue"
  action "branch" "way" {
    case "b" {
      when = webhook.kind == "b"
      action "log" "in_case" { message = action.lookup.status } # warning: Value may be null: skipped
    }
    case "named" {
      when = webhook.name == null
      action "log" "in_wrong_case" { message = "for ${webhook.name}" } # warning: Value may be null: A text can't contain null
    }
  }
  on_error {
    action "log" "sorry" { message = "failed for ${webhook.name}" } # warning: Value may be null: A text can't contain null
  }
}
connection "smtp" "shop" {
  host = "smtp.example.com"
  from = "shop@example.com"
}
