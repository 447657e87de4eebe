package cmd

import (
	"os"
	"path/filepath"
)

// dataFlag describes --data.
const dataFlag = "folder of the gateway's own data (GATEWAY_DATA; default ./data, or ../NAME-data if the working folder NAME has flow files)"

// dataFolder returns the folder of the gateway's own data: that of the flag or the
// variable, else one beside the flow files. A folder of flow files is watched, often
// in git, and copied into images, so keys and runs should not land in it. A data
// folder that an earlier version made there is kept.
func (c *command) dataFolder(flag string) string {
	variable, _ := c.env("GATEWAY_DATA")
	if given := first(flag, variable); given != "" {
		return given
	}
	const inside = "data"
	if flows, _ := filepath.Glob("*.hcl"); len(flows) == 0 || isDataFolder(inside) {
		return inside
	}
	working, err := os.Getwd()
	if err != nil || filepath.Dir(working) == working {
		return inside
	}
	return filepath.Join("..", filepath.Base(working)+"-data")
}

// isDataFolder reports whether a gateway made the folder.
func isDataFolder(dir string) bool {
	for _, name := range []string{"key", "gateway.db"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
			return true
		}
	}
	return false
}
