# Meta sends the messages of WhatsApp, Instagram and Messenger to a webhook. Before
# that it asks with GET whether the endpoint knows the verify token of the app: the
# challenge answers that without a run. Each delivery is signed with the app secret.

secret "meta_app" {
  file = "demo-secret.txt" # for the tour; yours: env = "META_APP_SECRET"
}

secret "meta_verify_token" {
  file = "demo-verify-token.txt" # for the tour; yours: env = "META_VERIFY_TOKEN"
}

flow "meta_messages" {
  label       = "Messages of WhatsApp"
  description = "Lists the texts of received messages."

  trigger "webhook" {
    path     = "/meta/messages"
    mode     = "sync"
    max_body = "3MiB" # Meta groups messages into one request

    auth "meta" {
      secret = secret.meta_app
    }
    challenge "meta" {
      verify_token = secret.meta_verify_token
    }

    variable "object" {
      type = string
      enum = ["whatsapp_business_account"]
    }
    variable "entry" {
      type = list(object)
      min  = 1
    }
  }

  action "transform" "texts" {
    jq = "[.entry[].changes[].value.messages[]? | select(.type == \"text\") | {from, text: .text.body}]"
  }

  action "respond" "received" {
    json = { received = action.texts.value }
  }
}
