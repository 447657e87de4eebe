flow "orders" {
  trigger "webhook" {
    mode          = "sync"
    pth           = "/orders" # error: Unknown attribute: Did you mean "path"?
    method        = "POST" # error: Unknown attribute: Did you mean "methods"?
    methods       = "POST" # error: Wrong type: Put it in brackets
    content_types = ["json", 5, ["form"]] # error: Wrong type: element 2
    rotate        = "two" # error: Wrong type: Write a number in digits
    strict        = 1 # error: Wrong type: Write true or false
    timeout       = 30 # error: Wrong value for "timeout": a duration such as "30s"
    allow_ips     = "192.0.2.0/24" # error: Wrong type: Put it in brackets
    response      = { status = 202 } # error: Block written as an attribute: Write response { … }
    retries { # error: Unknown block: There is no block "retries" here
    }
    path { # error: Attribute written as a block: Write path = …
    }
  }
}
