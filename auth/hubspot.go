package auth

import "strings"

// decodeHubSpotURI decodes the percent escapes that HubSpot decodes before it signs
// a URL: https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation.
// Other escapes stay as they are.
func decodeHubSpotURI(uri string) string {
	if !strings.Contains(uri, "%") {
		return uri
	}
	return strings.NewReplacer(hubSpotEscapes()...).Replace(uri)
}

func hubSpotEscapes() []string {
	var pairs []string
	for escape, char := range map[string]string{
		"%3A": ":", "%2F": "/", "%3F": "?", "%40": "@", "%21": "!", "%24": "$", "%27": "'",
		"%28": "(", "%29": ")", "%2A": "*", "%2C": ",", "%3B": ";",
	} {
		pairs = append(pairs, escape, char, strings.ToLower(escape), char)
	}
	return pairs
}
