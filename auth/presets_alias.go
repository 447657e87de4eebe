package auth

// aliasPresets are senders that use a common scheme, listed so that each is found by its name.
func aliasPresets() []preset {
	return []preset{
		{
			name:    "telegram",
			doc:     "Checks the token that [Telegram's Bot API](https://core.telegram.org/bots/api#setwebhook) sends in `X-Telegram-Bot-Api-Secret-Token`.",
			secret:  "The `secret_token` of the call of setWebhook.",
			schemes: one(token("X-Telegram-Bot-Api-Secret-Token", "")),
		},
		{
			name:    "okta",
			doc:     "Checks the header `Authorization` of [Okta's event hooks](https://developer.okta.com/docs/concepts/event-hooks/).",
			secret:  "The *Authentication secret* of the event hook, whose *Authentication field* must be `Authorization`.",
			schemes: one(token("Authorization", "")),
		},
		{
			name:    "auth0",
			doc:     "Checks the header `Authorization` of [Auth0's custom log streams](https://auth0.com/docs/customize/log-streams/custom-log-streams).",
			secret:  "The whole *Authorization Token* of the log stream.",
			schemes: one(token("Authorization", "")),
		},
		{
			name:    "msteams",
			doc:     "Checks the signature of [outgoing webhooks of Microsoft Teams](https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-outgoing-webhook), in `Authorization: HMAC …`.",
			secret:  "The *Security token* that Teams shows once, when the outgoing webhook is created.",
			schemes: one(withKeyIn(base64Name, bodyHMAC("Authorization", "HMAC ", base64Name))),
		},
		{
			name:    "polar",
			doc:     "Checks the signature of [Polar's webhooks](https://polar.sh/docs/integrate/webhooks/endpoints), which is that of Standard Webhooks.",
			secret:  "The *Secret* of the endpoint under *Settings*, *Webhooks*, as it is, also with the prefix `whsec_`. The format of the endpoint must be *Raw*.",
			schemes: one(withKeyIn(textName, standardWebhooks("Webhook"))),
		},
		{
			name:    "clerk",
			doc:     "Checks the signature of [Clerk's webhooks](https://clerk.com/docs/guides/development/webhooks/syncing), which Svix sends.",
			secret:  "The *Signing Secret* of the endpoint on the page *Webhooks* of the dashboard.",
			schemes: anyOf(standardWebhooks("Svix"), standardWebhooks("Webhook")),
		},
		{
			name:    "resend",
			doc:     "Checks the signature of [Resend's webhooks](https://resend.com/docs/webhooks/verify-webhooks-requests), which Svix sends.",
			secret:  "The *Signing Secret* on the page of the webhook.",
			schemes: anyOf(standardWebhooks("Svix"), standardWebhooks("Webhook")),
		},
		{
			name:    "openai",
			doc:     "Checks the signature of [OpenAI's webhooks](https://platform.openai.com/docs/guides/webhooks#verifying-webhook-signatures), which is that of Standard Webhooks.",
			secret:  "The signing secret that is shown once, when the endpoint is created under *Settings*, *Project*, *Webhooks*.",
			schemes: one(standardWebhooks("Webhook")),
		},
	}
}
