# Values that may be null, each used where null does not fail or where a condition
# keeps it away.
connection "smtp" "shop" {
  host = "smtp.example.com"
  from = "shop@example.com"
}
flow "expressions" {
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
    variable "paid" {
      type     = bool
      required = false
    }
    variable "qty" {
      type     = number
      required = false
    }
    variable "with_default" {
      type     = string
      required = false
      default  = "none"
    }
    variable "default_alone" {
      type    = string
      default = "none"
    }
    variable "tags" {
      type     = list(string)
      required = false
    }
    variable "customer" {
      type     = object({ name = string, phone = optional(string), city = optional(string, "Berlin") })
      required = false
    }
    variable "items" { type = list(object({ sku = string, note = optional(string), qty = optional(number, 1) })) }
    variable "names" { type = list(string) }
    variable "kind" { type = string }
    dedupe { key = webhook.name }
    response {
      headers = { X-Name = webhook.name }
      json    = { name = webhook.name, customer = webhook.customer, qty = webhook.qty }
    }
  }
  action "log" "texts" {
    message = webhook.name
    fields = {
      condition = webhook.name != null ? "for ${webhook.name}" : "for nobody"
      reversed  = webhook.name == null ? "for nobody" : "for ${webhook.name}"
      negated   = !(webhook.name == null) ? upper(webhook.name) : null
      both      = webhook.name != null && webhook.nick != null ? "${webhook.name} ${webhook.nick}" : null
      and       = webhook.qty != null && webhook.qty > 5
      or        = webhook.qty == null || webhook.qty > 5
      length    = webhook.tags != null && length(webhook.tags) > 0
      coalesce  = "for ${coalesce(webhook.name, webhook.nick, "nobody")}"
      try       = "for ${try(webhook.customer.city, "unknown")}"
      tried     = try("for ${webhook.customer.phone}", "for nobody")
      can       = can(upper(webhook.name)) ? 1 : 2
      equal     = webhook.paid == true
      different = webhook.qty != 5
      compared  = webhook.name == webhook.nick
      wrapped   = "${webhook.name}"
      directive = "%{ if webhook.name != null }for ${webhook.name}%{ endif }"
      json      = jsonencode(webhook.customer)
      jq        = jq("ascii_downcase? // 1", webhook.name)
      defaults  = "${webhook.with_default} ${webhook.default_alone}"
      member    = webhook.customer == null ? "" : "${webhook.customer.name} ${webhook.customer.city}"
      splat     = webhook.items[*].note
      elements  = [for i in webhook.items : i.note == null ? "-" : upper(i.note)]
      filtered  = [for i in webhook.items : upper(i.note) if i.note != null]
      quantity  = sum(concat([0], webhook.items[*].qty))
      second    = try(upper(webhook.items[1].note), "")
      listed    = contains(["a", "b"], webhook.name)
      related   = webhook.kind == "named" && webhook.name != null ? "for ${webhook.name}" : ""
      greater   = webhook.qty != null && webhook.kind == "a" && webhook.qty > 5
      either    = webhook.qty == null || webhook.kind == "a" || webhook.qty > 5
      inner     = webhook.kind == "a" ? webhook.qty == null ? 0 : webhook.qty + 1 : 0
      same      = webhook.name == "a" ? upper(webhook.name) : ""
      known     = webhook.name == webhook.kind ? upper(webhook.name) : ""
      in_list   = contains(webhook.names, webhook.name) ? upper(webhook.name) : ""
      caught    = try(webhook.kind == "a" ? webhook.qty + 1 : 0, 0)
      caught_in = webhook.kind == "a" ? try(webhook.qty + 1, 0) : 0
      filtered2 = [for i in webhook.items : upper(i.note) if i.sku == "a" && i.note != null]
      chosen    = [for i in webhook.items : i.note == i.sku ? upper(i.note) : ""]
      maybe     = coalesce(webhook.tags, [])
    }
  }
  action "log" "when" {
    when    = webhook.name != null
    message = "for ${webhook.name}"
  }
  action "log" "when_both" {
    when    = webhook.kind == "a" && webhook.name != null
    message = "for ${webhook.name}"
    fields  = { n = length(webhook.name) }
  }
  action "log" "equal_to_a_value" {
    when    = webhook.name == "jane"
    message = "for ${webhook.name}"
  }
  action "branch" "ways" {
    case "none" {
      when = webhook.name == null && webhook.nick == null
      action "log" "none" { message = "nobody" }
    }
    case "nick" {
      when = webhook.name == null
      action "log" "nick" { message = "for ${coalesce(webhook.name, webhook.nick)}" }
    }
    default {
      action "log" "named" { message = "for ${webhook.name}" }
    }
  }
  action "loop" "tags" {
    when     = webhook.tags != null
    for_each = webhook.tags
    action "log" "tag" { message = "${each.value} of ${length(webhook.tags)}" }
  }
  action "loop" "items" {
    for_each = webhook.items
    action "log" "item" {
      message = "${each.value.sku} ${coalesce(each.value.note, "-")} ${each.value.qty} ${each.index}"
      fields  = { note = each.value.note }
    }
    action "log" "noted" {
      when    = each.value.note != null
      message = "note ${each.value.note}"
    }
  }
  action "loop" "computed" {
    for_each = [for i in webhook.items : i if i.note != null]
    action "log" "with_note" { message = "note ${each.value.note} ${each.value.other}" }
  }
  action "http" "lookup" {
    when = webhook.kind == "a" && webhook.qty != null
    url  = "https://api.example.com/items/${webhook.qty}"
  }
  action "http" "tried" {
    url      = "https://api.example.com"
    on_error = "continue"
  }
  action "log" "outputs" {
    message = "outputs"
    fields = {
      lookup = try(action.lookup.status, null)
      tried  = action.tried == null ? 0 : action.tried.status
      whole  = action.lookup
    }
  }
  action "log" "same_condition" {
    when   = webhook.qty != null && webhook.kind == "a"
    message = action.lookup.status
  }
  action "log" "in_expression" {
    message = webhook.qty != null && webhook.kind == "a" ? action.lookup.status : 0
  }
  action "log" "in_both" {
    when    = webhook.kind == "a"
    message = webhook.qty != null ? action.lookup.status : 0
  }
  action "log" "of_its_output" {
    when   = action.lookup != null && action.lookup.status == 200
    message = action.lookup.body
  }
}
flow "left_early" {
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
    variable "city" {
      type     = string
      required = false
    }
  }
  action "respond" "nameless" {
    when   = webhook.name == null
    status = 422
    json   = { error = "a name is needed" }
  }
  action "log" "name" { message = "for ${webhook.name}" }
  action "branch" "nick" {
    case "missing" {
      when = webhook.nick == null
      action "stop" "missing" { message = "a nick is needed" }
    }
  }
  action "log" "with_nick" { message = "for ${webhook.nick}" }
  action "branch" "city" {
    case "given" {
      when = webhook.city != null
      action "log" "given" { message = "from ${webhook.city}" }
    }
    default {
      action "respond" "missing_city" { status = 422 }
    }
  }
  action "respond" "ok" { json = { from = "from ${webhook.city}" } }
}
flow "called" {
  trigger "flow" {
    variable "email" { type = string }
    variable "name" {
      type     = string
      required = false
    }
  }
  action "log" "a" { message = "for ${coalesce(input.name, input.email)}" }
}
