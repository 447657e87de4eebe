# Stores each payment notice unchanged: one line of JSON per notice, one file per
# provider and day. The line is on disk before the provider gets the 200, so a
# notice that the provider does not send again is stored.
#
# Flows write files only below a folder that the command line allows:
#
#   NOTICE_ARCHIVE=on gateway run --allow-path archive examples/flows

secret "notice_token" {
  file = "demo-token.txt" # for the tour; yours: env = "NOTICE_TOKEN"
}

flow "notice_archive" {
  label       = "Archive of payment notices"
  description = "Appends each notice of a payment provider to a file."
  enabled     = env("NOTICE_ARCHIVE", "off") == "on" # yours: leave it out

  trigger "webhook" {
    path = "/payments/{provider}/notices"
    mode = "sync"

    auth "bearer" {
      token = secret.notice_token
    }

    variable "notice_id" {
      type    = string
      pattern = "^[A-Za-z0-9_-]{1,64}$"
    }

    # The provider is a part of the file name, so only safe characters are valid.
    variable "provider" {
      type    = string
      from    = webhook.path.provider
      pattern = "^[a-z0-9-]{1,32}$"
    }
  }

  # The path starts at the allowed folder, and no value can lead out of it.
  # jsonencode writes no line breaks, so a notice is one line. The id shows
  # notices that arrived twice.
  action "file" "line" {
    path    = "notices/${webhook.provider}-${substr(webhook.received_at, 0, 10)}.jsonl"
    mode    = "append"
    content = "${jsonencode({ run = run.id, received_at = webhook.received_at, notice_id = webhook.notice_id, notice = webhook.body })}\n"
  }

  action "respond" "kept" {
    json = { kept = webhook.notice_id }
  }

  # The provider sends the notice again if it gets no 2xx.
  on_error {
    action "log" "not_kept" {
      level   = "error"
      message = "notice ${webhook.notice_id} was not kept: ${error.message}"
    }
    action "respond" "again" {
      status = 503
      json   = { kept = null }
    }
  }
}
