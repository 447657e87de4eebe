package main

import "time"

// tokenSenders send the secret itself.
func tokenSenders() []sender {
	token := func(preset, header, prefix string, readings ...string) sender {
		s := overBody(preset, header, prefix, nil, readings...)
		s.signs = nil
		s.sign = func(r *request, secret string, _ time.Time) { r.Header[header] = prefix + secret }
		return s
	}
	return []sender{
		token("gitlab", "X-Gitlab-Token", "", "https://docs.gitlab.com/user/project/integrations/webhooks/", nuxt+"gitlab.ts"),
		token("telegram", "X-Telegram-Bot-Api-Secret-Token", "", "https://core.telegram.org/bots/api#setwebhook", sim+"telegram.ts"),
		token("okta", "Authorization", "", "https://developer.okta.com/docs/concepts/event-hooks/", td+"catalog/research-notes-wave3.md"),
		token("auth0", "Authorization", "", "https://auth0.com/docs/customize/log-streams/custom-log-streams", td+"src/registry/auth0.ts"),
		token("alertmanager", "Authorization", "Bearer ", "https://prometheus.io/docs/alerting/latest/configuration/", "prometheus/common at d2417e2, config/http_config.go"),
	}
}
