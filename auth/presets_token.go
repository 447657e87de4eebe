package auth

import (
	"regexp"

	"github.com/webhook-gateway/gateway/config/schema"
)

// googleKeySet holds the keys of the tokens that Google makes for service accounts.
const googleKeySet = "https://www.googleapis.com/oauth2/v3/certs"

// chatAccount is the service account of Google Chat.
const chatAccount = "chat@system.gserviceaccount.com"

func googleIssuers() []string { return []string{"https://accounts.google.com", "accounts.google.com"} }

// requireEmail accepts only the tokens of a service account.
func requireEmail(k *claimRules, email string) (flaw string) {
	if email == "" {
		return "It is empty. Google signs the tokens of all its customers with the same keys: give the address of your service account."
	}
	k.requiredTexts = map[string]string{"email": email, "email_verified": "true"}
	return ""
}

func googleSenders() []tokenSender {
	return []tokenSender{
		{
			name: "google_pubsub",
			doc: "Checks the token of [authenticated push subscriptions of Google Cloud Pub/Sub](https://cloud.google.com/pubsub/docs/authenticate-push-subscriptions), also of Cloud Scheduler and Cloud Tasks with an OIDC token. " +
				"Google's keys are fetched from `www.googleapis.com`.",
			keySetURL: googleKeySet, algorithm: "RS256", nameClaim: "email",
			rules:    claimRules{issuers: googleIssuers(), needsExpiry: true},
			audience: "The audience of the subscription, by default the URL of its endpoint.",
			options: []tokenOption{{
				"email", "The address of the service account of the subscription. Google signs the tokens of all its customers with the same keys.", requireEmail,
			}},
			examples: []schema.Example{{Title: "Messages of a push subscription", HCL: "audience = \"https://hooks.example.com/orders\"\nemail    = \"push@project.iam.gserviceaccount.com\""}},
		},
		{
			name: "google_chat",
			doc: "Checks the token of [events of Google Chat](https://developers.google.com/workspace/chat/verify-requests-from-chat). " +
				"Google's keys are fetched from `www.googleapis.com`.",
			keySetURL: googleKeySet, algorithm: "RS256", nameClaim: "email",
			rules:    claimRules{issuers: googleIssuers(), needsExpiry: true, requiredTexts: map[string]string{"email": chatAccount, "email_verified": "true"}},
			audience: "The authentication audience in the settings of the Chat app: the URL of the endpoint, or the project number.",
			adapt:    adaptToChatAudience,
			examples: []schema.Example{
				{Title: "Events for a URL", HCL: `audience = "https://hooks.example.com/chat"`},
				{Title: "Events for a project number", HCL: `audience = "123456789012"`},
			},
		},
	}
}

// adaptToChatAudience checks the tokens that Google Chat signs itself: those for a
// project number.
func adaptToChatAudience(c *jwtCheck, audience string) {
	if !isNumber(audience) {
		return
	}
	c.keySetURL = "https://www.googleapis.com/service_accounts/v1/jwk/" + chatAccount
	c.rules.issuers, c.rules.requiredTexts = []string{chatAccount}, nil
}

// eventGridApp is the application as which Azure Event Grid signs in.
const eventGridApp = "4962773b-9cdb-44cf-a8bf-237846a00ab7"

var tenantPattern = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

// requireTenant accepts only the tokens of a tenant of Microsoft Entra, of version 1
// and 2.
func requireTenant(k *claimRules, tenant string) (flaw string) {
	if !tenantPattern.MatchString(tenant) {
		return `The id of a tenant looks like "01234567-89ab-cdef-0123-456789abcdef", in lower case.`
	}
	k.issuers = []string{"https://sts.windows.net/" + tenant + "/", "https://login.microsoftonline.com/" + tenant + "/v2.0"}
	return ""
}

func otherTokenSenders() []tokenSender {
	return []tokenSender{
		{
			name: "azure_event_grid",
			doc: "Checks the token of [Azure Event Grid, with delivery by Microsoft Entra ID](https://learn.microsoft.com/azure/event-grid/secure-webhook-delivery), in the public cloud. " +
				"Microsoft's keys are fetched from `login.microsoftonline.com`.",
			keySetURL: "https://login.microsoftonline.com/common/discovery/v2.0/keys", algorithm: "RS256",
			rules:    claimRules{needsExpiry: true, oneOf: []requiredClaim{{"appid", eventGridApp}, {"azp", eventGridApp}}},
			audience: "The application ID (URI) of the endpoint, as it stands in the subscription.",
			options: []tokenOption{{
				"tenant", "The ID of the tenant of the endpoint. Microsoft signs the tokens of all tenants with the same keys.", requireTenant,
			}},
			examples: []schema.Example{{Title: "Events of a subscription", HCL: "audience = \"api://89abcdef-0123-4567-89ab-cdef01234567\"\ntenant   = \"01234567-89ab-cdef-0123-456789abcdef\""}},
		},
		{
			name:      "netlify",
			doc:       "Checks the token of [Netlify's outgoing webhooks](https://docs.netlify.com/deploy/deploy-notifications/#payload-signature), which signs the body.",
			secret:    "The JWS secret token of the notification, which you choose.",
			algorithm: "HS256", header: "X-Webhook-Signature",
			rules:    claimRules{issuers: []string{"netlify"}, bodyHash: "sha256"},
			examples: []schema.Example{{Title: "Requests signed with the secret", HCL: "secret = secret.netlify"}},
		},
		{
			name: "monday",
			doc: "Checks the token of [monday.com's webhooks of apps](https://developer.monday.com/apps/docs/authorization-header). " +
				"Webhooks that were made with a personal token carry none. The token does not sign the body.",
			secret:    "The *Signing Secret* of the app in the Developer Center; the *Client Secret* for the webhooks of the app's life cycle.",
			algorithm: "HS256", bare: true,
			rules:    claimRules{needsExpiry: true},
			audience: "The URL of the endpoint, as it stands in the webhook.",
			examples: []schema.Example{{Title: "Requests signed with the secret of the app", HCL: "secret   = secret.monday\naudience = \"https://hooks.example.com/monday\""}},
		},
	}
}
