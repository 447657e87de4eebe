package mail

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"mime"
	"path"
	"regexp"
	"strings"

	"github.com/hashicorp/hcl/v2"
	gomail "github.com/wneessen/go-mail"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/value"
)

// attachment is the block of an attached file.
type attachment struct {
	label       string
	filename    expr.Of[string]
	content     expr.Of[string]
	base64      expr.Of[string]
	contentType expr.Of[string]
	inline      bool
}

// Describe declares the block.
func (a *attachment) Describe(s *schema.Spec) {
	s.Doc = "An attached file. It is left out if its content is null."
	schema.Label(s, &a.label, "NAME", "The file's name, such as `terms.pdf`.")
	schema.Expr(s, &a.filename, "filename", "The file's name, if it depends on the run.")
	schema.Expr(s, &a.content, "content", "The content, as text. `file(\"terms.txt\")` reads a file beside the flow when the flow is loaded.")
	schema.Expr(s, &a.base64, "content_base64", "The content in base64, for bytes that are not text. `filebase64(\"logo.png\")` reads a file.")
	schema.Expr(s, &a.contentType, "content_type", "The file's type, such as `application/pdf`. The default depends on the end of its name. A `message/rfc822` is attached as it is, since it may not be encoded: its lines have at most 998 bytes, and the mail server has to take 8-bit text if it is not ASCII.")
	schema.Attr(s, &a.inline, "inline", "`true` for a picture that the HTML shows: `<img src=\"cid:NAME\">` with the block's label.")
	s.Check(a.checkSettings)
}

// contentIDPattern matches labels that can be part of a cid: URL in HTML.
var contentIDPattern = regexp.MustCompile(`^[A-Za-z0-9._@+-]+$`)

