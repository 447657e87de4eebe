// Package cmd is the command line, with one file for each command. It is the only
// package that reads flags, the environment, os.Args and the real clock, and it
// wires the other packages together.
//
// A program with its own kinds of actions is a main package of twenty lines that
// calls Main with longer lists.
package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/clock"
)

// Exit codes.
const (
	exitOK       = 0
	exitFindings = 1 // invalid files, a failed test, an unformatted file
	exitError    = 2 // wrong use, or an error outside of the files
)

// Program is the content of a binary: its version and its kinds.
type Program struct {
	Version     string
	Kinds       flow.Kinds
	Connections []flow.ConnectionKind
}

// Main runs the command that os.Args name and returns the exit code.
func Main(p Program) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	c := &command{Program: p, in: os.Stdin, out: os.Stdout, err: os.Stderr, env: os.LookupEnv, clock: clock.System{}}
	return c.run(ctx, os.Args[1:])
}

// command is the program with its surroundings, which tests replace.
type command struct {
	Program
	in       io.Reader
	out, err io.Writer
	env      func(string) (string, bool)
	clock    clock.Clock
}

// exit ends a command with a code. The command has printed its messages.
type exit int

func (e exit) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

func (c *command) run(ctx context.Context, args []string) int {
	root := c.root()
	root.SetArgs(normalizeDashes(args))
	root.SetIn(c.in)
	root.SetOut(c.out)
	root.SetErr(c.err)
	err := root.ExecuteContext(ctx)
	var code exit
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &code):
		return int(code)
	}
	_, _ = fmt.Fprintf(c.err, "gateway: %v\n", explainAdminError(err))
	return exitError
}

func (c *command) root() *cobra.Command {
	root := &cobra.Command{
		Use:           "gateway",
		Version:       c.Version,
		Short:         "Turns .hcl files into webhook endpoints and pipelines",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cmd.Help()
			}
			return unknownCommand(cmd, args[0])
		},
	}
	root.SetVersionTemplate(c.versionLine())
	root.SetFlagErrorFunc(flagError)
	root.SetHelpCommand(helpCommand())
	root.AddCommand(c.runCommand(), c.validateCommand(), c.fmtCommand(), c.docsCommand(),
		c.urlsCommand(), c.runsCommand(), c.contactsCommand(), c.keysCommand(), c.handshakesCommand(), c.auditCommand(), c.healthCommand(), c.versionCommand(), c.dryRunCommand())
	root.AddCommand(c.authoringCommands()...)
	root.AddCommand(c.processCommands()...)
	root.AddCommand(c.testCommand())
	c.addCompletion(root)
	return root
}

// normalizeDashes allows long flags with one dash, as Terraform and Go do: -check
// becomes --check.
func normalizeDashes(args []string) []string {
	out := make([]string, len(args))
	for i, a := range args {
		if a == "--" {
			return append(out[:i], args[i:]...)
		}
		name, _, _ := strings.Cut(a, "=")
		if len(name) > 2 && name[0] == '-' && name[1] != '-' && (name[1] < '0' || name[1] > '9') {
			a = "-" + a
		}
		out[i] = a
	}
	return out
}
