package dashboard

import (
	"net/http"
	"strings"

	"github.com/webhook-gateway/gateway/admin/ops"
)

// keysPage is the keys of callers.
type keysPage struct {
	Keys  []ops.Key
	Flows []choice        // that a new key may open
	New   *ops.KeyCreated // a key that was just made
}

func (d *Dashboard) listKeys(r *http.Request) (*page, error) {
	body, err := d.newKeysPage(r)
	if err != nil {
		return nil, err
	}
	return &page{Name: "keys", Title: "Keys", Section: "/keys", Body: body, Done: doneMessage(r)}, nil
}

func (d *Dashboard) newKeysPage(r *http.Request) (*keysPage, error) {
	list, err := d.Ops.Keys(r.Context())
	if err != nil {
		return nil, err
	}
	flows, err := d.Ops.Flows()
	if err != nil {
		return nil, err
	}
	return &keysPage{Keys: list.Keys, Flows: flowChoices(flows.Flows, nil)}, nil
}

// createKey makes a key. The answer is the only page that shows it, so it is no
// redirect.
func (d *Dashboard) createKey(r *http.Request) (*page, error) {
	key, err := d.Ops.CreateKey(r.Context(), ops.NewKey{
		Name: strings.TrimSpace(r.PostFormValue("name")), Flows: without(r.PostForm["flow"], ""), AllFlows: r.PostFormValue("all_flows") == "true", Expires: strings.TrimSpace(r.PostFormValue("expires_in")),
	})
	if err != nil {
		return nil, err
	}
	return d.showNewKey(r, &key)
}

// rotateKey makes another key with a name. The old one stays valid for a while.
func (d *Dashboard) rotateKey(r *http.Request) (*page, error) {
	key, err := d.Ops.RotateKey(r.Context(), r.PathValue("name"), ops.KeyRotation{
		Overlap: strings.TrimSpace(r.PostFormValue("overlap")), Expires: strings.TrimSpace(r.PostFormValue("expires_in")),
	})
	if err != nil {
		return nil, err
	}
	return d.showNewKey(r, &key)
}

func (d *Dashboard) showNewKey(r *http.Request, key *ops.KeyCreated) (*page, error) {
	body, err := d.newKeysPage(r)
	if err != nil {
		return nil, err
	}
	body.New = key
	return &page{Name: "keys", Title: "New key", Section: "/keys", Body: body}, nil
}

// revokeKey deletes the keys with a name.
func (d *Dashboard) revokeKey(r *http.Request) (string, error) {
	if _, err := d.Ops.RevokeKey(r.Context(), r.PathValue("name")); err != nil {
		return "", err
	}
	return withDone("/keys", "revoke"), nil
}
