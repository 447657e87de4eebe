package cmd

import (
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// TestFlagsNameTheirValue checks that the help of a flag names its value by one word:
// it takes the first text between backquotes for the name.
func TestFlagsNameTheirValue(t *testing.T) {
	t.Parallel()
	flags := 0
	var check func(cmd *cobra.Command)
	check = func(cmd *cobra.Command) {
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			flags++
			if name, _ := pflag.UnquoteUsage(f); strings.Contains(name, " ") {
				t.Errorf("%s --%s: the value has the name %q", cmd.CommandPath(), f.Name, name)
			}
		})
		for _, c := range cmd.Commands() {
			check(c)
		}
	}
	check((&command{}).root())
	if flags < 50 {
		t.Errorf("only %d flags were checked", flags)
	}
}
