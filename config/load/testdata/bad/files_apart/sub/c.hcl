flow "again" {
  trigger "webhook" {
    mode = "sync"
    path = "/orders/{number}" # error: Path used twice: at files_apart/a.hcl line 8 # warning: Path shadows another: at files_apart/b.hcl line 8
    response { status = 202 }
  }
}
locals {
  second = 2 # error: Local named twice: at files_apart/b.hcl line 1
  text   = file("../a.txt")
  here   = file("a.txt") # error: Invalid function argument: there is no file "a.txt"
}
