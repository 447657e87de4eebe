flow "Shop orders" { # error: Not a name: Use label for a name
  trigger "webhook" { mode = "sync" }
}
flow "1st" { # error: Not a name: start with a letter
  trigger "webhook" { mode = "sync" }
}
flow "" { # error: Not a name: letters, digits
  trigger "webhook" { mode = "sync" }
}
flow { # error: Missing label: flow "NAME" { … }
  trigger "webhook" { mode = "sync" }
}
flow "a" "b" { # error: Too many labels: Remove "b"
  trigger "webhook" { mode = "sync" }
}
