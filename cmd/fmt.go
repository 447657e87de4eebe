package cmd

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/cobra"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/format"
)

// formatter executes `gateway fmt`.
type formatter struct {
	*command
	write, check, diff bool

	changed int
	diags   hcl.Diagnostics
	files   map[string][]byte
}

func (c *command) fmtCommand() *cobra.Command {
	f := &formatter{command: c, files: map[string][]byte{}}
	cmd := &cobra.Command{
		Use:   "fmt [PATH ...]",
		Short: "Format flow files in the canonical style",
		Long: `Formats .hcl files. It changes white space only. With no path, or with "-", it
reads standard input. It writes the result to standard output, unless -w, --check
or --diff is given.

Exit codes: 0 success, 1 --check found unformatted files, or a file has syntax
errors, 2 wrong use.`,
		RunE: func(_ *cobra.Command, args []string) error { return f.run(args) },
	}
	cmd.Flags().BoolVarP(&f.write, "write", "w", false, "write the result to the files and print their names")
	cmd.Flags().BoolVar(&f.check, "check", false, "print the names of unformatted files and change nothing")
	cmd.Flags().BoolVar(&f.diff, "diff", false, "print the changes as a diff")
	return cmd
}

func (f *formatter) run(args []string) error {
	if f.write && (f.check || f.diff) {
		return errors.New("-w writes the files, and --check and --diff change nothing: give only one of them")
	}
	if len(args) == 0 || (len(args) == 1 && args[0] == "-") {
		if f.write {
			return fmt.Errorf("-w needs files: name a file or a folder, such as \"gateway fmt -w .\"")
		}
		src, err := io.ReadAll(f.in)
		if err != nil {
			return fmt.Errorf("reading standard input: %w", err)
		}
		if err := f.formatSource("<stdin>", src, nil); err != nil {
			return err
		}
		return f.finish()
	}
	for _, path := range args {
		if err := f.formatPath(path); err != nil {
			return err
		}
	}
	return f.finish()
}

// formatPath formats a file, or each .hcl file in a folder.
func (f *formatter) formatPath(root string) error {
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return fmt.Errorf("reading %s: %w", path, err)
		}
		hidden := path != root && strings.HasPrefix(d.Name(), ".")
		if d.IsDir() {
			if hidden {
				return filepath.SkipDir
			}
			return nil
		}
		if path != root && (hidden || !strings.HasSuffix(path, ".hcl")) {
			return nil
		}
		return f.formatFile(path)
	})
}

func (f *formatter) formatFile(path string) error {
	src, err := os.ReadFile(path) //nolint:gosec // the user named it
	if err != nil {
		return fmt.Errorf("reading %s: %w", path, err)
	}
	return f.formatSource(filepath.ToSlash(path), src, func(out []byte) error { return replaceFile(path, out) })
}

func (f *formatter) formatSource(name string, src []byte, save func([]byte) error) error {
	out, diags := format.Source(name, src)
	f.files[name] = src
	f.diags = append(f.diags, diags...)
	if diags.HasErrors() {
		return nil
	}
	changed := !bytes.Equal(src, out)
	if changed {
		f.changed++
	}
	if changed && f.diff {
		if _, err := io.WriteString(f.out, format.Diff(name, src, out)); err != nil {
			return err
		}
	}
	if changed && (f.check || f.write) && !f.diff {
		_, _ = fmt.Fprintln(f.out, name)
	}
	if changed && f.write && !f.check {
		return save(out)
	}
	if !f.write && !f.check && !f.diff {
		_, err := f.out.Write(out)
		return err
	}
	return nil
}

// finish reports syntax errors and decides the exit code.
func (f *formatter) finish() error {
	if len(f.diags) > 0 {
		opts := diag.Options{Color: f.wantsColor(f.err), Width: 100}
		if err := diag.Write(f.err, "text", diag.Report{Diags: f.diags, Files: f.files}, opts); err != nil {
			return err
		}
	}
	if f.diags.HasErrors() || (f.check && f.changed > 0) {
		return exit(exitFindings)
	}
	return nil
}

// replaceFile writes a file atomically and keeps its permissions.
func replaceFile(path string, content []byte) error {
	target, err := filepath.EvalSymlinks(path)
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	info, err := os.Stat(target)
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	tmp, err := os.CreateTemp(filepath.Dir(target), ".gateway-fmt-*")
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	defer os.Remove(tmp.Name()) //nolint:errcheck // gone after the rename
	_, err = tmp.Write(content)
	if err == nil {
		err = tmp.Chmod(info.Mode().Perm())
	}
	if cerr := tmp.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Rename(tmp.Name(), target)
	}
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return nil
}
