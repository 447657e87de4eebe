# GitLab sends either the secret token itself, or, with a signing token, a
# signature. auth "gitlab" tells them apart by the beginning of the value, so the
# flow stays as it is when the webhook changes to a signing token.

secret "gitlab_token" {
  file = "demo-token.txt" # for the tour; yours: env = "GITLAB_TOKEN"
}

flow "gitlab_merge_request" {
  label       = "Merge requests of GitLab"
  description = "Answers with a line for each merge request that is opened or merged."

  trigger "webhook" {
    path = "/gitlab/events"
    mode = "sync"
    when = webhook.headers["X-Gitlab-Event"] == "Merge Request Hook"

    auth "gitlab" {
      secret = secret.gitlab_token
    }

    variable "user" {
      type = object({ name = string })
    }
    variable "project" {
      type = object({ path_with_namespace = string })
    }
    variable "object_attributes" {
      type = object({ iid = number, title = string, action = string, source_branch = string, target_branch = string })
    }
  }

  action "branch" "action" {
    case "of_interest" {
      when = contains(["open", "merge"], webhook.object_attributes.action)

      action "respond" "line" {
        json = {
          message = "${webhook.user.name}: ${webhook.object_attributes.action} ${webhook.project.path_with_namespace}!${webhook.object_attributes.iid} ${webhook.object_attributes.title}"
          from    = webhook.object_attributes.source_branch
          to      = webhook.object_attributes.target_branch
        }
      }
    }
    default {
      action "respond" "nothing" {
        json = { message = null }
      }
    }
  }
}
