package snapshot

import (
	"fmt"
	"strings"

	"github.com/webhook-gateway/gateway/config/load"
)

// Address is where a flow is reached.
type Address struct {
	Flow    string
	Label   string
	Methods []string
	Path    string // pattern
	Enabled bool
}

// Addresses lists where the flows of a configuration are reached, in their
// order. key makes generated paths.
func Addresses(c *load.Config, key []byte) []Address {
	var out []Address
	for _, f := range c.Flows {
		if f.Parts.HTTP == nil {
			continue
		}
		r := f.Parts.HTTP.Route
		out = append(out, Address{Flow: f.Name, Label: f.Label, Methods: r.Methods, Path: Path(key, f.Name, r), Enabled: f.Enabled})
	}
	return out
}

// URL returns the URL below a base such as "https://hooks.example.com".
func (a Address) URL(base string) string { return strings.TrimRight(base, "/") + EscapePath(a.Path) }

// Line returns the address in one line for people.
func (a Address) Line(base string) string {
	line := fmt.Sprintf("%-6s %s  → %s", strings.Join(a.Methods, ","), a.URL(base), a.Flow)
	if !a.Enabled {
		line += " (disabled)"
	}
	return line
}
