# Merge requests that are opened or merged get a line, and other events none.

locals {
  event  = { X-Gitlab-Event = "Merge Request Hook" }
  sample = jsondecode(file("samples/merge_request.json"))
}

test "an opened merge request gets a line" {
  flow = "gitlab_merge_request"
  request {
    headers = local.event
    json    = file("samples/merge_request.json")
  }
  expect {
    status = 200
    json = {
      message = "Jane Müller: open lampenladen/shop!16 Round prices"
      from    = "round-prices"
      to      = "main"
    }
    actions = ["line"]
  }
}

test "a merged one gets a line as well, and an update gets none" {
  flow = "gitlab_merge_request"
  request "merge" {
    headers = local.event
    json    = merge(local.sample, { object_attributes = merge(local.sample.object_attributes, { action = "merge" }) })
    expect { actions = ["line"] }
  }
  request "update" {
    headers = local.event
    json    = merge(local.sample, { object_attributes = merge(local.sample.object_attributes, { action = "update" }) })
    expect {
      status  = 200
      json    = { message = null }
      actions = ["nothing"]
    }
  }
}

test "other events are answered and ignored" {
  flow = "gitlab_merge_request"
  request {
    headers = { X-Gitlab-Event = "Push Hook" }
    json    = {}
  }
  expect {
    status = 200
    run    = "ignored"
  }
}

test "a caller without the token is refused" {
  flow = "gitlab_merge_request"
  request {
    signed  = false
    headers = merge(local.event, { X-Gitlab-Token = "guessed" })
    json    = file("samples/merge_request.json")
  }
  expect { status = 401 }
}

test "a body that is no merge request" {
  flow = "gitlab_merge_request"
  request "nothing" {
    headers = local.event
    json    = {}
    expect { status = 422 }
  }
  request "wrong types" {
    headers = local.event
    json = {
      user              = "jane"
      project           = { path_with_namespace = 7 }
      object_attributes = merge(local.sample.object_attributes, { iid = "sixteen" })
    }
    expect { status = 422 }
  }
  assert { condition = responses["nothing"].body.errors[*].pointer == ["/user", "/project", "/object_attributes"] }
  assert { condition = responses["wrong types"].body.errors[*].pointer == ["/user", "/project/path_with_namespace", "/object_attributes/iid"] }
}
