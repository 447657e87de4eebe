locals {
  a = env("SHOP NAME=") # error: Invalid function argument: cannot be the name
  b = env(SHOP_NAME) # error: Unknown name: put it in quotes: "SHOP_NAME"
  c = env("A", "b", "c") # error: Invalid function argument: only a default
  d = file("missing.txt") # error: Invalid function argument: there is no file "missing.txt"
  e = file("encoding_latin1.hcl") # error: Invalid function argument: filebase64 reads any bytes
  f = file("..") # error: Invalid function argument: not a regular file
  g = getenv("SHOP_NAME") # error: Unknown function: env("NAME", "default")
}
