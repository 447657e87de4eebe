secret "token" { env = "API_TOKEN" }
flow "orders" {
  trigger "webhook" {
    variable "count" { type = number }
    variable "note" {
      type     = string
      required = false
    }
    variable "anything" {}
    variable "lines" { type = list(object({ sku = string, qty = number })) }
    variable "customer" { type = object({ text = string, count = number }) }
  }
  action "flow" "values" {
    flow = "take"
    input = {
      text  = "x"
      count = 5
      flag  = null
      level = "high"
      tags  = [1, "two"]
      order = { id = run.id, lines = webhook.lines, more = true }
    }
  }
  action "flow" "not_known" {
    flow = "take"
    input = {
      text  = webhook.anything
      count = webhook.body.count
      flag  = try(webhook.anything.flag, null)
      level = webhook.count > 5 ? "high" : "low"
      order = { id = "order ${webhook.count}", lines = [for l in webhook.body.lines : l] }
    }
  }
  action "flow" "either" {
    flow = "take"
    input = {
      text  = webhook.count > 5 ? "many" : tostring(webhook.count)
      count = webhook.note == null ? null : length(webhook.note)
      tags  = webhook.count > 5 ? [webhook.count, "a"] : []
      order = webhook.count > 5 ? null : { id = "a", lines = [] }
    }
  }
  action "flow" "whole" {
    flow  = "take"
    input = webhook.customer
  }
  action "flow" "body" {
    flow  = "take"
    input = webhook.body
  }
  action "flow" "merged" {
    flow  = "take"
    input = merge(webhook.customer, { flag = true })
  }
  action "flow" "secret" {
    flow  = "take"
    input = { text = secret.token }
  }
  action "flow" "checked" {
    when  = webhook.note != null
    flow  = "take"
    input = { text = webhook.note }
  }
  action "flow" "by_tag" {
    flow  = "tagged"
    input = { email = webhook.body.email }
  }
  action "flow" "by_address" {
    flow  = "tagged"
    input = { email = "jane@example.com" }
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
    variable "order" {
      type     = object({ id = string, lines = list(object({ sku = string, qty = number, note = optional(string) })) })
      required = false
    }
  }
  action "log" "a" { message = input.text }
}
flow "tagged" {
  trigger "tag" { tag = "bought" }
  action "log" "a" { message = contact.email }
}
