package web

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"mime"
	"mime/multipart"
	"net/textproto"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/value"
)

// multipartBody is a body of the type multipart/form-data (RFC 7578).
type multipartBody struct {
	parts   []*formPart
	maxSize expr.Size
}

// formPart is one part: a field, or a file if it has a filename.
type formPart struct {
	name        string
	value       expr.Of[any]
	base64      expr.Of[string]
	filename    expr.Of[string]
	contentType expr.Of[string]
}

const (
	maxFormParts      = 100
	maxFilename       = 1000 // bytes
	maxPartType       = 200  // bytes
	partHeaderAllowed = 512  // bytes that a part costs beside its name, filename and content
)

// Describe declares the block.
func (m *multipartBody) Describe(s *schema.Spec) {
	m.maxSize = 32 << 20
	s.Doc = "The body as `multipart/form-data` (RFC 7578), for APIs that take files. The parts are sent in the order of the file."
	schema.Repeated(s, &m.parts, "part", "A field or a file. The same name may stand several times.", schema.Required())
	schema.Attr(s, &m.maxSize, "max_size", "The limit for the size of the whole body, at most 1GiB. Above it the action fails before anything is sent.")
	s.Check(func(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics {
		var diags hcl.Diagnostics
		if m.maxSize < 1 || m.maxSize > 1<<30 {
			diags = append(diags, d.Problem("max_size", "Wrong value", "The size of a body is from 1B to 1GiB."))
		}
		if len(m.parts) > maxFormParts {
			diags = append(diags, d.Problem("part", "Too many parts", fmt.Sprintf("A body has at most %d parts.", maxFormParts)))
		}
		return diags
	})
}

// Describe declares the block.
func (p *formPart) Describe(s *schema.Spec) {
	s.Doc = "A field or a file. It is left out if its `value` or `content_base64` is null."
	schema.Label(s, &p.name, "NAME", "The name of the part.")
	schema.Expr(s, &p.value, "value", "The content: a text, number or bool. `jsonencode` makes a text of anything.")
	schema.Expr(s, &p.base64, "content_base64", "The content in base64, for bytes that are not text, such as `webhook.body.file.content` of an uploaded file.")
	schema.Expr(s, &p.filename, "filename", "The name of the file. Receivers treat a part with a filename as a file.")
	schema.Expr(s, &p.contentType, "content_type", "The type, such as `image/jpeg`. The default is `application/octet-stream` for `content_base64`, `text/plain; charset=utf-8` for a `value` with a filename, and none for a field.")
	s.Check(p.checkSettings)
}

func (p *formPart) checkSettings(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics {
	p.nameExpressions()
	var diags hcl.Diagnostics
	switch {
	case d.Has("value") && d.Has("content_base64"):
		diags = append(diags, d.Problem("content_base64", "Two contents", `The part has its content already, in "value". Leave one of them out.`))
	case !d.Has("value") && !d.Has("content_base64"):
		diags = append(diags, d.Problem("value", "Missing attribute", `The content is required, as "value" or "content_base64".`))
	}
	if p.name == "" || len(p.name) > maxPartType || strings.ContainsFunc(p.name, isControl) {
		diags = append(diags, diag.Error(d.Block.LabelRanges[0], "Wrong name of a part", "The name of a part has 1 to 200 bytes and no control characters."))
	}
	if v, ok := p.value.Constant(); ok {
		if _, err := expr.Convert[string](v); err != nil {
			diags = append(diags, d.Problem("value", "Wrong content", diag.Sentence(p.valueError(v))))
		}
	}
	if text, ok := p.base64.Constant(); ok {
		if _, err := value.DecodeBase64(text); err != nil {
			diags = append(diags, d.Problem("content_base64", "Wrong content", "This is "+err.Error()+"."))
		}
	}
	if text, ok := p.filename.Constant(); ok {
		if err := checkFilename(text); err != nil {
			diags = append(diags, d.Problem("filename", "Wrong name of a file", diag.Sentence(err)))
		}
	}
	if text, ok := p.contentType.Constant(); ok {
		if err := checkPartType(text); err != nil {
			diags = append(diags, d.Problem("content_type", "Wrong type of content", diag.Sentence(err)))
		}
	}
	return diags
}

// nameExpressions tells the parts apart in the history.
func (p *formPart) nameExpressions() {
	for name, e := range map[string]*expr.Expr{"value": p.value.Expr(), "filename": p.filename.Expr(), "content_type": p.contentType.Expr()} {
		if e != nil {
			e.SetName("part." + p.name + "." + name)
		}
	}
}

// encode returns the body and its type, whose boundary no sender can guess.
func (m *multipartBody) encode(ctx context.Context, env expr.Env) (body []byte, contentType string, err error) {
	var out bytes.Buffer
	w := multipart.NewWriter(&out)
	for _, p := range m.parts {
		if err := p.writeTo(ctx, env, w, int(m.maxSize)-out.Len()); err != nil {
			return nil, "", err
		}
	}
	if err := w.Close(); err != nil {
		return nil, "", err
	}
	return out.Bytes(), w.FormDataContentType(), nil
}

// writeTo writes the part, unless its content is null. room is how many bytes
// the body may still grow.
func (p *formPart) writeTo(ctx context.Context, env expr.Env, w *multipart.Writer, room int) error {
	content, err := p.readContent(ctx, env, room)
	if content == nil || err != nil {
		return err
	}
	filename, err := p.filename.EvalOr(ctx, env, "")
	if err != nil {
		return err
	}
	if filename != "" {
		if err := checkFilename(filename); err != nil {
			return flow.InvalidValue(p.filename.Expr(), fmt.Errorf("part %q: %w", p.name, err))
		}
	}
	mediaType, err := p.contentType.EvalOr(ctx, env, "")
	if err != nil {
		return err
	}
	if mediaType == "" {
		mediaType = p.defaultType(filename)
	} else if err := checkPartType(mediaType); err != nil {
		return flow.InvalidValue(p.contentType.Expr(), fmt.Errorf("part %q: %w", p.name, err))
	}
	if len(content)+len(filename)+partHeaderAllowed > room {
		return p.sizeError()
	}
	to, err := w.CreatePart(p.header(filename, mediaType))
	if err != nil {
		return err
	}
	_, err = to.Write(content)
	return err
}

// header returns the header of the part. Names are written as browsers do:
// UTF-8, with quotes and control characters percent-encoded, so that no name
// can end its field (RFC 7578, sections 4.2 and 5.1).
func (p *formPart) header(filename, mediaType string) textproto.MIMEHeader {
	disposition := `form-data; name="` + quoteName(p.name) + `"`
	if filename != "" {
		disposition += `; filename="` + quoteName(filename) + `"`
	}
	header := textproto.MIMEHeader{"Content-Disposition": {disposition}}
	if mediaType != "" {
		header.Set("Content-Type", mediaType)
	}
	return header
}

func (p *formPart) defaultType(filename string) string {
	switch {
	case p.base64.IsSet():
		return "application/octet-stream"
	case filename != "":
		return "text/plain; charset=utf-8"
	}
	return ""
}

// readContent returns the content, nil if it is null. It reads base64 from the
// expression itself so that the history does not hold files.
func (p *formPart) readContent(ctx context.Context, env expr.Env, room int) ([]byte, error) {
	if p.value.IsSet() {
		return p.readValue(ctx, env)
	}
	if !p.base64.IsSet() {
		return nil, nil // the file says null
	}
	v, err := p.base64.Expr().Eval(ctx, env)
	if v == nil || err != nil {
		return nil, err
	}
	text, err := expr.Convert[string](v)
	if err != nil {
		return nil, flow.InvalidValue(p.base64.Expr(), fmt.Errorf("part %q: content_base64: %w", p.name, err))
	}
	if base64.StdEncoding.DecodedLen(len(text))-2 > room {
		return nil, p.sizeError()
	}
	data, err := value.DecodeBase64(text)
	if err != nil {
		return nil, flow.InvalidValue(p.base64.Expr(), fmt.Errorf("part %q: content_base64 is %w", p.name, err))
	}
	return append([]byte{}, data...), nil
}

func (p *formPart) readValue(ctx context.Context, env expr.Env) ([]byte, error) {
	v, err := p.value.Eval(ctx, env)
	if v == nil || err != nil {
		return nil, err
	}
	text, err := expr.Convert[string](v)
	if err != nil {
		return nil, flow.InvalidValue(p.value.Expr(), fmt.Errorf("part %q: %w", p.name, p.valueError(v)))
	}
	return append([]byte{}, text...), nil
}

func (*formPart) valueError(v any) error {
	return fmt.Errorf("the value is %s; a part takes a text, a number or a bool, and jsonencode makes a text of anything", value.Describe(v))
}

func (p *formPart) sizeError() error {
	return &flow.Error{Class: flow.Invalid, Message: fmt.Sprintf("the body with part %q is larger than max_size of multipart", p.name)}
}

// quoteName encodes a name for a quoted text of a header.
func quoteName(name string) string {
	var out strings.Builder
	for _, c := range []byte(strings.ToValidUTF8(name, "\ufffd")) {
		if c == '"' || c < ' ' || c == 0x7f {
			fmt.Fprintf(&out, "%%%02X", c)
			continue
		}
		out.WriteByte(c)
	}
	return out.String()
}

func isControl(c rune) bool { return c < ' ' || c == 0x7f }

func checkFilename(name string) error {
	if len(name) > maxFilename {
		return fmt.Errorf("the name of the file has more than %d bytes", maxFilename)
	}
	return nil
}

// checkPartType refuses types that could add a line to the header of a part.
func checkPartType(text string) error {
	media, _, err := mime.ParseMediaType(text)
	if err != nil || !strings.Contains(media, "/") || len(text) > maxPartType ||
		strings.ContainsFunc(text, func(c rune) bool { return c > '~' || isControl(c) }) {
		return errors.New(`the type of a part is one such as "image/jpeg" or "text/csv; charset=utf-8"`)
	}
	return nil
}