func (a *attachment) checkSettings(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics {
	var diags hcl.Diagnostics
	switch {
	case a.content.IsSet() && a.base64.IsSet():
		diags = append(diags, d.Problem("content_base64", "Two contents", `The attachment has its content already, in "content". Leave one of them out.`))
	case !a.content.IsSet() && !a.base64.IsSet():
		diags = append(diags, d.Problem("content", "Missing attribute", `The content is required, as "content" or "content_base64".`))
	}
	if err := checkFilename(a.label); err != nil {
		diags = append(diags, diag.Error(d.Block.LabelRanges[0], "Wrong name of a file", diag.Sentence(err)))
	} else if a.inline && !contentIDPattern.MatchString(a.label) {
		diags = append(diags, diag.Error(d.Block.LabelRanges[0], "Wrong name of a picture", "The name of an inline attachment is part of a URL: use letters, digits, and . _ - + @."))
	}
	if text, ok := a.contentType.Constant(); ok {
		if err := checkMediaType(text); err != nil {
			diags = append(diags, d.Problem("content_type", "Wrong type of content", diag.Sentence(err)))
		}
	}
	if text, ok := a.base64.Constant(); ok {
		if _, err := value.DecodeBase64(text); err != nil {
			diags = append(diags, d.Problem("content_base64", "Wrong content", "This is "+err.Error()+"."))
		}
	}
	return diags
}

func (a *attachment) expressions() []*expr.Expr {
	return []*expr.Expr{a.filename.Expr(), a.content.Expr(), a.base64.Expr(), a.contentType.Expr()}
}

// attachedPart is an attachment of one message.
type attachedPart struct {
	name, contentType, cid string
	data                   []byte
	token                  string // stands for an attached message until the message around it is written
}

// buildPart returns the attachment, nil if its content is null.
func (a *attachment) buildPart(ctx context.Context, env expr.Env) (*attachedPart, error) {
	data, err := a.readContent(ctx, env)
	if data == nil || err != nil {
		return nil, err
	}
	p := &attachedPart{data: data}
	if p.name, err = a.filename.EvalOr(ctx, env, a.label); err != nil {
		return nil, err
	}
	if err := checkFilename(p.name); err != nil {
		return nil, flow.InvalidValue(a.filename.Expr(), err)
	}
	if p.contentType, err = a.contentType.EvalOr(ctx, env, mediaTypeOf(p.name)); err != nil {
		return nil, err
	}
	if err := checkMediaType(p.contentType); err != nil {
		return nil, flow.InvalidValue(a.contentType.Expr(), err)
	}
	if a.content.IsSet() && strings.HasPrefix(p.contentType, "text/") && !strings.Contains(p.contentType, ";") {
		p.contentType += "; charset=utf-8"
	}
	if a.inline {
		p.cid = a.label
	}
	if isMessageType(p.contentType) {
		if err := p.prepareMessage(a.inline); err != nil {
			return nil, &flow.Error{Class: flow.Invalid, Message: fmt.Sprintf("attachment %q: %v", a.label, err)}
		}
	}
	return p, nil
}

// readContent returns the bytes, nil if there are none. It reads the
// expression itself so that the history does not hold the content.
func (a *attachment) readContent(ctx context.Context, env expr.Env) ([]byte, error) {
	from := a.content.Expr()
	if a.base64.IsSet() {
		from = a.base64.Expr()
	}
	if from == nil {
		return nil, nil // the file says null
	}
	v, err := from.Eval(ctx, env)
	if v == nil || err != nil {
		return nil, err
	}
	text, err := expr.Convert[string](v)
	if err != nil {
		return nil, flow.InvalidValue(from, fmt.Errorf("attachment %q: %w", a.label, err))
	}
	if !a.base64.IsSet() {
		return append([]byte{}, text...), nil
	}
	data, err := value.DecodeBase64(text)
	if err != nil {
		return nil, flow.InvalidValue(from, fmt.Errorf("attachment %q: content_base64 is %w", a.label, err))
	}
	return append([]byte{}, data...), nil
}

// addToMessage adds the part to a message. It writes the header fields itself,
// so that names in other scripts take the form of RFC 2231.
func (p *attachedPart) addToMessage(m *gomail.Msg) error {
	option := func(f *gomail.File) {
		f.Header.Set("Content-Type", p.contentType)
		disposition := "attachment"
		if p.cid != "" {
			disposition = "inline"
			f.Header.Set("Content-ID", "<"+p.cid+">")
		}
		f.Header.Set("Content-Disposition", mime.FormatMediaType(disposition, map[string]string{"filename": p.name}))
	}
	if p.token != "" {
		f := func(f *gomail.File) { option(f); f.Header.Set("Content-Transfer-Encoding", p.encoding()) }
		return m.AttachReader(p.name, strings.NewReader(p.token), f)
	}
	if p.cid != "" {
		return m.EmbedReader(p.name, bytes.NewReader(p.data), option)
	}
	return m.AttachReader(p.name, bytes.NewReader(p.data), option)
}

func checkFilename(name string) error {
	switch {
	case name == "" || name == "." || name == "..":
		return errors.New("the file has no name")
	case len(name) > 200:
		return errors.New("the name of the file has more than 200 bytes")
	case strings.ContainsAny(name, `/\`):
		return errors.New("the name of the file holds a slash")
	}
	if err := checkLine(name); err != nil {
		return fmt.Errorf("the name of the file %w", err)
	}
	return nil
}

func checkMediaType(text string) error {
	media, params, err := mime.ParseMediaType(text)
	if err != nil || !strings.Contains(media, "/") || strings.HasPrefix(media, "multipart/") || checkLine(text) != nil || !isASCII(text) || len(text) > 200 {
		return errors.New(`the type of a file is one such as "application/pdf" or "text/csv; charset=utf-8"`)
	}
	if mime.FormatMediaType(media, params) == "" {
		return errors.New("the type of a file can't be written")
	}
	return nil
}

// mediaTypeOf returns the type of a file by its name. It does not use the
// system's table, so that messages do not depend on the machine.
func mediaTypeOf(name string) string {
	known := map[string]string{
		".csv": "text/csv", ".htm": "text/html", ".html": "text/html", ".ics": "text/calendar", ".txt": "text/plain",
		".vcf": "text/vcard", ".eml": "message/rfc822", ".xml": "application/xml", ".json": "application/json", ".pdf": "application/pdf", ".zip": "application/zip",
		".gif": "image/gif", ".jpeg": "image/jpeg", ".jpg": "image/jpeg", ".png": "image/png", ".svg": "image/svg+xml", ".webp": "image/webp",
		".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
		".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	}[strings.ToLower(path.Ext(name))]
	if known == "" {
		return "application/octet-stream"
	}
	return known
}
