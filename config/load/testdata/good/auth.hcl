secret "password" { env = "SHOP_PASSWORD" }
secret "token" { env = "API_TOKEN" }
secret "from_a_file" { file = "../files/secret.txt" }

locals {
  header = "Bearer ${secret.token}" # sensitive, as what it reads is
}

flow "basic" {
  trigger "webhook" {
    mode = "sync"
    auth "basic" {
      username = "shop"
      password = secret.password
      realm    = "Orders"
    }
    auth "bearer" {
      token = [secret.token, secret.from_a_file]
    }
    auth "header" {
      name  = "X-Api-Key"
      value = local.header
    }
    auth "query" {
      name  = "key"
      value = base64encode(secret.token)
    }
    response {}
  }
}

flow "signed" {
  trigger "webhook" {
    mode = "sync"
    auth "hmac" {
      secret           = secret.token
      header           = "X-Signature"
      algorithm        = "sha512"
      encoding         = "base64"
      prefix           = "v0="
      payload          = "v0:${webhook.headers["X-Timestamp"]}:${webhook.raw}"
      timestamp_header = "X-Timestamp"
      tolerance        = "3m"
    }
    auth "github" { secret = secret.token }
    response {}
  }
}
