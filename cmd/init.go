package cmd

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/mattn/go-isatty"
	"github.com/spf13/cobra"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/starter"
)

// initializer executes `gateway init`.
type initializer struct {
	*command
	provider string
}

func (c *command) initCommand() *cobra.Command {
	i := &initializer{command: c}
	cmd := &cobra.Command{
		Use:   "init [DIR]",
		Short: "Write a first flow with a sample and a test",
		Long: `Writes a flow for the requests of a provider into a folder (default: the current
one), with a sample request and a test. The flow has the auth and challenge blocks of
the provider, and logs each request. The command overwrites no file.

The provider is "generic", which signs in with a token, or the name of an auth kind,
such as github, stripe or slack; "gateway docs" lists them. On a terminal the command
asks for it.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			dir := "."
			if len(args) > 0 {
				dir = args[0]
			}
			return i.run(dir)
		},
	}
	cmd.Flags().StringVar(&i.provider, "provider", "", "who sends the requests: generic, github, stripe, slack, …")
	return cmd
}

func (i *initializer) run(dir string) error {
	names := i.providers()
	if i.provider == "" {
		if !isTerminal(i.in) {
			return errors.New("name who sends the requests with --provider, such as --provider github; --provider generic is for any sender")
		}
		if err := i.ask(names); err != nil {
			return err
		}
	}
	if !slices.Contains(names, i.provider) {
		return fmt.Errorf("there is no provider %q.%s \"gateway docs\" lists the auth kinds; generic is for any sender", i.provider, diag.DidYouMean(i.provider, names))
	}
	files, err := starter.Files(starter.Options{Provider: i.provider, Example: i.example})
	if err != nil {
		return err
	}
	if err := writeNew(dir, files); err != nil {
		return err
	}
	return i.printSteps(dir, files)
}

// providers returns the names that --provider takes.
func (c *command) providers() []string {
	var auths []string
	for _, d := range c.declarations() {
		if kind, ok := strings.CutPrefix(d.name, "auth "); ok {
			auths = append(auths, kind)
		}
	}
	return starter.Names(auths)
}

// example returns the body of the first example of a kind.
func (c *command) example(block, kind string) (string, bool) {
	for _, d := range c.declarations() {
		if d.name != block+" "+kind {
			continue
		}
		if examples := d.spec.Examples(); len(examples) > 0 {
			return examples[0].HCL, true
		}
		return "", true
	}
	return "", false
}

// ask asks for the provider until an answer names one.
func (i *initializer) ask(names []string) error {
	lines := bufio.NewScanner(i.in)
	for {
		_, _ = fmt.Fprintf(i.out, "Who sends the requests? (%s, … or ? for all) [generic] ", strings.Join(names[:min(len(names), shownProviders)], ", "))
		if !lines.Scan() {
			_, _ = fmt.Fprintln(i.out)
			return errors.Join(errors.New("no provider was given"), lines.Err())
		}
		answer := strings.ToLower(strings.TrimSpace(lines.Text()))
		switch answer {
		case "":
			answer = starter.Generic
		case "?":
			_, _ = fmt.Fprintln(i.out, strings.Join(names, ", "))
			continue
		}
		if slices.Contains(names, answer) {
			i.provider = answer
			return nil
		}
		_, _ = fmt.Fprintf(i.out, "There is no provider %q.%s\n", answer, diag.DidYouMean(answer, names))
	}
}

// shownProviders is the number of names in the question for the provider.
const shownProviders = 6

// writeNew writes files into a folder. If one of them exists, it writes none.
func writeNew(dir string, files []starter.File) error {
	for _, f := range files {
		path := filepath.Join(dir, filepath.FromSlash(f.Name))
		if _, err := os.Lstat(path); err == nil {
			return fmt.Errorf("%s exists already, and nothing was written; name another folder", path)
		} else if !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("writing %s: %w", path, err)
		}
	}
	for _, f := range files {
		path := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil { //nolint:gosec // flow files are no secrets
			return fmt.Errorf("writing %s: %w", path, err)
		}
		if err := writeExclusive(path, f.Text); err != nil {
			return fmt.Errorf("writing %s: %w", path, err)
		}
	}
	return nil
}

// writeExclusive writes a file that must not exist yet.
func writeExclusive(path, text string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644) //nolint:gosec // as above
	if err != nil {
		return err
	}
	_, err = io.WriteString(f, text)
	return errors.Join(err, f.Close())
}

// printSteps prints what was written and what to do next.
func (i *initializer) printSteps(dir string, files []starter.File) error {
	var b strings.Builder
	for _, f := range files {
		fmt.Fprintf(&b, "wrote %s\n", filepath.Join(dir, filepath.FromSlash(f.Name)))
	}
	at := quoteForShell(dir)
	fmt.Fprintf(&b, "\nNext:\n  gateway test %s\n", at)
	for _, v := range starter.Variables(files) {
		fmt.Fprintf(&b, "  export %s=…\n", v)
	}
	fmt.Fprintf(&b, "  gateway run %s\n  gateway send %s %s --watch\n", at, i.provider, at)
	_, err := io.WriteString(i.out, b.String())
	return err
}

// isTerminal tells whether a person can answer questions there. /dev/null is no
// terminal, though it is a device as terminals are.
func isTerminal(in io.Reader) bool {
	f, ok := in.(*os.File)
	return ok && isatty.IsTerminal(f.Fd())
}
