package cmd

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/webhook-gateway/gateway/config/diag"
)

// unknownCommand returns the error for a command that does not exist, with the
// nearest name.
func unknownCommand(root *cobra.Command, name string) error {
	return fmt.Errorf("unknown command %q.%s See %q", name, diag.DidYouMean(name, commandNames(root.Commands())), root.CommandPath()+" --help")
}

// noArgs refuses arguments. It is for commands that take only flags or have
// subcommands.
func noArgs(cmd *cobra.Command, args []string) error {
	switch {
	case len(args) == 0:
		return nil
	case cmd.HasSubCommands():
		return unknownCommand(cmd, args[0])
	}
	return wrongArgs(cmd)
}

// oneArg accepts exactly one argument.
func oneArg(cmd *cobra.Command, args []string) error {
	if len(args) == 1 {
		return nil
	}
	return wrongArgs(cmd)
}

// someArgs accepts one or more arguments.
func someArgs(cmd *cobra.Command, args []string) error {
	if len(args) >= 1 {
		return nil
	}
	return wrongArgs(cmd)
}

// twoArgs accepts two or more arguments.
func twoArgs(cmd *cobra.Command, args []string) error {
	if len(args) >= 2 {
		return nil
	}
	return wrongArgs(cmd)
}

// wrongArgs returns an error that shows the usage of the command.
func wrongArgs(cmd *cobra.Command) error {
	path := cmd.CommandPath()
	return fmt.Errorf("the usage is %q, with flags if needed. See %q", path+strings.TrimPrefix(cmd.Use, cmd.Name()), path+" --help")
}

// commandNames returns the names of the commands that the help lists.
func commandNames(commands []*cobra.Command) []string {
	var out []string
	for _, c := range commands {
		if !c.Hidden {
			out = append(out, c.Name())
		}
	}
	return out
}

// flagError adds to an error about a flag the nearest flag, if the flag does not
// exist.
func flagError(cmd *cobra.Command, err error) error {
	var hint string
	var unknown *pflag.NotExistError
	if errors.As(err, &unknown) {
		hint = nearestFlag(cmd.Flags(), unknown.GetSpecifiedName())
	}
	return fmt.Errorf("%w.%s See %q", err, hint, cmd.CommandPath()+" --help")
}

func nearestFlag(flags *pflag.FlagSet, name string) string {
	var known []string
	flags.VisitAll(func(f *pflag.Flag) { known = append(known, f.Name) })
	if near := diag.Nearest(name, known); near != "" {
		return fmt.Sprintf(" Did you mean --%s?", near)
	}
	return ""
}

// helpCommand replaces the one of cobra, which does not report a command that does
// not exist.
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
