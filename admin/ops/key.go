package ops

import (
	"time"

	"github.com/webhook-gateway/gateway/store"
)

// KeyList is the list of the keys of callers.
type KeyList struct {
	Keys []Key `json:"keys" doc:"Sorted by name, the oldest of a name first. A name has several keys while a new one replaces an old one."`
}

// Key is a key that lets callers in.
type Key struct {
	Name     string    `json:"name"`
	Hint     string    `json:"begins_with" doc:"The beginning of the key. The whole key is not stored."`
	AllFlows bool      `json:"all_flows" doc:"The key opens each flow."`
	Flows    []string  `json:"flows" doc:"The flows that the key opens; empty if it opens all."`
	State    string    `json:"state" doc:"active or expired."`
	Created  time.Time `json:"created_at"`
	Expires  time.Time `json:"expires_at,omitzero" doc:"Missing if the key does not expire."`
	Used     time.Time `json:"last_used_at,omitzero" doc:"Up to a minute old. Missing if the key was never used."`
}

// NewKey is a key to create.
type NewKey struct {
	Name     string   `json:"name" doc:"Letters, digits, dots, hyphens and underscores. Flows read it as webhook.auth.name."`
	Flows    []string `json:"flows,omitempty" doc:"The flows that the key opens, at least one unless all_flows is true."`
	AllFlows bool     `json:"all_flows,omitempty" doc:"The key opens each flow, also those that are added later."`
	Expires  string   `json:"expires_in,omitempty" doc:"The time after which the key expires, such as 90d. Without it the key does not expire."`
}

// KeyRotation are the parameters of a rotation.
type KeyRotation struct {
	Overlap string `json:"overlap,omitempty" default:"24h" doc:"The time for which the old key stays valid, such as 2h or 0s."`
	Expires string `json:"expires_in,omitempty" doc:"The time after which the new key expires, such as 90d. By default it has the lifetime of the old one."`
}

// KeyCreated is a new key.
type KeyCreated struct {
	Key
	Secret string   `json:"key" doc:"The key itself, in this answer only: the store has a hash of it."`
	Closed []string `json:"closed_flows,omitempty" doc:"Flows of the key whose triggers have no auth \"key\" now, so that it does not open them."`
}

// KeysRevoked is the result of a revocation.
type KeysRevoked struct {
	Revoked int `json:"revoked" doc:"Number of keys with the name."`
}

func (v view) showKey(k *store.APIKey, now time.Time) Key {
	out := Key{
		Name: v.redactText(k.Name), Hint: v.redactText(k.Hint), AllFlows: k.AllFlows, Flows: v.redactTags(k.Flows), State: "active",
		Created: k.Created.UTC(), Expires: utc(k.Expires), Used: utc(k.Used),
	}
	if !k.Expires.IsZero() && !now.Before(k.Expires) {
		out.State = "expired"
	}
	return out
}
