package cmd

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/webhook-gateway/gateway/flowtest"
	"github.com/webhook-gateway/gateway/flowtest/coverage"
)

// testCoverage is what the command test says about coverage.
type testCoverage struct {
	show       bool
	lcov, html string // files to write
	min        int

	collector coverage.Collector
}

func (v *testCoverage) addFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.BoolVar(&v.show, "coverage", false, "list what the tests reach: actions, cases, failures, rules of variables, refusals of callers")
	f.StringVar(&v.lcov, "coverage-lcov", "", "write the coverage to `FILE` in the format of lcov")
	f.StringVar(&v.html, "coverage-html", "", "write the coverage to `FILE` as a page with the sources")
	f.IntVar(&v.min, "min", 0, "fail if the tests reach less than this share of all flows, in percent")
}

// check refuses wrong flags.
func (v *testCoverage) check() error {
	if v.min < 0 || v.min > 100 {
		return fmt.Errorf("--min is a share in percent, from 0 to 100, and %d is none", v.min)
	}
	return nil
}

// isWanted reports whether coverage is measured.
func (v *testCoverage) isWanted() bool { return v.show || v.lcov != "" || v.html != "" || v.min > 0 }

// observe lets the collector watch the tests.
func (v *testCoverage) observe(o *flowtest.Options) {
	if v.isWanted() {
		o.Observer = &v.collector
	}
}

// write writes the coverage in each form that is asked for. text is where people
// read it. reached is false if it is below the minimum.
func (v *testCoverage) write(text io.Writer, tests *flowtest.Report) (reached bool, err error) {
	if !v.isWanted() {
		return true, nil
	}
	report, err := v.collector.Report(tests.Flows, tests.Files)
	if err != nil {
		return false, err
	}
	if v.show {
		if _, err := fmt.Fprintln(text); err != nil {
			return false, err
		}
		if err := report.WriteText(text); err != nil {
			return false, err
		}
	}
	for name, write := range map[string]func(io.Writer) error{v.lcov: report.WriteLCOV, v.html: report.WriteHTML} {
		if err := writeNamedFile(name, write); err != nil {
			return false, err
		}
	}
	if got := report.Percent(); got < v.min {
		_, err := fmt.Fprintf(text, "\nThe tests reach %d %% of the flows, less than --min %d. --coverage lists what they miss.\n", got, v.min)
		return false, err
	}
	return true, nil
}

// writeNamedFile writes a file; "" writes none.
func writeNamedFile(name string, write func(io.Writer) error) error {
	if name == "" {
		return nil
	}
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	if err := write(f); err != nil {
		_ = f.Close() // the first error counts
		return err
	}
	return f.Close()
}
