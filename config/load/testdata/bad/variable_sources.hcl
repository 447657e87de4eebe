flow "orders" {
  trigger "webhook" {
    mode = "sync"
    path = "/orders/{region}"
    variable "a" { from = webhook.header["X-Id"] } # error: Unknown name: Did you mean "headers"?
    variable "b" { from = "webhook.body.b" } # error: Wrong source: a plain place in the request
    variable "c" { from = upper(webhook.body.c) } # error: Wrong source: use an action
    variable "d" { from = webhook.path.regoin } # error: Unknown name: Did you mean "region"?
    variable "e" { from = webhook.headers } # error: Wrong source: more than one value
    variable "f" { from = body.f } # error: Unknown name: Did you mean webhook.body?
    variable "g" {
      type = array # error: Wrong type: A header value is one text
      from = webhook.headers["X-List"]
    }
  }
}
