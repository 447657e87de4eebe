# Every kind of action, and every modifier.
secret "token" { env = "API_TOKEN" }
secret "url" { env = "API_URL" }

connection "http" "stock" {
  base_url = "https://stock.example.com/v2"
  headers  = { X-Client = "gateway" }
  bearer { token = secret.token }
}
connection "http" "crm" {
  base_url = secret.url
  basic {
    username = "shop"
    password = secret.token
  }
}
connection "http" "keyed" {
  base_url = "https://keyed.example.com"
  header {
    name  = "X-Key"
    value = secret.token
  }
  tls { server_name = "other.example.com" }
}

flow "orders" {
  trigger "webhook" {
    mode = "sync"
    variable "items" { type = array }
    variable "total" { type = number }
    variable "note" {
      type     = string
      required = false
    }
  }

  action "transform" "sum" {
    jq = "{ count: (.items | length), total: ([.items[] | .qty * .price] | add) }"
  }
  action "transform" "cheap" {
    input = webhook.items
    jq    = <<-JQ
      # Items that cost less than the mean.
      (map(.price) | add / length) as $mean
      | map(select(.price < $mean and $webhook.total > 0))
      | { skus: map(.sku), run: $run.id, flow: $flow.name, first: $action.sum.value.count }
    JQ
  }
  action "http" "stock" {
    connection   = connection.http.stock
    url          = "/items/${webhook.items[0].sku}"
    method       = "GET"
    headers      = { "X-Run" = run.id, X-Attempt = run.attempt }
    query        = { sku = webhook.items[*].sku, all = true }
    success      = "200-299,404"
    max_response = "64KiB"
    redirects    = 0
    when         = webhook.total > 0 && webhook.note != "skip"
    timeout      = "10s"
    on_error     = "continue"
    sensitive    = true
    retry {
      attempts = 5
      initial  = "500ms"
      max      = "1m"
      factor   = 1.5
      on       = ["timeout", "connect"]
    }
  }
  action "http" "crm" {
    connection = connection.http.crm
    json = {
      email   = webhook.body.email
      count   = action.sum.value.count
      missing = try(webhook.body.gone, null)
      lines   = [for i in webhook.items : "${i.qty} x ${i.sku}" if i.qty > 0]
      by_sku  = { for i in webhook.items : i.sku => i.qty... }
      stock   = action.stock == null ? null : action.stock.body.stock
    }
  }
  action "http" "form" {
    url  = "https://forms.example.com"
    form = { a = webhook.body.a, b = [1, 2] }
  }
  action "http" "text" {
    url          = "https://text.example.com"
    text         = "total ${webhook.total}"
    content_type = "text/csv"
  }
  action "http" "raw" {
    url  = "https://raw.example.com/${urlencode(webhook.body.name)}"
    body = webhook.raw
  }
  action "http" "bytes" {
    url         = secret.url
    body_base64 = base64encode(webhook.raw)
  }
  action "log" "note" {
    level   = "warn"
    message = <<EOT
%{if webhook.note != null~}
Note: ${webhook.note}
%{else~}
No note.
%{endif~}
%{for name, text in action.crm.headers~}
${name}: ${text}
%{endfor~}
EOT
    fields  = { "run.id" = run.id, flow = flow.label }
  }
  action "branch" "size" {
    case "large" {
      when = webhook.total >= 1000
      action "stop" "review" {
        status  = "failed"
        message = "order ${run.id} is for a person"
        output  = { total = webhook.total }
      }
    }
    case "none" {
      when = length(webhook.items) == 0
      action "respond" "nothing" {
        status  = 422
        headers = { Retry-After = "3600" }
        body    = "no items"
      }
    }
    default {
      action "log" "usual" {
        message = jq("map(.sku) | join(\", \")", webhook.items)
        level   = "debug"
      }
    }
  }
  action "respond" "done" {
    status = 201
    json   = { case = action.size.case, cheap = action.cheap.values }
  }

  on_error {
    action "log" "failed" {
      level   = "error"
      message = "${error.action}: ${error.message} (${error.class}), ${try(action.usual, "") == null ? "other" : "usual"}"
    }
    action "respond" "sorry" {
      status = 502
      json   = { error = error.class, count = action.sum.value.count }
    }
  }
}
