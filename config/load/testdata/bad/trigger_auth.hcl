secret "token" { env = "API_TOKEN" }
flow "orders" {
  trigger "webhook" {
    mode = "sync"
    auth "basik" { # error: Unknown kind of auth: Did you mean "basic"?
    }
    auth { # error: Missing label: auth "basic" { … }
      token = secret.token
    }
    auth "basic" { # error: Missing attribute: "username" is required # error: Missing attribute: "password" is required
    }
    auth "bearer" {
      tokn = secret.token # error: Unknown attribute: Did you mean "token"? # error@-1: Missing attribute: "token" is required
    }
    auth "bearer" {
      token = { a = secret.token } # error: Wrong type: a string or a list of strings
    }
    auth "bearer" {
      token = [] # error: No secret: Give at least one
    }
    auth "hmac" {
      secret    = secret.token
      header    = "X-Signature"
      algorithm = "sha-256" # error: Wrong value for "algorithm": Did you mean "sha256"?
    }
    auth "hmac" {
      secret  = secret.token
      header  = "X-Signature"
      payload = webhook.body # error: Not part of what is signed: webhook.raw
    }
    auth "mtls" { # error: No client certificates: client_ca
      subjects = ["partner"] # error: Wrong subject: "CN=partner"
    }
    auth "mtls" { # error: No client certificates: client_ca
      subjects = [] # error: No subject: accepts no certificate
    }
    auth "jwt" { # error: Missing attribute: Give the keys with "secret", "public_key", "jwks" or "jwks_url"
    }
    auth "jwt" {
      jwks       = "{\"keys\": []}" # error: Wrong key set: no public key
      algorithms = ["HS256"] # error: Algorithm of another kind of key: everybody could sign
    }
  }
}
