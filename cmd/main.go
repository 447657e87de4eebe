// Package cmd is the command line: one file for each subcommand. It is the
// only place that reads flags, the environment and os.Args, and that wires
// the other packages together.
//
// A program with kinds of actions of its own is a main package of twenty
// lines that calls Main with longer lists.
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
)

// Exit codes.
const (
	exitOK       = 0
	exitFindings = 1 // invalid files, a failed test, a file that is not formatted
	exitTrouble  = 2 // wrong use, or something that is not the files' fault
)

// Program is what a binary is made of.
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
	c := &command{Program: p, in: os.Stdin, out: os.Stdout, err: os.Stderr, env: os.LookupEnv}
	return c.run(ctx, os.Args[1:])
}

// command is the program with its surroundings, so that tests can give it
// others.
type command struct {
	Program
	in       io.Reader
	out, err io.Writer
	env      func(string) (string, bool)
}

// exit ends a command with a code; what there was to say has been said.
type exit int

func (e exit) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

func (c *command) run(ctx context.Context, args []string) int {
	root := c.root()
	root.SetArgs(doubleDashes(args))
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
	_, _ = fmt.Fprintf(c.err, "gateway: %v\n", err)
	return exitTrouble
}

func (c *command) root() *cobra.Command {
	root := &cobra.Command{
		Use:           "gateway",
		Version:       c.Version,
		Short:         "Turns .hcl files into webhook endpoints and the pipelines behind them",
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
		c.urlsCommand(), c.runsCommand(), c.contactsCommand(), c.healthCommand(), c.versionCommand())
	return root
}

// doubleDashes lets long flags be written with one dash, as terraform's and
// Go's own are: -check is --check.
func doubleDashes(args []string) []string {
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
