secret "password" { env = "SHOP_PASSWORD" }
connection "smtp" "a" {
  host     = "smtp.example.com:587" # error: Wrong host: without a port
  username = "shop"                 # error: Half a login: belong together
}
connection "smtp" "b" {
  host     = "smtp.example.com"
  tls      = "none" # error: Password in the open: starttls
  username = "shop"
  password = secret.password
}
connection "smtp" "c" {
  host = "smtp.example.com"
  tls  = "ssl" # error: Wrong value for "tls": starttls
}
connection "smtp" "d" {
  host = "smtp.example.com"
  port = 0      # error: Wrong port: from 1 to 65535
  from = "shop" # error: Wrong sender: not an e-mail address
}
flow "orders" {
  trigger "webhook" {
    mode = "sync"
    response { status = 202 }
  }
  action "email" "a" { # error: Missing attribute: There are 4 mail servers
    to      = "jane@example.com"
    subject = "s"
    text    = "t"
  }
}
