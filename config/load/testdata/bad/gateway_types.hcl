gateway "main" { # error: Too many labels: Remove "main"
  lisen = ":8080" # error: Unknown attribute: Did you mean "listen"?
  port  = 8080 # error: Unknown attribute: Allowed: listen, proxy_protocol, public_url
  limits {
    body = 1048576 # error: Wrong value for "body": a size such as "10MiB"
    runs = "many" # error: Wrong type: Write a number in digits
  }
  egress { allow = "10.1.0.0/16" } # error: Wrong type: Put it in brackets
  admin = ":8081" # error: Block written as an attribute: Write admin { … }
}
