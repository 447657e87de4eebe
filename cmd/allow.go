package cmd

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"github.com/spf13/pflag"
)

// permissions limit the access of flows to the machine of the gateway. Only flags and
// variables grant them, never a flow file.
type permissions struct {
	exec  bool
	paths []string

	set *pflag.FlagSet
}

func (a *permissions) addTo(f *pflag.FlagSet) {
	a.set = f
	f.BoolVar(&a.exec, "allow-exec", false, `let flows start commands with action "exec" (GATEWAY_ALLOW_EXEC)`)
	f.StringArrayVar(&a.paths, "allow-path", nil, `folder below which flows may write with action "file"; may be given several times (GATEWAY_ALLOW_PATH, separated as in PATH)`)
}

// resolve returns the permissions that flags grant, or variables if a flag is not
// given. Folders become absolute paths.
func (a *permissions) resolve(env func(string) (string, bool)) (exec bool, paths []string, err error) {
	exec, given := a.exec, a.paths
	if text, ok := env("GATEWAY_ALLOW_EXEC"); ok && text != "" && !a.set.Changed("allow-exec") {
		if exec, err = strconv.ParseBool(text); err != nil {
			return false, nil, fmt.Errorf("GATEWAY_ALLOW_EXEC must be true or false, not %q", text)
		}
	}
	if text, ok := env("GATEWAY_ALLOW_PATH"); ok && !a.set.Changed("allow-path") {
		given = filepath.SplitList(text)
	}
	for _, dir := range given {
		if dir == "" {
			continue
		}
		abs, err := filepath.Abs(dir)
		if err != nil {
			return false, nil, err
		}
		if info, err := os.Stat(abs); err != nil || !info.IsDir() {
			return false, nil, fmt.Errorf("--allow-path (GATEWAY_ALLOW_PATH) names %q, which is no folder: create it, or choose another", dir)
		}
		paths = append(paths, abs)
	}
	return exec, paths, nil
}

// checkApart refuses folders in which flows could change what the gateway itself
// reads: a request that chooses the name of a file could write a flow, or replace
// the key or the store.
func checkApart(allowed, flows []string, data string) error {
	for _, folder := range allowed {
		if holds(folder, data) {
			return fmt.Errorf("--allow-path (GATEWAY_ALLOW_PATH) names %q, which holds the data folder %q: flows could replace the key and the store, so name another folder", folder, data)
		}
		for _, path := range flows {
			if holds(folder, path) || holds(path, folder) {
				return fmt.Errorf("--allow-path (GATEWAY_ALLOW_PATH) names %q, where flow files of %q are read: flows could write flows, so name a folder outside of it", folder, path)
			}
		}
	}
	return nil
}

// holds reports whether a path is the folder or below it. Links count as the
// places to which they lead.
func holds(folder, path string) bool {
	from, err := resolveLinks(folder)
	if err != nil {
		return false
	}
	to, err := resolveLinks(path)
	if err != nil {
		return false
	}
	inside, err := filepath.Rel(from, to)
	return err == nil && filepath.IsLocal(inside)
}

// resolveLinks returns an absolute path without links. The last parts of the path
// need not exist.
func resolveLinks(path string) (string, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	if target, err := filepath.EvalSymlinks(abs); err == nil {
		return target, nil
	}
	parent := filepath.Dir(abs)
	if parent == abs {
		return abs, nil
	}
	target, err := resolveLinks(parent)
	return filepath.Join(target, filepath.Base(abs)), err
}
