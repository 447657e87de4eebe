package auth

import (
	"github.com/webhook-gateway/gateway/config/schema"
)

// opsPresets are senders of operations and development.
func opsPresets() []preset { //nolint:funlen // a table
	return []preset{
		{
			name: "grafana",
			doc: "Checks the signature of [the webhook notifier of Grafana Alerting](https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/), version 12 or newer. " +
				"Set *Timestamp Header* of the contact point and `timestamp_header` to the same name, so that an old notification can't be sent again.",
			secret:     "The *Secret* under *HMAC Signature* in the contact point.",
			timeOption: true,
			schemes:    one(bodyHMAC("X-Grafana-Alerting-Signature", "", hexName)),
			examples: []schema.Example{
				{Title: "Notifications signed with the secret", HCL: "secret = secret.grafana"},
				{Title: "Notifications that expire", HCL: "secret           = secret.grafana\ntimestamp_header = \"X-Grafana-Timestamp\"\ntolerance        = \"2m\""},
			},
		},
		{
			name:    "jira",
			doc:     "Checks the signature of [the webhooks of Jira Cloud](https://developer.atlassian.com/cloud/jira/platform/webhooks/#secure-admin-webhooks) that an administrator sets up.",
			secret:  "The *Secret* in the settings of the webhook under *System*, *WebHooks*.",
			schemes: one(bodyHMAC("X-Hub-Signature", "sha256=", hexName)),
		},
		{
			name: "gitea",
			doc: "Checks the signature of [Gitea's webhooks](https://docs.gitea.com/usage/webhooks). " +
				"Their content type must be `application/json`: for a form, Gitea signs the JSON in its field and not the body.",
			secret:  "The *Secret* in the settings of the webhook.",
			schemes: one(bodyHMAC("X-Gitea-Signature", "", hexName)),
		},
		{
			name: "forgejo",
			doc: "Checks the signature of [Forgejo's webhooks](https://forgejo.org/docs/latest/user/webhooks/), in `X-Forgejo-Signature` or in `X-Gitea-Signature`. " +
				"Their content type must be `application/json`: for a form, Forgejo signs the JSON in its field and not the body.",
			secret:  "The *Secret* in the settings of the webhook.",
			schemes: anyOf(bodyHMAC("X-Forgejo-Signature", "", hexName), bodyHMAC("X-Gitea-Signature", "", hexName)),
		},
		{
			name:    "sentry",
			doc:     "Checks the signature of [the webhooks of a Sentry integration](https://docs.sentry.io/integrations/integration-platform/webhooks/).",
			secret:  "The *Client Secret* under *Credentials* of the internal or public integration.",
			schemes: one(bodyHMAC("Sentry-Hook-Signature", "", hexName)),
		},
		{
			name:    "pagerduty",
			doc:     "Checks the signature of [PagerDuty's webhooks](https://developer.pagerduty.com/docs/verifying-webhook-signatures), version 3. Of several `v1` signatures one must match.",
			secret:  "The secret that PagerDuty shows once, when the webhook subscription is created.",
			schemes: one(bodyHMAC("X-PagerDuty-Signature", "v1=", hexName).listed(",")),
		},
		{
			name:    "terraform",
			doc:     "Checks the signature of [the notifications of HCP Terraform](https://developer.hashicorp.com/terraform/cloud-docs/api-docs/notification-configurations#notification-authenticity) and Terraform Enterprise, an HMAC with SHA-512.",
			secret:  "The *Token* of the notification in the settings of the workspace.",
			schemes: one(bodyHMAC("X-TFE-Notification-Signature", "", hexName).signing(sha512Name)),
		},
		{
			name:    "circleci",
			doc:     "Checks the signature of [CircleCI's outbound webhooks](https://circleci.com/docs/guides/integration/outbound-webhooks/#validate-webhooks). Of several `v1` signatures one must match.",
			secret:  "The *Secret token* in the settings of the webhook.",
			schemes: one(bodyHMAC("Circleci-Signature", "v1=", hexName).listed(",")),
		},
		{
			name:    "alertmanager",
			doc:     "Checks the token that [a webhook receiver of Alertmanager](https://prometheus.io/docs/alerting/latest/configuration/#webhook_config) sends as `Authorization: Bearer …`.",
			secret:  "The `credentials` under `http_config`, `authorization` of the receiver.",
			schemes: one(token("Authorization", "Bearer ")),
		},
		{
			name:    "vercel",
			doc:     "Checks the signature of [Vercel's webhooks](https://vercel.com/docs/webhooks/webhooks-api#securing-webhooks), an HMAC with SHA-1.",
			secret:  "The secret that Vercel shows once, when the webhook is created. For webhooks of an integration, its *Client Secret*.",
			schemes: one(bodyHMAC("X-Vercel-Signature", "", hexName).signing(sha1Name)),
		},
		{
			name:    "heroku",
			doc:     "Checks the signature of [Heroku's app webhooks](https://devcenter.heroku.com/articles/app-webhooks#securing-webhook-requests).",
			secret:  "The secret that Heroku shows when the webhook is added, or the one given with `--secret`.",
			schemes: one(bodyHMAC("Heroku-Webhook-Hmac-SHA256", "", base64Name)),
		},
	}
}
