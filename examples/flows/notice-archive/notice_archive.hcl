# Every notice of a payment is kept as it came: one line of JSON for each, in a
# file for each day. The line is on the disk before the provider gets its 200, so
# what it no longer repeats is what you have.
#
# Files are written only where whoever starts the gateway allows it:
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

    # It becomes a part of the file's name, so it is held to what a name may be.
    variable "provider" {
      type    = string
      from    = webhook.path.provider
      pattern = "^[a-z0-9-]{1,32}$"
    }
  }

  # A path begins at the allowed folder and can't lead out of it, whatever the
  # values are. jsonencode writes no line breaks, so a notice is one line, and a
  # notice that comes twice can be told by its id.
  action "file" "line" {
    path    = "notices/${webhook.provider}-${substr(webhook.received_at, 0, 10)}.jsonl"
    mode    = "append"
    content = "${jsonencode({ run = run.id, received_at = webhook.received_at, notice_id = webhook.notice_id, notice = webhook.body })}\n"
  }

  action "respond" "kept" {
    json = { kept = webhook.notice_id }
  }

  # The provider sends the notice again when it gets no 2xx.
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
