package local

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
)

// checkProgram takes the program from the command. It must be fixed in the
// file: a caller who could choose it could do anything.
func (x *Exec) checkProgram(c *schema.Context, d *schema.Decoded) hcl.Diagnostics {
	wrong := func(summary, detail string) hcl.Diagnostics {
		return hcl.Diagnostics{diag.Error(d.Element("command", 0), summary, detail)}
	}
	if args, ok := x.command.Constant(); ok {
		if len(args) == 0 {
			return wrong("Command without a program", `The list is empty. Its first element is the program: ["printf", "%s", …].`)
		}
		if err := checkArguments(args); err != nil {
			return hcl.Diagnostics{d.Problem("command", "Wrong command", diag.Sentence(flow.HideSecret(x.command.Expr(), err)))}
		}
	}
	first, fixed := x.findProgram(c, d)
	if !fixed {
		return wrong("Program not fixed", "The program must be known when the file is loaded. Write it as the first element of the list; values of the run can follow as arguments.")
	}
	if x.program = first; !filepath.IsAbs(first) && strings.ContainsAny(first, `/\`) || first == "" {
		return wrong("Wrong program", "A program is an absolute path, such as \"${path.module}/bin/report\" beside the flow file, or a name without a slash, which is searched in "+commandPath+".")
	}
	if strings.ContainsAny(first, " \t|&;<>") && !filepath.IsAbs(first) {
		return hcl.Diagnostics{diag.Warning(d.Element("command", 0), "Doubtful program",
			fmt.Sprintf("All of %q is searched as the name of one program, because there is no shell. Write each word as an element of its own, such as [\"ls\", \"-l\"]; pipes and redirections need a shell: [\"sh\", \"-c\", …].", first))}
	}
	return x.checkScript(d)
}

// findProgram returns the program if it is fixed at load and not a secret.
func (x *Exec) findProgram(c *schema.Context, d *schema.Decoded) (string, bool) {
	list, ok := d.Expr("command").(*hclsyntax.TupleConsExpr)
	if !ok || len(list.Exprs) == 0 {
		args, fixed := x.command.Constant()
		if !fixed || x.command.Expr().Sensitive() {
			return "", false
		}
		return args[0], true
	}
	e, _ := expr.Compile(list.Exprs[0], c.Scope, cty.String)
	if e == nil || e.Sensitive() {
		return "", false
	}
	v, known := e.Constant()
	text, err := expr.Convert[string](v)
	return text, known && err == nil
}

// checkScript warns of values of the run inside a script: the sender of the
// request could inject code through them.
func (x *Exec) checkScript(d *schema.Decoded) hcl.Diagnostics {
	list, ok := d.Expr("command").(*hclsyntax.TupleConsExpr)
	shells := []string{"sh", "bash", "dash", "ash", "ksh", "zsh", "fish", "python", "python3", "perl", "ruby", "node"}
	if !ok || !slices.Contains(shells, filepath.Base(x.program)) || len(list.Exprs) < 3 {
		return nil
	}
	flag, _ := list.Exprs[1].Value(nil)
	if !flag.IsWhollyKnown() || flag.IsNull() || flag.Type() != cty.String || !slices.Contains([]string{"-c", "-e", "-ec", "-lc"}, flag.AsString()) {
		return nil
	}
	for _, name := range list.Exprs[2].Variables() {
		if slices.Contains([]string{"webhook", "action", "contact", "input", "each", "link", "error"}, name.RootName()) {
			return hcl.Diagnostics{diag.Warning(list.Exprs[2].Range(), "Values of the run in a script",
				`The sender of the request could inject code into this script. Keep the script fixed and pass the value as an argument or in env: ["sh", "-c", "echo \"$1\"", "sh", webhook.name].`)}
		}
	}
	return nil
}

func checkArguments(args []string) error {
	for i, a := range args {
		if strings.ContainsRune(a, 0) {
			return fmt.Errorf("element %d of the command holds a zero byte, which no argument may have", i)
		}
	}
	return nil
}

func checkEnvironment(env map[string]string) error {
	for name, text := range env {
		if name == "" || strings.ContainsAny(name, "=\x00") {
			return fmt.Errorf("%q can't be the name of a variable of the environment", name)
		}
		if strings.ContainsRune(text, 0) {
			return fmt.Errorf("the variable %s holds a zero byte, which no variable may have", name)
		}
	}
	return nil
}

// checkExecutable returns an error if a file is missing or can't be executed.
func checkExecutable(path string) error {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return fmt.Errorf("there is no program %q", path)
	case info.IsDir() || info.Mode().Perm()&0o111 == 0:
		return errors.New(path + " is not a program: it is a folder, or it may not be executed")
	}
	return nil
}
