flow "origins" {
  trigger "webhook" {
    cors {
      origins = [
        "https://shop.example.com",
        "app://localhost",
        "shop.example.com",           # error: Wrong origin: Write scheme and host
        "https://shop.example.com/",  # error: Wrong origin: Write "https://shop.example.com"
        "https://*.example.com",      # error: Wrong origin: no wildcard
        "https://b.example.com:443",  # error: Wrong origin: Write "https://b.example.com"
        "https://B.example.com",      # error: Wrong origin: in lower case
        "https://büro.example.com",   # error: Wrong origin: xn-- form
        "null",                       # error: Wrong origin: Any page can send
      ]
      headers = ["X Y"] # error: Wrong header: not allowed in names
      max_age = "25h"   # error: Wrong value: from 0s to 24h
    }
  }
}
flow "wildcards" {
  trigger "webhook" {
    cors {
      origins     = ["*"] # error: Wildcard with credentials: List the origins
      headers     = ["*"] # error: Wildcard with credentials: List the headers
      credentials = true
    }
  }
}
flow "beside" {
  trigger "webhook" {
    cors { origins = ["*", "https://shop.example.com"] } # error: Wildcard beside others: Remove the others
  }
}
flow "none" {
  trigger "webhook" {
    cors { origins = [] } # error: No origin: Name at least one
  }
}
flow "missing" {
  trigger "webhook" {
    cors {} # error: Missing attribute: "origins" is required
  }
}
flow "method" {
  trigger "webhook" {
    cors { # error: Method not accepted: cors allows PUT
      origins = ["*"]
      methods = ["POST", "PUT"]
    }
  }
}
