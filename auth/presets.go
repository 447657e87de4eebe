package auth

// presets lists the senders whose signatures need only a secret. One more is
// one more entry, as long as its signature is an HMAC; see scheme.
func presets() []preset {
	return []preset{
		{
			name: "github",
			doc: "Checks the signature of [GitHub's webhooks](https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries). " +
				"Only `X-Hub-Signature-256` counts; the older `X-Hub-Signature` is not read.",
			secret: "What stands under *Secret* in the webhook's settings.",
			scheme: scheme{
				header: "X-Hub-Signature-256", algorithm: sha256Name, encoding: hexName, prefix: "sha256=",
				payload: rawBody(),
			},
		},
	}
}
