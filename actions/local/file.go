// Package local holds the actions that touch the gateway's own machine: "file"
// and "exec". Both work only if the gateway was started with permission.
package local

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/value"
)

// File writes a file. file_path.go decides where a path leads, file_write.go
// writes the bytes.
type File struct {
	path    expr.Of[string]
	content expr.Of[string]
	base64  expr.Of[string]
	mode    string

	folders Folders // set by Open
}

// The values of "mode".
const (
	fileAppend  = "append"
	fileReplace = "write"
)

// Describe declares the fields, outputs and examples.
func (f *File) Describe(s *schema.Spec) {
	f.mode = fileReplace
	s.Doc = "Writes a file on the machine of the gateway, below a folder that `gateway run --allow-path` names. Without one, flows with this action are not put into service; they can still be validated.\n\n" +
		"Missing folders are created. Neither `..` nor a symbolic link leads out of the allowed folder, even if the path contains values of the run.\n\n" +
		"`write` writes a temporary file and then renames it: readers see the old file or the new one, never a part. `append` adds the content in one piece, so that concurrent runs do not mix; a piece that does not fit on the disk is removed again. Both return after the bytes are on the disk. If the gateway stops during an action, the action runs again after the restart: a file is written again, and appended content may appear twice. Include something like `run.id` to recognize duplicates."
	schema.Expr(s, &f.path, "path", "The path of the file, below an allowed folder. A relative path begins at the first of them.", schema.Required())
	schema.Expr(s, &f.content, "content", "The content. Line breaks are part of it: `\"…\\n\"`.")
	schema.Expr(s, &f.base64, "content_base64", "The content in base64, for bytes that are not text.")
	schema.Attr(s, &f.mode, "mode", "`write` replaces the file, `append` adds to it.", schema.OneOf(fileReplace, fileAppend))
	s.Output("path", cty.String, "The file's absolute path.")
	s.Output("size", cty.Number, "How many bytes the file has now.")
	s.Check(f.checkSettings)
	s.Example(schema.Example{
		Title: "Keep an order as a file of its own",
		HCL:   "path    = \"orders/${webhook.body.order}.json\"\ncontent = jsonencode(webhook.body)",
		Input: `{"order": "A-1", "total": 12.5}`,
		Want:  `{"path": "/srv/archive/orders/A-1.json", "size": 28}`,
	})
	s.Example(schema.Example{
		Title: "Add a line to a journal",
		HCL:   "path    = \"journal/orders.jsonl\"\nmode    = \"append\"\ncontent = \"${jsonencode({ run = run.id, order = webhook.body.order })}\\n\"",
		Input: `{"order": "A-1"}`,
		Want:  `{"path": "/srv/archive/journal/orders.jsonl", "size": 30}`,
	})
}

func (f *File) checkSettings(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics {
	var diags hcl.Diagnostics
	switch {
	case f.content.IsSet() && f.base64.IsSet():
		diags = append(diags, d.Problem("content_base64", "Two contents", `The file has its content already, in "content". Leave one of them out.`))
	case !f.content.IsSet() && !f.base64.IsSet():
		diags = append(diags, d.Problem("content", "Missing attribute", `The content is required, as "content" or "content_base64"; content = "" makes an empty file.`))
	}
	if path, ok := f.path.Constant(); ok {
		if err := checkFilePath(path); err != nil {
			diags = append(diags, d.Problem("path", "Wrong path", diag.Sentence(flow.HideSecret(f.path.Expr(), err))))
		}
	}
	if _, ok := f.base64.Constant(); ok {
		if _, err := f.evalContent(context.Background(), nil); err != nil {
			diags = append(diags, d.Problem("content_base64", "Wrong content", diag.Sentence(err)))
		}
	}
	return diags
}

// noFolders is the error of a gateway that does not allow files.
const noFolders = "flows may not write files here; start the gateway with --allow-path FOLDER (or GATEWAY_ALLOW_PATH) to let them write below a folder"

// Open takes the allowed folders from the settings.
func (f *File) Open(r *flow.Resources) error {
	if len(r.Settings.AllowPaths) == 0 {
		return &flow.NotAllowed{Message: noFolders}
	}
	f.folders = r.Settings.AllowPaths
	if path, ok := f.path.Constant(); ok {
		_, _, err := f.folders.Locate(path)
		return flow.HideSecret(f.path.Expr(), err)
	}
	return nil
}

// Traits reports that the action has an outside effect.
func (*File) Traits() flow.Traits { return flow.Traits{Performs: true, Repeats: []string{"path"}} }

// Run does one attempt.
func (f *File) Run(ctx context.Context, c *flow.Call) (any, error) {
	path, err := f.path.Eval(ctx, c)
	if err != nil {
		return nil, err
	}
	content, err := f.evalContent(ctx, c)
	if err != nil {
		return nil, err
	}
	return flow.Perform(ctx, c, func(ctx context.Context) (any, error) { return f.write(ctx, c, path, content) })
}

// write writes the content to the path.
func (f *File) write(ctx context.Context, c *flow.Call, path string, content []byte) (any, error) {
	folder, name, err := f.folders.Locate(path)
	if err != nil {
		return nil, f.writeError(c, err)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	size, err := writeBelow(folder, name, content, f.mode == fileAppend)
	if err != nil {
		return nil, f.writeError(c, err)
	}
	return map[string]any{"path": filepath.Join(folder, name), "size": size}, nil
}

// evalContent returns the bytes to write.
func (f *File) evalContent(ctx context.Context, env expr.Env) ([]byte, error) {
	if !f.base64.IsSet() {
		text, err := f.content.EvalOr(ctx, env, "")
		return []byte(text), err
	}
	text, err := f.base64.EvalOr(ctx, env, "")
	if err != nil {
		return nil, err
	}
	out, err := value.DecodeBase64(text)
	if err != nil {
		return nil, flow.InvalidValue(f.base64.Expr(), fmt.Errorf("content_base64 is %w", err))
	}
	return out, nil
}

// writeError makes the error of a file that can't be written. A refused path
// has a class of its own.
func (f *File) writeError(c *flow.Call, err error) error {
	e := &flow.Error{Class: flow.Permanent, Message: err.Error(), Err: err, Range: f.path.Expr().Range()}
	var refused *pathError
	if errors.As(err, &refused) {
		e.Class = refused.class
	}
	if c.Step.Sensitive || f.path.Expr().Sensitive() {
		e.Message, e.Err = "the file can't be written; details are hidden, as the path is a secret or the action is sensitive", nil
	}
	return e
}
