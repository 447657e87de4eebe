package main

import (
	"time"
)

// The receivers in which the documentation was read a second time.
const (
	nuxt = "Yizack/nuxt-webhook-validators, src/runtime/server/lib/validators/"
	sim  = "simstudioai/sim at 0b232eb8, apps/sim/lib/webhooks/providers/"
	td   = "triggerdotdev/trigger.dev at b082e443, internal-packages/webhook-sources/"

	tdNotes = td + "catalog/research-notes-wave2.md"
	verify  = "SlopMaster2/webhook-verify at f3dbf7c1, spec.md"

	forgejoSource = "jsoref/forgejo-forgejo at 3d7e1ce2, services/webhook/deliver.go, which signs"
)

// documentedSenders sign as their documentation says.
func documentedSenders() []sender {
	return append(bodySenders(), timedSenders()...)
}

func bodySenders() []sender {
	pagerLike := func(s sender) sender {
		s.list = ","
		return s
	}
	return []sender{
		overBody("shopify", "X-Shopify-Hmac-Sha256", "", base64Sum, "https://shopify.dev/docs/apps/build/webhooks/verify-deliveries", nuxt+"shopify.ts"),
		overBody("typeform", "Typeform-Signature", "sha256=", base64Sum, "https://www.typeform.com/developers/webhooks/secure-your-webhooks/", sim+"typeform.ts"),
		overBody("intercom", "X-Hub-Signature", "sha1=", hexSum1, "https://developers.intercom.com/docs/references/webhooks/webhook-models", sim+"intercom.ts"),
		overBody("woocommerce", "X-Wc-Webhook-Signature", "", base64Sum, "https://woocommerce.com/document/webhooks/", "woocommerce/woocommerce at 00e1bc4d, plugins/woocommerce/includes/class-wc-webhook.php"),
		overBody("bitbucket", "X-Hub-Signature", "sha256=", hexSum, "https://support.atlassian.com/bitbucket-cloud/docs/manage-webhooks/", nuxt+"bitbucket.ts"),
		overBody("grafana", "X-Grafana-Alerting-Signature", "", hexSum, "https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/", "grafana/alerting at fdde1a13, http/hmac.go"),
		overBody("jira", "X-Hub-Signature", "sha256=", hexSum, "https://developer.atlassian.com/cloud/jira/platform/webhooks/", sim+"jira.ts"),
		overBody("gitea", "X-Gitea-Signature", "", hexSum, "https://docs.gitea.com/usage/webhooks", "go-gitea/gitea at 05a2257a, services/webhook/deliver.go, which signs"),
		overBody("forgejo", "X-Forgejo-Signature", "", hexSum, "https://forgejo.org/docs/latest/user/webhooks/", forgejoSource),
		overBody("sentry", "Sentry-Hook-Signature", "", hexSum, "https://docs.sentry.io/integrations/integration-platform/webhooks/", sim+"sentry.ts"),
		overBody("terraform", "X-Tfe-Notification-Signature", "", hexSum512, "https://developer.hashicorp.com/terraform/cloud-docs/api-docs/notification-configurations", "superplanehq/superplane at 0a313ffd, pkg/integrations/terraform/webhook.go"),
		pagerLike(overBody("circleci", "Circleci-Signature", "v1=", hexSum, "https://circleci.com/docs/guides/integration/outbound-webhooks/", verify)),
		overBody("vercel", "X-Vercel-Signature", "", hexSum1, "https://vercel.com/docs/webhooks/webhooks-api", nuxt+"vercel.ts"),
		overBody("heroku", "Heroku-Webhook-Hmac-Sha256", "", base64Sum, "https://devcenter.heroku.com/articles/app-webhooks", nuxt+"heroku.ts"),
		overBody("meta", "X-Hub-Signature-256", "sha256=", hexSum, "https://developers.facebook.com/docs/graph-api/webhooks/getting-started", nuxt+"meta.ts"),
		overBody("whatsapp", "X-Hub-Signature-256", "sha256=", hexSum, "https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/create-webhook-endpoint", sim+"whatsapp.ts"),
		overBody("notion", "X-Notion-Signature", "sha256=", hexSum, "https://developers.notion.com/reference/webhooks", "makenotion/notion-sdk-js at 9060802, src/webhooks.ts"),
		overBody("docusign", "X-Docusign-Signature-1", "", base64Sum, "https://developers.docusign.com/platform/webhooks/connect/validate/", verify),
		overBody("xero", "X-Xero-Signature", "", base64Sum, "https://developer.xero.com/documentation/guides/webhooks/overview/", "XeroAPI/Xero-NetStandard-Webhooks-Receiver at bf2bd0d, Controllers/WebhooksController.cs"),
		overBody("lemonsqueezy", "X-Signature", "", hexSum, "https://docs.lemonsqueezy.com/help/webhooks/signing-requests", verify),
		overBody("dropbox", "X-Dropbox-Signature", "", hexSum, "https://www.dropbox.com/developers/reference/webhooks", nuxt+"dropbox.ts"),
		overBody("calcom", "X-Cal-Signature-256", "", hexSum, "https://cal.com/docs/developing/guides/automation/webhooks", nuxt+"calcom.post.ts"),
		overBody("asana", "X-Hook-Signature", "", hexSum, "https://developers.asana.com/docs/webhooks-guide", "garethx/webhook-skills at 28ce46db, skills/asana-webhooks/references/verification.md"),
		overBody("clickup", "X-Signature", "", hexSum, "https://developer.clickup.com/docs/webhooksignature", sim+"clickup.ts"),
		overBody("attio", "Attio-Signature", "", hexSum, "https://docs.attio.com/rest-api/guides/webhooks", sim+"attio.ts"),
		teams(),
	}
}

