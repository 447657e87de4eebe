package auth

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf16"
)

// boxTolerance is the age up to which Box's own libraries accept a delivery.
const boxTolerance = 10 * time.Minute

// boxScheme is the scheme of one of the two keys of an app, for one form of the
// body. Box signs some deliveries in the form that escapeBoxBody makes.
func boxScheme(which, body string) scheme {
	return bodyHMAC("Box-Signature-"+which, "", base64Name).
		with(body+"{timestamp}", timeSource{header: "Box-Delivery-Timestamp", format: rfc3339Name, tolerance: boxTolerance})
}

// escapeBoxBody writes characters that are not ASCII as \u escapes, and a slash as
// \/ unless it has its backslash already.
func escapeBoxBody(body []byte) string {
	var b strings.Builder
	last := rune(0)
	for _, r := range string(body) {
		switch {
		case r == '/' && last != '\\':
			b.WriteString(`\/`)
		case r < 0x7f:
			b.WriteRune(r)
		default:
			for _, unit := range utf16.Encode([]rune{r}) {
				fmt.Fprintf(&b, `\u%04x`, unit)
			}
		}
		last = r
	}
	return b.String()
}
