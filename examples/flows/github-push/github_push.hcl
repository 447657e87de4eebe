# GitHub signs each delivery with the secret of the webhook. A delivery whose
# signature does not match its bytes gets 401 and reaches no action. GitHub sends
# a ping when a webhook is created, and other events if it is set up so: they are
# answered with 200 and start no run.

secret "github_webhook" {
  file = "demo-secret.txt" # for the tour; yours: env = "GITHUB_WEBHOOK_SECRET"
}

flow "github_push" {
  label       = "GitHub pushes"
  description = "Answers a push with a list of its changes, and ignores other events."

  trigger "webhook" {
    path = "/github/push"
    mode = "sync"
    when = webhook.headers["X-GitHub-Event"] == "push"

    auth "github" {
      secret = secret.github_webhook
    }

    variable "ref" {
      type = string
    }
    variable "repository" {
      type = object
    }
    variable "commits" {
      type    = array
      default = []
    }
  }

  action "transform" "changes" {
    jq = <<-JQ
      {
        branch: ($webhook.ref | ltrimstr("refs/heads/")),
        authors: ([.commits[].author.name] | unique),
        files: ([.commits[] | .added[], .modified[], .removed[]] | unique),
        forced: .forced
      }
    JQ
  }

  action "respond" "summary" {
    json = {
      repository = webhook.repository.full_name
      branch     = action.changes.value.branch
      commits    = length(webhook.commits)
      authors    = action.changes.value.authors
      files      = action.changes.value.files
      message    = "${length(webhook.commits)} commits to ${action.changes.value.branch} by ${join(", ", action.changes.value.authors)}"
    }
  }
}
