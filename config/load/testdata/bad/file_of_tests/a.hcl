test "x" {} # error: Unknown block: .test.hcl
flow "a" {
  trigger "webhook" {
    mode = "sync"
    response { status = 202 }
  }
}
