secret "word" { env = "WORD" }
secret "list" { env = "LIST" }
secret "url" { env = "API_URL" }
locals {
  a = tonumber(secret.word) # error: Invalid function argument: a decimal number
  b = [for part in split(",", secret.list) : part + 1] # error: Invalid operand: hidden # error: Invalid operand: hidden
  c = { for i in [1, 2] : secret.word => i } # error: Duplicate object key: hidden
  d = secret.word ? 1 : 2 # error: Not a condition: this is a text
  e = parseint(secret.word, 10) # error: Invalid function argument: is not shown
}
connection "http" "f" {
  base_url = secret.word # error: Wrong URL: must begin with
  header {
    name  = "X-Key"
    value = "${secret.word}\n" # error@-2: Wrong header: line break
  }
}
flow "g" {
  trigger "webhook" {
    mode = "sync"
    auth "bearer" { token = "${secret.word} " } # error: Wrong value for "token": white space
  }
  action "http" "h" {
    connection  = { for i in [1, 2] : secret.word => i } # error: Duplicate object key: hidden
    body_base64 = secret.word
  }
  action "http" "i" {
    url         = secret.word # error: Wrong URL: must begin with
    body_base64 = secret.word # error: Wrong body: hidden
    method      = secret.word # error: Wrong method: capital letters
  }
}
