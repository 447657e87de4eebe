# Written on another system: a byte order mark and CR LF.
flow "windows" {
  label = "ein Fenster"
  trigger "webhook" {
    mode = "sync"
    response {
      body = <<EOT
line
EOT
    }
  }
}
