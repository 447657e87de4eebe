package cmd

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/webhook-gateway/gateway/config/load"
)

// loader returns a loader of the flow files under the paths. The default is the
// current folder.
func (c *command) loader(paths []string, unset load.Unset, options ...func(*load.Options)) (*load.Loader, error) {
	if len(paths) == 0 {
		paths = []string{"."}
	}
	o := load.Options{FS: os.DirFS("/"), Env: c.env, Clock: c.clock, Unset: unset, Kinds: c.Kinds, Connections: c.Connections}
	for _, p := range paths {
		if p == "-" {
			return nil, errors.New("\"-\" is no path: the command reads files and folders, not standard input")
		}
		abs, err := filepath.Abs(p)
		if err != nil {
			return nil, fmt.Errorf("finding %s: %w", p, err)
		}
		dir := strings.TrimPrefix(filepath.ToSlash(abs), "/")
		if dir == "" {
			dir = "."
		}
		o.Paths = append(o.Paths, load.Path{Dir: dir, Name: filepath.ToSlash(filepath.Clean(p))})
	}
	for _, set := range options {
		set(&o)
	}
	return load.NewLoader(o), nil
}

// setFromEnv sets a flag that was not given from a variable of the environment.
func (c *command) setFromEnv(flag *string, variable string) {
	if *flag != "" {
		return
	}
	if v, ok := c.env(variable); ok {
		*flag = v
	}
}
