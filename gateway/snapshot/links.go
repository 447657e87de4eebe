package snapshot

import (
	"errors"
	"fmt"

	"github.com/webhook-gateway/gateway/internal/links"
	"github.com/webhook-gateway/gateway/internal/netname"
)

// MakeLink returns the URL of a flow with trigger "link" for a contact, for the
// function link_url.
func (s *Snapshot) MakeLink(flow, email string) (string, error) {
	path, ok := s.linkPaths[flow]
	switch {
	case !ok:
		return "", fmt.Errorf("there is no flow %q with trigger \"link\"", flow)
	case !netname.IsEmail(email):
		return "", errors.New("the second argument must be the e-mail address of a contact")
	}
	return s.baseURL() + path + "?" + links.Parameter + "=" + links.Seal(s.key, flow, email), nil
}
