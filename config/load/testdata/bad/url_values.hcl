flow "regions" {
  trigger "webhook" { path = "/regions" }
  action "http" "host" {
    url = "https://${webhook.body.region}.example.com/items" # error: Value in the host: the server that gets the request
  }
  action "http" "port" {
    url = "https://api.example.com:${webhook.body.port}/items" # error: Value in the host: the server that gets the request
  }
  action "http" "user" {
    url = "https://${webhook.body.user}@api.example.com/items" # error: Value in the host: the server that gets the request
  }
  action "http" "behind_the_host" {
    url = "https://api.example.com${webhook.body.path}" # error: Value in the host: the server that gets the request
  }
  action "http" "no_scheme" {
    url = "api.example.com/items/${webhook.body.sku}" # error: Wrong URL: must begin with
  }
  action "webhook" "receiver" {
    url = "https://${webhook.body.region}.example.com/__sku__" # error: Value in the host: the server that gets the request
    field "sku" {}
  }
  action "http" "fine" {
    url = "https://api.example.com/items/${webhook.body.sku}/${urlpath(webhook.body.path)}?q=${webhook.body.q}"
  }
}
flow "answers" {
  trigger "webhook" {
    path = "/answers"
    mode = "sync"
    response {
      status  = 303
      headers = { Content-Location = "https://shop.example.com:${webhook.body.port}/" } # error: Value in the host: the server that gets the request
    }
  }
  action "respond" "end" {
    status  = 303
    headers = { X-A = "https://${webhook.body.region}/", Location = "https://${webhook.body.region}.example.com/" } # error: Value in the host: the server that gets the request
    when    = webhook.body.region != "eu"
  }
}
