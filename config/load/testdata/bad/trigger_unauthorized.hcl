secret "token" { env = "API_TOKEN" }
flow "a" {
  trigger "webhook" {
    mode = "sync"
    auth "bearer" { token = secret.token }
    unauthorized {
      status = 200 # error: Wrong status: from 400 to 499
    }
    response {}
  }
}
flow "b" {
  trigger "webhook" {
    mode = "sync"
    unauthorized { status = 404 } # error: No auth block: each caller is accepted
    response {}
  }
}
flow "c" {
  trigger "webhook" {
    mode = "sync"
    auth "all" { # error: Too few checks: needs two or more
      auth "bearer" { token = secret.token }
    }
    response {}
  }
}
