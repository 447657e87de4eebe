flow "a" {
  trigger "webhook" {
    path = "/a"
    mode = "sync"
    response {
      status = 99 # error: Wrong status: from 200 to 599
    }
  }
}
flow "b" {
  trigger "webhook" {
    path = "/b"
    mode = "sync"
    response {
      json = { ok = true }
      body = "ok" # error: Two bodies: either "json" or "body"
    }
  }
}
flow "c" {
  trigger "webhook" {
    path = "/c"
    mode = "sync"
    response {
      status  = 204 # error: Answer without a body: leave the body out
      body    = "none"
      headers = { "X Shop" = "a", "Content-Length" = 5 } # error: Wrong header: written by the gateway # error: Wrong header: not allowed in names
    }
    response {} # error: Block given twice: Only one block "response"
  }
}
flow "d" {
  trigger "webhook" {
    path = "/d"
    mode = "sync"
    response {
      json = { email = webhook.email } # error: Unknown name: webhook has no "email"
    }
  }
}