// teams has a key in base64.
func teams() sender {
	s := overBody("msteams", "Authorization", "HMAC ", func(key string, parts ...string) string { return base64Sum(decodeKey(key), parts...) },
		"https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-outgoing-webhook",
		sim+"microsoft-teams.ts")
	s.secret = "c2VjcmV0IG9mIGEgdGVhbSBvZiBiZWVz"
	return s
}

func timedSenders() []sender {
	stripeLike := func(preset, header, version string, tolerance time.Duration, stamp func(time.Time) string, readings ...string) sender {
		s := overBody(preset, header, "", nil, readings...)
		s.tolerance, s.future, s.stamp, s.list = tolerance, true, stamp, ","
		s.sign = func(r *request, secret string, at time.Time) {
			r.Header[header] = "t=" + stamp(at) + "," + version + "=" + hexSum(secret, stamp(at), ".", r.Body)
		}
		return s
	}
	timed := func(s sender, header string, stamp func(time.Time) string, tolerance time.Duration, sign func(secret, at, body string) string) sender {
		s.tolerance, s.stamp = tolerance, stamp
		s.sign = func(r *request, secret string, at time.Time) {
			r.Header[header] = stamp(at)
			r.Header[s.signature] = sign(secret, stamp(at), r.Body)
		}
		return s
	}
	named := func(preset, signature string, readings ...string) sender {
		return overBody(preset, signature, "", nil, readings...)
	}
	return []sender{
		stripeLike("calendly", "Calendly-Webhook-Signature", "v1", 3*time.Minute, unix, "https://developer.calendly.com/api-docs/overview/webhooks/webhook-signatures", verify),
		stripeLike("workos", "Workos-Signature", "v1", 3*time.Minute, unixMilli, "https://workos.com/docs/events/data-syncing/webhooks", "workos/workos-node at fd885bcc, src/common/crypto/signature-provider.ts"),
		stripeLike("mux", "Mux-Signature", "v1", 300*time.Second, unix, "https://www.mux.com/docs/core/verify-webhook-signatures", "muxinc/mux-node-sdk at 89eff086, src/resources/webhooks/webhooks.ts"),
		stripeLike("elevenlabs", "Elevenlabs-Signature", "v0", 30*time.Minute, unix, "https://elevenlabs.io/docs/overview/administration/webhooks", "elevenlabs/elevenlabs-js at 87100890, src/wrapper/webhooks.ts"),
		timed(named("zendesk", "X-Zendesk-Webhook-Signature", "https://developer.zendesk.com/documentation/webhooks/verifying/", sim+"zendesk.ts"),
			"X-Zendesk-Webhook-Signature-Timestamp", rfc3339, 5*time.Minute, func(secret, at, body string) string { return base64Sum(secret, at, body) }),
		timed(named("zoom", "X-Zm-Signature", "https://developers.zoom.us/docs/api/webhooks/", sim+"zoom.ts"),
			"X-Zm-Request-Timestamp", unix, 5*time.Minute, func(secret, at, body string) string { return "v0=" + hexSum(secret, "v0:", at, ":", body) }),
		timed(named("customerio", "X-Cio-Signature", "https://docs.customer.io/integrations/api/webhooks/", "garethx/webhook-skills at 1d060170, skills/customerio-webhooks/references/verification.md"),
			"X-Cio-Timestamp", unix, 0, func(secret, at, body string) string { return hexSum(secret, "v0:", at, ":", body) }),
		box(), twitch(), linear(),
	}
}

func box() sender {
	s := overBody("box", "Box-Signature-Primary", "", nil, "https://developer.box.com/guides/webhooks/v2/signatures-v2/", "box/box-node-sdk at 7dcf9c2b, tests/lib/managers/webhooks-test.js")
	s.tolerance, s.stamp = 10*time.Minute, rfc3339
	s.sign = func(r *request, secret string, at time.Time) {
		r.Header["Box-Delivery-Timestamp"] = rfc3339(at)
		r.Header[s.signature] = base64Sum(secret, r.Body, rfc3339(at))
	}
	return s
}

func twitch() sender {
	s := overBody("twitch", "Twitch-Eventsub-Message-Signature", "", nil, "https://dev.twitch.tv/docs/eventsub/handling-webhook-events/", nuxt+"twitch.ts")
	s.tolerance, s.stamp = 10*time.Minute, rfc3339
	s.sign = func(r *request, secret string, at time.Time) {
		const id = "befa7b53-d79d-478f-86b9-120f112b044e"
		r.Header["Twitch-Eventsub-Message-Id"] = id
		r.Header["Twitch-Eventsub-Message-Timestamp"] = rfc3339(at)
		r.Header[s.signature] = "sha256=" + hexSum(secret, id, rfc3339(at), r.Body)
	}
	return s
}

// linear has its time in the body.
func linear() sender {
	s := overBody("linear", "Linear-Signature", "", nil, "https://linear.app/developers/webhooks", "linear/linear at 8335e09a, packages/sdk/src/webhooks/client.ts")
	s.tolerance = time.Minute
	s.sign = func(r *request, secret string, at time.Time) {
		r.Body = `{"action":"create","webhookTimestamp":` + unixMilli(at) + `}`
		r.Header[s.signature] = hexSum(secret, r.Body)
	}
	return s
}
