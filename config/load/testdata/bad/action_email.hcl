connection "smtp" "mail" { host = "smtp.example.com" }
flow "orders" {
  trigger "webhook" {
    mode = "sync"
    response { status = 202 }
  }
  action "email" "a" { # error: Missing attribute: "from" is required, here or in the connection
    to      = webhook.body.email
    subject = "s"
    text    = "t"
  }
  action "email" "b" { # error: Missing attribute: as "html" or as both
    from    = "shop@example.com"
    to      = "jane" # error: Wrong address: "jane" is not an e-mail address
    subject = "a\nb" # error: Wrong subject: line break
  }
  action "email" "c" { # error: Missing attribute: "to" is required
    from    = "shop@example.com"
    subject = "s"
    html    = "<p>${webhook.body.text}</p>"
    headers = { Bcc = "jane@example.com" } # error: Wrong header: use "bcc"
  }
  action "email" "d" {
    connection = "mail" # error: Not a connection: connection.smtp.NAME
    to         = "jane@example.com"
    subject    = "s"
    text       = "t"
  }
  action "email" "e" {
    from    = "shop@example.com"
    to      = "jane@example.com"
    subject = "s"
    text    = "t"
    attachment "terms.pdf" { content_base64 = "fi-e" } # error: Wrong content: not base64
    attachment "a b" { # error: Wrong name of a picture: letters
      content = "x"
      inline  = true
    }
    attachment "none" { # error: Missing attribute: "content_base64"
    }
  }
}
