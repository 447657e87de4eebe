package gateway

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"fmt"

	"github.com/webhook-gateway/gateway/flow"
)

var pathEncoding = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// Path returns the pattern at which a flow is reached: the one that its file
// gives, or one with an id of 160 bits that nobody can guess without the key.
// The id is the same after a restart and on every gateway with the same key.
func Path(key []byte, flowName string, r flow.Route) string {
	if r.Path != "" {
		return r.Path
	}
	h := hmac.New(sha256.New, key)
	_, _ = fmt.Fprintf(h, "webhook path\x00%s\x00%d", flowName, r.Rotate)
	return "/webhooks/" + pathEncoding.EncodeToString(h.Sum(nil)[:20])
}
