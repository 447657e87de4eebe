# What is known at load, in any order.
locals {
  greeting = "Hello from ${local.shop}"
  shop     = env("SHOP_NAME", "Shop")
  text     = file("../files/texts/hello.txt")
  bytes    = filebase64("../files/texts/hello.txt")
  number   = 3 + 4 * 2 - 1 % 5
  yes      = !(1 > 2) && 2 >= 2 || false
  list     = ["a", local.shop, 5, null]
  object   = { "a b" = 1, c-d = 2, (local.shop) = 3, 4 = true }
  nested   = local.object["a b"]
  names    = [for name, value in local.object : upper(name) if value != null]
  picked   = local.list[0]
  joined   = join(", ", ["x", "y"])
  escaped  = "$${not.a.reference} %%{nor.this} \"quoted\" \\ \u00e4 \t"
  chosen   = local.yes ? "yes" : "no"
  sum      = jq("add", [1, 2, 3])
  plain    = <<EOT
  kept as it stands: ${local.shop}
EOT
  flush    = <<-EOT
    without
      the common
    indentation
  EOT
}

gateway {
  listen     = "127.0.0.1:8080"
  public_url = "https://hooks.example.com"
  admin { listen = "[::1]:8081" }
  tls {
    cert = "/tls/tls.crt"
    key  = "/tls/tls.key"
  }
  limits {
    body       = "2MiB"
    headers    = "64KiB"
    json_depth = 32
    runs       = 100
  }
  egress { allow = ["10.1.0.0/16", "warehouse.internal", "*.internal:8443", "127.0.0.1:9000", "[::1]:9000", "fd00::/8"] }
}

flow "constants" {
  label = local.greeting
  trigger "webhook" {
    path = "/${lower(local.shop)}/constants"
    mode = "sync"
    response { json = local }
  }
}
