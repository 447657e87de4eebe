# Twilio signs the URL to which it sends, so public_url of the gateway block must be
# that URL without its path. The answer is TwiML, the XML of Twilio.

secret "twilio_auth_token" {
  file = "demo-token.txt" # for the tour; yours: env = "TWILIO_AUTH_TOKEN"
}

flow "twilio_sms" {
  label       = "Text messages of Twilio"
  description = "Answers a text message with the opening hours, or with help."

  trigger "webhook" {
    path          = "/twilio/sms"
    mode          = "sync"
    content_types = ["form"]

    auth "twilio" {
      secret = secret.twilio_auth_token
    }

    variable "from" {
      type    = string
      from    = webhook.body.From
      pattern = "^\\+[0-9]{6,15}$"
    }
    variable "text" {
      type = string
      from = webhook.body.Body
      max  = 1600
    }
  }

  action "respond" "twiml" {
    headers = { Content-Type = "text/xml; charset=utf-8" }
    body    = "<Response><Message>${lower(trimspace(webhook.text)) == "hours" ? "Mon-Fri 9-18, Sat 10-14" : "Send HOURS for our opening hours."}</Message></Response>"
  }
}
