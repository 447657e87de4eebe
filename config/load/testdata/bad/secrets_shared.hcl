secret "x" { env = "A" }
secret "zoom" { env = "A" }
secret "other" { env = "A" }

# The trigger with the challenge refuses what the challenge may have signed.
flow "posts" {
  trigger "webhook" {
    path = "/posts"
    challenge "twitter" { secret = secret.x }
    auth "hmac" {
      secret   = secret.x
      header   = "X-Twitter-Webhooks-Signature"
      encoding = "base64"
      prefix   = "sha256="
    }
  }
}

flow "meetings" {
  trigger "webhook" {
    path = "/meetings"
    challenge "zoom" { secret = secret.zoom }
    auth "zoom" { secret = secret.zoom }
    auth "hmac" { # warning: Secret signs for strangers: Challenge "zoom" of flow "meetings" signs short texts with secret.zoom
      secret = secret.zoom
      header = "X-Signature"
    }
  }
}

flow "copies" {
  trigger "webhook" {
    path = "/copies"
    auth "hmac" { # warning: Secret signs for strangers: Challenge "twitter" of flow "posts" signs short texts with secret.x
      secret = [secret.other, secret.x]
      header = "X-Signature"
    }
    auth "github" { # warning: Secret signs for strangers: Challenge "twitter" of flow "posts" signs short texts with secret.x
      secret = secret.x
    }
    auth "hmac" {
      secret = secret.other
      header = "X-Signature"
    }
    auth "hmac" { # another algorithm
      secret    = secret.x
      header    = "X-Signature"
      algorithm = "sha512"
    }
    auth "slack" { # the time is signed before the body
      secret = secret.x
    }
    auth "hmac" { # no text of the challenge has a colon
      secret           = secret.x
      header           = "X-Signature"
      timestamp_header = "X-Time"
      payload          = "${timestamp}:${webhook.raw}"
    }
  }
}
