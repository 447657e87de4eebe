package local

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/ranges"
	"github.com/webhook-gateway/gateway/internal/subprocess"
	"github.com/webhook-gateway/gateway/internal/trace"
)

// Exec starts a program. exec_check.go has the checks at load, exec_run.go
// prepares its environment and describes its errors.
type Exec struct {
	command   expr.Of[[]string]
	env       expr.Of[map[string]string]
	stdin     expr.Of[string]
	dir       string
	maxOutput expr.Size
	success   string

	program   string     // the first element of command, fixed at load; set by checkSettings
	successes ranges.Set // set by checkSettings
	path      string     // the program's path; set by Open
}

// commandPath is the PATH in which programs are searched and which they see.
const commandPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// Describe declares the fields, outputs and examples.
func (x *Exec) Describe(s *schema.Spec) {
	x.maxOutput, x.success = 1<<20, "0"
	s.Doc = "Starts a command on the machine of the gateway and waits for its end. Flows with this action are put into service only by `gateway run --allow-exec`; they can always be validated.\n\n" +
		"The command runs without a shell: each element of `command` reaches the program unchanged, including quotes, spaces and line breaks. The environment holds `env`, a `PATH` of `" + commandPath + "`, and `GATEWAY_IDEMPOTENCY_KEY`, which is the same each time this action of this run is tried. With traces it also holds `TRACEPARENT`, and `TRACESTATE` if there is one, so that the program can continue the trace.\n\n" +
		"When the command ends, times out (`timeout`) or writes too much, all other processes of its process group are killed. An exit code outside of `success` is a permanent failure; `retry` repeats only a timeout. If the gateway stops during a command, the command starts again after the restart. On Linux a command is also killed when its gateway dies, such as by `kill -9`; processes that it has started itself are not."
	schema.Expr(s, &x.command, "command", "The program and its arguments. The program is fixed when the file is loaded: an absolute path, such as `\"${path.module}/bin/report\"` for a program beside the flow file, or a name that is searched in the `PATH` above. The arguments may read the run.", schema.Required())
	schema.Expr(s, &x.env, "env", "Variables of the command's environment.", schema.CredentialMembers())
	schema.Expr(s, &x.stdin, "stdin", "The command's standard input; empty by default.")
	schema.Attr(s, &x.dir, "dir", "The folder in which the command starts, as an absolute path. The default is the gateway's own.")
	schema.Attr(s, &x.maxOutput, "max_output", "How much the command may write to each of standard output and standard error. More ends it and fails the action.")
	schema.Attr(s, &x.success, "success", "The successful exit codes: numbers and ranges, separated by commas, such as `0,2-3`.")
	s.Output("stdout", cty.String, "The command's standard output. Bytes that are not UTF-8 become the character U+FFFD.")
	s.Output("stderr", cty.String, "The command's standard error, converted in the same way.")
	s.Output("exit_code", cty.Number, "The exit code.")
	s.Check(x.checkSettings)
	s.Example(schema.Example{
		Title: "Give values of the run as arguments",
		HCL:   `command = ["printf", "%s|", webhook.body.name, webhook.body.note]`,
		Input: `{"name": "Jane \"J\" Doe; rm -rf /", "note": "$(id)"}`,
		Want:  `{"stdout": "Jane \"J\" Doe; rm -rf /|$(id)|", "stderr": "", "exit_code": 0}`,
	})
	s.Example(schema.Example{
		Title: "Ask a script, which says no by its exit code",
		HCL:   "command = [\"/bin/sh\", \"-c\", \"grep -c \\\"$WORD\\\"\"]\nenv     = { WORD = webhook.body.word }\nstdin   = webhook.body.text\nsuccess = \"0-1\"\ntimeout = \"5s\"",
		Input: `{"word": "lamp", "text": "a table\na chair\n"}`,
		Want:  `{"stdout": "0\n", "stderr": "", "exit_code": 1}`,
	})
}

// noCommands is the error of a gateway that does not allow commands.
const noCommands = "flows may not start commands here; start the gateway with --allow-exec (or GATEWAY_ALLOW_EXEC=true) to let them"

// Open finds the program, if commands are allowed.
func (x *Exec) Open(r *flow.Resources) error {
	if !r.Settings.AllowExec {
		return &flow.NotAllowed{Message: noCommands}
	}
	if filepath.IsAbs(x.program) {
		x.path = x.program
		return checkExecutable(x.path)
	}
	for dir := range strings.SplitSeq(commandPath, ":") {
		if path := filepath.Join(dir, x.program); checkExecutable(path) == nil {
			x.path = path
			return nil
		}
	}
	return fmt.Errorf("there is no program %q in %s; give its absolute path", x.program, commandPath)
}

// Traits reports that the action has an outside effect.
func (*Exec) Traits() flow.Traits { return flow.Traits{Performs: true} }

