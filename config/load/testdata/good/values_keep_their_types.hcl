# Results of conditions and of functions that pick may have different types.
locals {
  sizes   = [1, "XL", true]
  chosen  = length(local.sizes) > 2 ? 5 : "none"
  divided = 10 / length(local.sizes)
}

flow "types" {
  trigger "webhook" {
    mode = "sync"
    variable "qty" {
      type     = number
      required = false
    }
    variable "tags" { type = list(string) }
    response {
      json = {
        qty    = webhook.qty != null ? webhook.qty : "n/a"
        shape  = webhook.qty == 5 ? { a = 1, b = "x" } : { c = [true] }
        first  = coalesce(webhook.qty, "unknown")
        tags   = distinct(concat(webhook.tags, local.sizes))
        merged = merge({ a = webhook.qty }, { a = webhook.tags })
        chunks = chunklist(concat(webhook.tags, [1, 2]), 2)
        found  = setintersection(webhook.tags, local.sizes)
        looked = lookup({ a = webhook.qty }, "b", webhook.tags)
        share  = coalesce(webhook.qty, 0) == 0 ? "all" : 100 / webhook.qty
      }
    }
  }
}
