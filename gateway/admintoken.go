package gateway

import "path/filepath"

// ReadAdminToken returns the token that a gateway keeps in its data folder, and
// makes none: the error is an fs.ErrNotExist where there is no such file.
func ReadAdminToken(dataDir string) (string, error) {
	return readSecret(filepath.Join(dataDir, "admin-token"))
}
