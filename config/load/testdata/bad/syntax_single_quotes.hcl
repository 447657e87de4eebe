flow 'orders' { # error: Wrong quotes: plain double quotes, not in '
  trigger "webhook" {
    path = '/orders' # error: Wrong quotes: plain double quotes
    mode = "sync"
  }
}
