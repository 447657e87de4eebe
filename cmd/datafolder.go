package cmd

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/webhook-gateway/gateway/internal/keys"
)

// key is the key of the paths that can't be guessed.
func (c *command) key(data string) ([]byte, error) {
	given, _ := c.env("GATEWAY_KEY")
	key, err := keys.LoadKey(data, given)
	return key, dataError(data, err)
}

// dataError says what to do where the data folder can't be used.
func dataError(data string, err error) error {
	var path *fs.PathError
	if !errors.As(err, &path) {
		return err
	}
	return fmt.Errorf("the data folder %q can't be used: %w; name one that can be written to with --data or GATEWAY_DATA", data, path)
}
