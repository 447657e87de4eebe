secret "a" { env = "API_TOKEN" }
secret "a" { env = "SHOP_PASSWORD" } # error: Secret named twice: at secrets.hcl line 1
secret "b" {} # error: Missing source of the secret: exactly one of "env" and "file"
secret "c" { # error: Missing source of the secret: exactly one of "env" and "file"
  env  = "API_TOKEN"
  file = "token.txt"
}
secret "d" { value = "0123456789" } # error: Unknown attribute: Allowed: env, file
secret { env = "API_TOKEN" } # error: Missing label: secret "NAME" { … }
secret "e" "f" { env = "API_TOKEN" } # error: Too many labels: Remove "f"
secret "shop password" { env = "API_TOKEN" } # error: Not a name: can't be read as secret.NAME
secret "g" { env = 5 } # error: Not the name of a variable: letters, digits
