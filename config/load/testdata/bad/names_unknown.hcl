secret "token" { env = "API_TOKEN" }
locals { shop = "Lampenladen" }
connection "http" "stock" { base_url = "https://api.example.com" }
flow "orders" {
  trigger "webhook" {
    mode = "sync"
    variable "customer_email" { type = string }
  }
  action "log" "a" { message = webhok.body.order } # error: Unknown name: Did you mean "webhook"?
  action "log" "b" { message = "order ${webhook.bdy.order}" } # error: Unknown name: Did you mean "body"?
  action "log" "c" { message = webhook.customer_emial } # error: Unknown name: Did you mean "customer_email"?
  action "log" "d" { message = customer_email } # error: Unknown name: Did you mean webhook.customer_email?
  action "log" "e" { message = body.order } # error: Unknown name: Did you mean webhook.body?
  action "log" "f" { message = secret.tokn } # error: Unknown name: Did you mean "token"?
  action "log" "g" { message = local.shp } # error: Unknown name: Did you mean "shop"?
  action "log" "h" { message = shop } # error: Unknown name: Did you mean local.shop?
  action "log" "i" { message = var.shop } # error: Unknown name: Did you mean local?
  action "log" "j" { message = secret.other } # error: Unknown name: secret "NAME" { env = "VARIABLE" }
  action "log" "k" { message = run.idd } # error: Unknown name: Did you mean "id"?
  action "log" "l" { message = flow.title } # error: Unknown name: It has label, name
  action "log" "m" { message = "${request.body.order}" } # error: Unknown name: Did you mean webhook?
  action "log" "n" { message = contact.email } # error: Unknown name: trigger "link" or trigger "tag" only
  action "log" "o" { message = Lampenladen } # error: Unknown name: put it in quotes: "Lampenladen"
  action "log" "p" { message = None } # error: Unknown name: Write null
  action "log" "q" { message = env.API_TOKEN } # error: Unknown name: env is a function
  action "http" "r" {
    connection = connection.http.stok # error: Unknown name: Did you mean "stock"?
  }
  action "http" "s" {
    connection = connection.htp.stock # error: Unknown name: Did you mean "http"?
  }
  action "http" "t" {
    connection = stock # error: Unknown name: There is no "stock"
  }
}
