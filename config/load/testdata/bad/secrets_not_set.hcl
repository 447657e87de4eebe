# options: require-set
secret "a" { env = "NOT_SET" } # error: Secret not set: the variable NOT_SET
secret "b" { file = "missing.txt" } # error: Secret not set: the file missing.txt, which can't be read
secret "c" { file = "empty.txt" } # error: Secret not set: which is empty
secret "s" { file = "short.txt" } # error: Secret too short: whose value is shorter than 8 bytes
locals {
  d = env("NOT_SET") # error: Invalid function argument: is not set; set it, or give a default
  e = secret.a
}
flow "f" {
  trigger "webhook" {
    path = "/f"
    mode = "sync"
    auth "bearer" { token = secret.a }
    response { status = 202 }
  }
}
