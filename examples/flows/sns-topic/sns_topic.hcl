# Amazon SNS signs each message with the keys of all its customers, so topic_arn says
# which topics are ours. SNS first sends a SubscriptionConfirmation: challenge "sns"
# confirms it with a request to sns.REGION.amazonaws.com, through egress of the
# gateway block. The same host has the certificate of the signature.
#
# A message comes as text/plain, and the message of the publisher is a text in it.

flow "sns_topic" {
  label       = "Orders of a topic"
  description = "Takes orders that a shop publishes to a topic of Amazon SNS."

  trigger "webhook" {
    path          = "/aws/orders"
    content_types = ["text"]

    auth "sns" {
      topic_arn = "arn:aws:sns:eu-central-1:123456789012:orders" # yours
      tolerance = "1h"                                           # SNS tries again for about an hour
    }
    challenge "sns" {}

    variable "message_id" {
      type = string
      from = jsondecode(webhook.raw).MessageId
    }
    variable "order_id" {
      type = string
      from = jsondecode(jsondecode(webhook.raw).Message).order_id
    }
    variable "total" {
      type = number
      from = jsondecode(jsondecode(webhook.raw).Message).total
      min  = 0
    }
    dedupe {
      key = webhook.message_id
      ttl = "1d"
    }
  }

  action "log" "order" {
    message = "order ${webhook.order_id} of the topic"
    fields  = { total = webhook.total }
  }
}
