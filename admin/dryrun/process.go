package dryrun

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/webhook-gateway/gateway/admin/ops"
	"github.com/webhook-gateway/gateway/flowtest"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/subprocess"
	"github.com/webhook-gateway/gateway/internal/termtext"
)

const (
	maxTime   = 10 * time.Second // of a dry run
	maxMemory = 256 << 20        // bytes of its heap and its threads
	maxJob    = 64 << 20         // bytes of a job
	maxOutput = 32 << 20         // bytes that a process writes; a result has at most maxValues of values
)

// Limits are the bounds of the process of a dry run. Its parent ends it after
// maxTime; the bound of computation is for a process whose parent has died.
func Limits() subprocess.Limits {
	return subprocess.Limits{Memory: maxMemory, Time: 2 * maxTime}
}

// InChild returns a Runner that executes each job in a process of its own, which
// must call Serve. Path and args name a program, its own name first. An endless
// loop, a lack of memory and a panic end that process and nothing else.
func InChild(path string, args []string, clk clock.Clock) Runner {
	return func(ctx context.Context, j *Job) (*Result, error) {
		job, err := json.Marshal(j)
		if err != nil {
			return nil, fmt.Errorf("encoding a dry run: %w", err)
		}
		if len(job) > maxJob {
			return nil, &ops.Error{Kind: ops.TooLarge, Message: fmt.Sprintf("a dry run takes at most %d MiB of the request and the answers of the run", maxJob>>20)}
		}
		ctx, stop := clock.WithTimeout(ctx, clk, maxTime)
		defer stop()
		p := &subprocess.Process{Path: path, Args: args, Env: []string{"GOMAXPROCS=1"}, Stdin: string(job), MaxOutput: maxOutput, Clock: clk}
		end, err := p.Run(ctx)
		if err != nil {
			return nil, startError(ctx, err)
		}
		var out Result
		if end.Code != 0 || end.Signal != "" || json.Unmarshal(end.Stdout, &out) != nil || out.Run == nil && out.Finding == "" {
			return nil, crashError(end)
		}
		return &out, nil
	}
}

// startError explains why a process was not run to its end.
func startError(ctx context.Context, err error) error {
	var tooMuch *subprocess.OutputTooLong
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return &ops.Error{Kind: ops.Invalid, Message: fmt.Sprintf("the dry run did not end within %s: the flow computes without an end, or for too long", maxTime)}
	case ctx.Err() != nil:
		return &ops.Error{Kind: ops.ShuttingDown, Message: "the dry run was stopped"}
	case errors.As(err, &tooMuch):
		return &ops.Error{Kind: ops.Internal, Message: fmt.Sprintf("the dry run was ended because %s", err)}
	}
	return fmt.Errorf("starting the process of a dry run: %w", err)
}

// crashError explains the end of a process that gave no result.
func crashError(end *subprocess.End) *ops.Error {
	last := crashLine(end.Stderr)
	switch {
	case lacksMemory(last) || end.Signal == "killed":
		return &ops.Error{Kind: ops.Invalid, Message: fmt.Sprintf("the dry run needs more than the %d MiB of memory that it may use", maxMemory>>20)}
	case last != "":
		return &ops.Error{Kind: ops.Internal, Message: "the dry run crashed: " + last}
	case end.Signal != "":
		return &ops.Error{Kind: ops.Internal, Message: "the dry run was ended by the signal " + end.Signal}
	}
	return &ops.Error{Kind: ops.Internal, Message: fmt.Sprintf("the dry run ended with exit code %d and without a result", end.Code)}
}

// lacksMemory reports whether a message of the runtime or of the C library says that
// there is no memory for the heap or for the stack of a thread.
func lacksMemory(message string) bool {
	return slices.ContainsFunc([]string{"out of memory", "cannot allocate memory", "pthread_create failed", "failed to create new OS thread"}, func(part string) bool {
		return strings.Contains(message, part)
	})
}

// crashLine returns the first line of a process that is not empty: that of a panic,
// or a message.
func crashLine(stderr []byte) string {
	const limit = 200
	first, _, _ := bytes.Cut(bytes.TrimSpace(stderr), []byte("\n"))
	return termtext.Line(strings.ToValidUTF8(string(first), "\ufffd"), limit)
}

// Serve executes the job that it reads, in this process, and writes the result.
func Serve(ctx context.Context, in io.Reader, out io.Writer, o flowtest.Options) error {
	var j Job
	if err := json.NewDecoder(in).Decode(&j); err != nil {
		return fmt.Errorf("reading a dry run: %w", err)
	}
	got, err := InProcess(o)(ctx, &j)
	if err != nil {
		return err
	}
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false) // pages show values as they are
	return encoder.Encode(got)
}
