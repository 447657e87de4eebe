package datetime

import (
	"fmt"
	"time"
	_ "time/tzdata" // machines and containers may have no time zone data
)

// Zone returns the time zone of an IANA name, such as Europe/Berlin, or of an
// offset, such as +01:00.
func Zone(name string) (*time.Location, error) {
	if name != "" && (name[0] == '+' || name[0] == '-') {
		s := scanner{rest: name}
		var f fields
		if err := s.offset(&f); err == nil && s.rest == "" {
			return f.zone, nil
		}
	}
	// LoadLocation takes "" for UTC, and "Local" for the zone of the machine.
	if zone, err := time.LoadLocation(name); err == nil && name != "" && name != "Local" {
		return zone, nil
	}
	return nil, fmt.Errorf("%s is not a time zone; write an IANA name such as Europe/Berlin or UTC, or an offset such as +01:00", quote(name))
}
