# A signed delivery of GitHub, and what is not one.

test "a push is answered with its branch, its authors and its files" {
  flow = "github_push"
  request {
    headers = { X-GitHub-Event = "push" }
    json    = file("samples/push.json")
  }
  expect {
    status = 200
    json = {
      repository = "lampenladen/shop"
      branch     = "main"
      commits    = 2
      authors    = ["Ali Demir", "Jane Müller"]
      files      = ["shop/old_price.go", "shop/price.go", "shop/tax.go"]
      message    = "2 commits to main by Ali Demir, Jane Müller"
    }
    run     = "succeeded"
    actions = ["changes", "summary"]
  }
}

test "a push without commits, such as of a tag" {
  flow = "github_push"
  request {
    headers = { X-GitHub-Event = "push" }
    json    = { ref = "v1.0", repository = { full_name = "lampenladen/shop" }, commits = [], forced = false }
  }
  expect {
    json = {
      repository = "lampenladen/shop"
      branch     = "v1.0"
      commits    = 0
      authors    = []
      files      = []
      message    = "0 commits to v1.0 by "
    }
  }
}

test "each author and each file stands once" {
  flow = "github_push"
  request {
    headers = { X-GitHub-Event = "push" }
    json = {
      ref        = "refs/heads/main"
      repository = { full_name = "lampenladen/shop" }
      commits = [
        { author = { name = "Jane" }, added = ["a.go"], modified = [], removed = [] },
        { author = { name = "Jane" }, added = [], modified = ["a.go"], removed = ["b.go"] },
      ]
    }
  }
  expect {
    json = {
      repository = "lampenladen/shop"
      branch     = "main"
      commits    = 2
      authors    = ["Jane"]
      files      = ["a.go", "b.go"]
      message    = "2 commits to main by Jane"
    }
  }
}

test "the ping of a new webhook is answered and ignored" {
  flow = "github_push"
  request {
    headers = { X-GitHub-Event = "ping" }
    json    = { zen = "Keep it logically awesome." }
  }
  expect {
    status = 200
    run    = "ignored"
    runs   = 0
  }
}

test "a delivery with another signature is refused" {
  flow = "github_push"
  request "unsigned" {
    signed  = false
    headers = { X-GitHub-Event = "push" }
    json    = file("samples/push.json")
    expect { status = 401 }
  }
  request "signed for another body" {
    headers = {
      X-GitHub-Event      = "push"
      X-Hub-Signature-256 = "sha256=${hmac("sha256", "another secret", file("samples/push.json"))}"
    }
    json = file("samples/push.json")
    expect { status = 401 }
  }
  expect { runs = 0 }
}

test "a signed body that is no push" {
  flow = "github_push"
  request "nothing" {
    headers = { X-GitHub-Event = "push" }
    json    = {}
    expect { status = 422 }
  }
  request "wrong types" {
    headers = { X-GitHub-Event = "push" }
    json    = { ref = 1, repository = "shop", commits = {} }
    expect { status = 422 }
  }
  assert { condition = responses["nothing"].body.errors[*].pointer == ["/ref", "/repository"] }
  assert { condition = responses["wrong types"].body.errors[*].expected == ["string", "object", "array"] }
}
