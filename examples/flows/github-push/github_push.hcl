# GitHub signs each delivery with the secret of the webhook. A delivery whose
# signature does not match its bytes gets 401 and reaches no action.

secret "github_webhook" {
  file = "demo-secret.txt" # for the tour; yours: env = "GITHUB_WEBHOOK_SECRET"
}

flow "github_push" {
  label       = "GitHub pushes"
  description = "Answers a push with a list of its changes, and any other event with 202."

  trigger "webhook" {
    path = "/github/push"
    mode = "sync"

    auth "github" {
      secret = secret.github_webhook
    }

    variable "event" {
      type = string
      from = webhook.headers["X-GitHub-Event"]
    }
    variable "ref" {
      type     = string
      required = false
    }
    variable "repository" {
      type = object
    }
    variable "commits" {
      type    = array
      default = []
    }
  }

  action "branch" "kind" {
    case "push" {
      when = webhook.event == "push"

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

    default {
      action "respond" "ignored" {
        status = 202
        json   = { ignored = webhook.event }
      }
    }
  }
}