// Run does one attempt.
func (x *Exec) Run(ctx context.Context, c *flow.Call) (any, error) {
	args, err := x.command.Eval(ctx, c)
	if err != nil {
		return nil, err
	}
	env, err := x.env.EvalOr(ctx, c, nil)
	if err != nil {
		return nil, err
	}
	stdin, err := x.stdin.EvalOr(ctx, c, "")
	if err != nil {
		return nil, err
	}
	if err := checkArguments(args); err != nil {
		return nil, flow.InvalidValue(x.command.Expr(), err)
	}
	if err := checkEnvironment(env); err != nil {
		return nil, flow.InvalidValue(x.env.Expr(), err)
	}
	return flow.Perform(ctx, c, func(ctx context.Context) (any, error) { return x.execute(ctx, c, args, env, stdin) })
}

// execute runs the command and reads its result.
func (x *Exec) execute(ctx context.Context, c *flow.Call, args []string, env map[string]string, stdin string) (any, error) {
	if x.path == "" {
		return nil, &flow.Error{Class: flow.Denied, Message: noCommands}
	}
	p := &subprocess.Process{Path: x.path, Args: args, Env: buildEnvironment(env, c.IdempotencyKey(), trace.From(ctx).Context()), Stdin: stdin, Dir: x.dir, Clock: c.Clock(), MaxOutput: int(x.maxOutput)}
	end, err := p.Run(ctx)
	if err != nil {
		return nil, x.startError(ctx, c, err)
	}
	if end.Signal != "" || !x.successes.Has(end.Code) {
		return nil, x.exitError(c, end)
	}
	return map[string]any{"stdout": toValidText(end.Stdout), "stderr": toValidText(end.Stderr), "exit_code": end.Code}, nil
}

func toValidText(b []byte) string { return strings.ToValidUTF8(string(b), "\ufffd") }

// mayRevealSecret reports whether the command's output may repeat a secret.
func (x *Exec) mayRevealSecret(c *flow.Call) bool {
	reads := func(e *expr.Expr) bool { return e != nil && e.Sensitive() }
	return c.Step.Sensitive || reads(x.command.Expr()) || reads(x.env.Expr()) || reads(x.stdin.Expr())
}

// startError makes the error of a command that did not run to its end.
func (x *Exec) startError(ctx context.Context, c *flow.Call, err error) error {
	var tooMuch *subprocess.OutputTooLong
	switch {
	case errors.As(err, &tooMuch):
		return &flow.Error{Class: flow.Permanent, Message: fmt.Sprintf("the command wrote more than %s to %s; raise max_output, or let it write less", x.maxOutput, tooMuch.Stream)}
	case ctx.Err() != nil:
		return ctx.Err()
	}
	message := "the command can't be started: " + describeStartError(err)
	if !x.mayRevealSecret(c) {
		message = fmt.Sprintf("%q can't be started: %s", x.program, describeStartError(err))
	}
	return &flow.Error{Class: flow.Permanent, Message: message}
}

// exitError makes the error of a failed exit. It quotes the last line of
// standard error, unless that may repeat a secret.
func (x *Exec) exitError(c *flow.Call, end *subprocess.End) error {
	message := fmt.Sprintf("the command ended with exit code %d", end.Code)
	if end.Signal != "" {
		message = "the command was ended by the signal " + end.Signal
	}
	if last := lastLine(end.Stderr); last != "" && !x.mayRevealSecret(c) {
		message += ": " + last
	}
	return &flow.Error{Class: flow.Permanent, Remote: true, Message: message}
}

// checkSettings checks the values that are fixed when the file is loaded.
func (x *Exec) checkSettings(c *schema.Context, d *schema.Decoded) hcl.Diagnostics {
	var diags hcl.Diagnostics
	var err error
	exitCodes := ranges.Kind{Noun: "an exit code or a range of exit codes", Lowest: 0, Highest: 255, Example: "0,2-3"}
	if x.successes, err = exitCodes.Parse(x.success); err != nil {
		diags = append(diags, d.Problem("success", "Wrong exit codes", diag.Sentence(err)))
	}
	if x.maxOutput < 1 || x.maxOutput > 1<<28 {
		diags = append(diags, d.Problem("max_output", "Wrong value", "A command may write from 1B to 256MiB."))
	}
	if x.dir != "" && !filepath.IsAbs(x.dir) {
		diags = append(diags, d.Problem("dir", "Wrong folder", "The folder is an absolute path, so that it is the same wherever the gateway is started."))
	}
	if env, ok := x.env.Constant(); ok {
		if err := checkEnvironment(env); err != nil {
			diags = append(diags, d.Problem("env", "Wrong environment", diag.Sentence(flow.HideSecret(x.env.Expr(), err))))
		}
	}
	return append(diags, x.checkProgram(c, d)...)
}
