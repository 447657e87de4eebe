package auth

// knownAs are the words by which users may look for a kind, by its name: products
// that a sender has or was, and those that send through it.
var knownAs = map[string][]string{
	"alertmanager":      {"prometheus"},
	"azure_event_grid":  {"azure", "event_grid", "eventgrid"},
	"basic":             {"password", "basic_auth"},
	"bearer":            {"token"},
	"forgejo":           {"codeberg"},
	"google_pubsub":     {"pubsub", "gmail"},
	"hmac":              {"signed", "sha256"},
	"jira":              {"atlassian", "confluence"},
	"jwt":               {"oidc", "oauth", "oauth2", "openid"},
	"key":               {"api_key", "apikey"},
	"meta":              {"facebook", "instagram", "messenger"},
	"microsoft_graph":   {"graph", "outlook", "office365"},
	"msteams":           {"teams", "microsoft_teams"},
	"mtls":              {"client_certificate", "tls"},
	"sns":               {"aws", "aws_sns", "amazon_sns", "ses"},
	"standard_webhooks": {"svix", "standardwebhooks"},
	"woocommerce":       {"wordpress"},
}
