locals { shop = "Lampenladen" }

flow "orders" {
  label = "Shop orders"

  trigger "webhook" {
    path = "/orders/{region}"

    variable "total" {
      typ = number
    }
  }

  action "http" "slack" {
    url  = secret.slack_url
    json = { text = "Order ${webhok.order_id}: ${webhook.total} EUR" }
  }

  action "branch" "stock" {
    case "enough" {
      when = true
    }
    case "enough" {
      when = false
      # never reached
    }
  }
}
