flow "archive" {
  trigger "webhook" {
    mode = "sync"
    response { status = 202 }
  }
  action "file" "a" { # error: Missing attribute: "content_base64"
    path = "a.txt"
  }
  action "file" "b" {
    path    = "../b.txt" # error: Wrong path: leads out of the folder
    content = webhook.raw
  }
  action "file" "c" {
    path           = webhook.body.path
    content        = "c"
    content_base64 = "Yw==" # error: Two contents: in "content"
  }
  action "file" "d" {
    path    = "d.txt"
    content = "d"
    mode    = "add" # error: Wrong value for "mode": "write", "append"
  }
}
