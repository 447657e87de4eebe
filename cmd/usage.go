package cmd

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/webhook-gateway/gateway/config/diag"
)

// unknownCommand says that there is no such command, and which one was meant.
func unknownCommand(root *cobra.Command, name string) error {
	return fmt.Errorf("unknown command %q.%s See %q", name, diag.DidYouMean(name, names(root.Commands())), root.CommandPath()+" --help")
}

// noArgs is for commands that take flags alone, and for those that only hold
// others.
func noArgs(cmd *cobra.Command, args []string) error {
	switch {
	case len(args) == 0:
		return nil
	case cmd.HasSubCommands():
		return unknownCommand(cmd, args[0])
	}
	return wrongArgs(cmd)
}

func oneArg(cmd *cobra.Command, args []string) error {
	if len(args) == 1 {
		return nil
	}
	return wrongArgs(cmd)
}

// twoArgs is for commands that take two names at least.
func twoArgs(cmd *cobra.Command, args []string) error {
	if len(args) >= 2 {
		return nil
	}
	return wrongArgs(cmd)
}

// wrongArgs says how the command is written.
func wrongArgs(cmd *cobra.Command) error {
	path := cmd.CommandPath()
	return fmt.Errorf("it is written %q, with flags where they are needed. See %q", path+strings.TrimPrefix(cmd.Use, cmd.Name()), path+" --help")
}

func names(commands []*cobra.Command) []string {
	out := make([]string, len(commands))
	for i, c := range commands {
		out[i] = c.Name()
	}
	return out
}

// flagError says what is wrong with a flag, and which one was meant where
// there is none of its name.
func flagError(cmd *cobra.Command, err error) error {
	var hint string
	var unknown *pflag.NotExistError
	if errors.As(err, &unknown) {
		hint = meantFlag(cmd.Flags(), unknown.GetSpecifiedName())
	}
	return fmt.Errorf("%w.%s See %q", err, hint, cmd.CommandPath()+" --help")
}

func meantFlag(flags *pflag.FlagSet, name string) string {
	var known []string
	flags.VisitAll(func(f *pflag.Flag) { known = append(known, f.Name) })
	if near := diag.Nearest(name, known); near != "" {
		return fmt.Sprintf(" Did you mean --%s?", near)
	}
	return ""
}

// helpCommand is cobra's own, but for a command that does not exist: there it
// says so.
func helpCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Print the help of a command",
		RunE: func(cmd *cobra.Command, args []string) error {
			of, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return unknownCommand(cmd.Root(), args[0])
			}
			of.InitDefaultHelpFlag()
			return of.Help()
		},
	}
}
