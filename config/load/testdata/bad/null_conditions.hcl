# Conditions on other values do not keep away the runs in which a value is null.
flow "expressions" {
  trigger "webhook" {
    variable "o" {
      type     = string
      required = false
    }
    variable "n" {
      type     = number
      required = false
    }
    variable "vip" {
      type     = bool
      required = false
    }
    variable "city" {
      type     = string
      required = false
    }
    variable "kind" { type = string }
    variable "items" { type = list(object({ sku = string, note = optional(string) })) }
  }
  action "log" "and" {
    when    = webhook.o == "a" && webhook.n > 3 # warning: Value may be null: webhook.n is null where it is missing, because the variable is not required and has no default. The operator needs a value. Write coalesce(webhook.n, 0)
    message = "n is ${webhook.n}"
  }
  action "log" "or" {
    when    = webhook.kind == "a" || webhook.n > 3 # warning: Value may be null: The operator needs a value
    message = "n is ${webhook.n}" # warning: Value may be null: A text can't contain null
  }
  action "log" "alone" {
    when    = webhook.kind == "a" && webhook.vip # warning: Value may be null: && and || join values that are true or false. Write webhook.vip == true
    message = "a vip"
  }
  action "log" "chosen" { message = webhook.o == "a" ? webhook.n + 1 : 0 } # warning: Value may be null: webhook.n is null
  action "log" "otherwise" { message = webhook.o == "a" ? 0 : webhook.n + 1 } # warning: Value may be null: webhook.n is null
  action "log" "nested" { message = webhook.o == "a" ? (webhook.kind == "b" ? webhook.n + 1 : 1) : 0 } # warning: Value may be null: webhook.n is null
  action "log" "opposite" { message = webhook.kind == "a" && webhook.n != null ? 0 : webhook.n + 1 } # error: Value may be null: webhook.n is null
  action "log" "argument" { message = webhook.o == "a" ? upper(webhook.city) : "" } # warning: Value may be null: argument must not be null
  action "log" "directive" { message = "x%{ if webhook.o == "a" } ${webhook.city}%{ endif }" } # warning: Value may be null: A text can't contain null
  action "log" "elements" { message = [for i in webhook.items : upper(i.note) if i.sku == webhook.kind] } # warning: Value may be null: webhook.items[*].note is null
  action "log" "in_element" { message = [for i in webhook.items : i.sku == "a" ? upper(i.note) : ""] } # warning: Value may be null: webhook.items[*].note is null
  action "delay" "wait" { for = webhook.o == "a" ? webhook.city : "1s" } # warning: Value may be null: A value is needed here
  action "log" "when" {
    when    = webhook.o == "a"
    message = "n is ${webhook.n}" # warning: Value may be null: A text can't contain null
  }
  action "log" "left" {
    when    = webhook.o == "a" && webhook.n != null
    message = webhook.n + 1
  }
  action "stop" "early" {
    when    = webhook.o == "a" && webhook.n == null
    message = "n is needed"
  }
  action "log" "after" { message = "n is ${webhook.n}" } # warning: Value may be null: A text can't contain null
}
flow "outputs" {
  trigger "webhook" {
    variable "kind" { type = string }
    variable "other" { type = string }
  }
  action "http" "lookup" {
    when = webhook.kind == "a" && webhook.other == "b"
    url  = "https://api.example.com"
  }
  action "log" "half" { message = webhook.kind == "a" ? action.lookup.status : 0 } # warning: Value may be null: action.lookup is null if the action was skipped
  action "log" "whole" { message = webhook.kind == "a" ? (webhook.other == "b" ? action.lookup.status : 0) : 0 }
}
