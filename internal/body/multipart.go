package body

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/webhook-gateway/gateway/internal/termtext"
	"github.com/webhook-gateway/gateway/internal/value"
)

// The limits of the header of one part.
const (
	// MaxPartHeaders is the maximum number of fields.
	MaxPartHeaders = 32
	// MaxPartHeaderBytes is the maximum size of all fields together.
	MaxPartHeaderBytes = 16 << 10
)

// MultipartForm is the content of a multipart form.
type MultipartForm struct {
	Values map[string]any
	// JSON holds each outermost name all of whose parts said that they are JSON.
	JSON map[string]bool
}

// ParseMultipart reads a body of the type multipart/form-data (RFC 7578).
// boundary is the parameter of its content type.
//
// A part whose content type is JSON becomes the value that it holds. Another part
// without a file name is a field: its content becomes a string. It is in UTF-8,
// or in the encoding that its content type names or that the field _charset_ before
// it names. Another part with a file name becomes the object
//
//	{"filename": string, "content_type": string, "size": number, "content": string}
//
// where filename has no folders, content_type is text/plain if the sender gave
// none, size counts bytes and content is base64 (RFC 4648, section 4). A part
// with an empty file name is a field: browsers send one if no file was chosen.
//
// Names nest as in [ParseQuery], and several parts with one name become an
// array. At most [MaxParameters] parts are accepted. Parts in the encodings base64
// and quoted-printable are decoded.
//
// Each error is a [*value.SyntaxError]. The place of an error in a part is the
// delimiter before the part.
func ParseMultipart(body []byte, boundary string, lim value.Limits) (MultipartForm, error) {
	if !isBoundary(boundary) {
		return MultipartForm{}, &value.SyntaxError{Reason: "the content type has no valid boundary; it takes 1 to 70 characters"}
	}
	r := &partReader{tree: newParameterTree(lim), limits: lim, json: map[string]bool{}}
	parts := multipart.NewReader(bytes.NewReader(body), boundary)
	for count := 1; ; count++ {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) && isClosed(body, boundary) {
			return MultipartForm{Values: r.tree.buildValue(), JSON: r.json}, nil
		}
		if err == nil && count > MaxParameters {
			err = fmt.Errorf("too many parts; at most %d are accepted", MaxParameters)
		}
		if err == nil {
			err = r.readPart(part)
		}
		if err != nil {
			return MultipartForm{}, partError(body, boundary, count, err)
		}
	}
}

// partReader collects the values of the parts.
type partReader struct {
	tree    *parameterTree
	limits  value.Limits
	charset Charset // of the fields whose content type names none
	json    map[string]bool
}

// readPart reads a part and adds it to the tree.
func (r *partReader) readPart(part *multipart.Part) error {
	if err := checkPartHeader(part); err != nil {
		return err
	}
	name := toUTF8(part.FormName())
	if name == "" {
		return errors.New("a part without a name; its header needs Content-Disposition: form-data; name=\"…\"")
	}
	content, err := readContent(part)
	if err != nil {
		return err
	}
	contentType := part.Header.Get("Content-Type")
	media, params, err := mime.ParseMediaType(contentType)
	isJSON := err == nil && isJSONType(media) && len(content) > 0
	r.noteFormat(name, isJSON)
	switch {
	case isJSON:
		return r.addJSON(name, content, params["charset"])
	case part.FileName() == "":
		return r.addField(name, content, params["charset"])
	}
	if contentType == "" {
		contentType = "text/plain"
	}
	r.tree.addParameter(name, map[string]any{
		"filename":     toUTF8(baseName(part.FileName())),
		"content_type": toUTF8(contentType),
		"size":         json.Number(strconv.Itoa(len(content))),
		"content":      base64.StdEncoding.EncodeToString(content),
	})
	return nil
}

// noteFormat records whether all parts below an outermost name are JSON.
func (r *partReader) noteFormat(name string, isJSON bool) {
	segments := splitName(name, r.tree.depth)
	outermost := segments[0].name
	before, known := r.json[outermost]
	r.json[outermost] = isJSON && (before || !known)
}

func (r *partReader) addJSON(name string, content []byte, charset string) error {
	text, err := DecodeJSONText(content, charset)
	if err != nil {
		return err
	}
	v, err := value.Decode(text, r.limits)
	if syntax, ok := errors.AsType[*value.SyntaxError](err); ok {
		return &partSyntaxError{pointer: value.AppendPointer("", name) + syntax.Pointer, err: syntax}
	}
	r.tree.addParameter(name, v)
	return err
}

func (r *partReader) addField(name string, content []byte, charsetName string) error {
	charset, known := FindCharset(charsetName)
	if !known {
		return errors.New(unknownCharset(charsetName))
	}
	if !charset.isNamed {
		charset = r.charset
	}
	text := charset.decodeString(string(content))
	if !utf8.ValidString(text) {
		return errors.New("text that is not UTF-8; name its character encoding as charset of the Content-Type of the part, or give the part a file name")
	}
	if name == "_charset_" {
		r.charset, _ = FindCharset(text)
	}
	r.tree.addParameter(name, text)
	return nil
}

// partSyntaxError is a syntax error in the JSON text of a part.
type partSyntaxError struct {
	pointer string
	err     *value.SyntaxError
}

func (e *partSyntaxError) Error() string {
	return fmt.Sprintf("JSON, line %d, column %d: %s", e.err.Line, e.err.Column, e.err.Reason)
}

// isJSONType reports whether a media type is JSON.
func isJSONType(media string) bool {
	return strings.HasSuffix(media, "/json") || strings.HasSuffix(media, "+json")
}

// readContent reads the content of a part and decodes base64. multipart.Reader
// decodes quoted-printable.
func readContent(part *multipart.Part) ([]byte, error) {
	content, err := io.ReadAll(part)
	if err != nil {
		return nil, err
	}
	switch encoding := strings.TrimSpace(part.Header.Get("Content-Transfer-Encoding")); strings.ToLower(encoding) {
	case "", "7bit", "8bit", "binary":
		return content, nil
	case "base64":
		return decodeBase64(content)
	default:
		return nil, fmt.Errorf("the transfer encoding %s is not known", value.Quote(encoding))
	}
}

// decodeBase64 decodes base64 in lines, with or without padding.
func decodeBase64(text []byte) ([]byte, error) {
	compact := bytes.Join(bytes.Fields(text), nil)
	compact = bytes.TrimRight(compact, "=")
	out := make([]byte, base64.RawStdEncoding.DecodedLen(len(compact)))
	n, err := base64.RawStdEncoding.Decode(out, compact)
	if err != nil {
		return nil, errors.New("a part with the transfer encoding base64 that is not base64")
	}
	return out[:n], nil
}

func checkPartHeader(part *multipart.Part) error {
	fields, size := 0, 0
	for name, texts := range part.Header {
		for _, text := range texts {
			fields++
			size += len(name) + len(text)
		}
	}
	if fields > MaxPartHeaders {
		return fmt.Errorf("a part with %d header fields; at most %d are accepted", fields, MaxPartHeaders)
	}
	if size > MaxPartHeaderBytes {
		return fmt.Errorf("a part with a header of %d bytes; at most %d are accepted", size, MaxPartHeaderBytes)
	}
	return nil
}

// baseName removes the folders of a file name, also with the separator of
// Windows, so that the name cannot leave the folder that it is joined to.
func baseName(name string) string {
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	if name == "." || name == ".." {
		return ""
	}
	return name
}

// isBoundary reports whether RFC 2046, section 5.1.1, allows a boundary.
func isBoundary(boundary string) bool {
	if boundary == "" || len(boundary) > 70 || strings.HasSuffix(boundary, " ") {
		return false
	}
	for i := range len(boundary) {
		c := boundary[i]
		alphanumeric := '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
		if !alphanumeric && strings.IndexByte("'()+_,-./:=? ", c) < 0 {
			return false
		}
	}
	return true
}

// isClosed reports whether body has the delimiter that ends the last part.
// multipart.Reader reports io.EOF also if the text ends within a header.
func isClosed(body []byte, boundary string) bool {
	closing := []byte("--" + boundary + "--")
	for line := range bytes.Lines(body) {
		if rest, ok := bytes.CutPrefix(line, closing); ok && len(bytes.TrimRight(rest, " \t\r\n")) == 0 {
			return true
		}
	}
	return false
}

// partError returns an error at the delimiter of a part.
func partError(body []byte, boundary string, count int, err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return value.NewSyntaxError(body, int64(len(body)), "", "the body ends before the closing boundary")
	}
	if errors.Is(err, bufio.ErrBufferFull) {
		err = errors.New("a long line where the boundary should be")
	}
	pointer := ""
	if syntax, ok := errors.AsType[*partSyntaxError](err); ok {
		pointer = syntax.pointer
	}
	reason := fmt.Sprintf("part %d: %s", count, termtext.Line(strings.TrimPrefix(err.Error(), "multipart: NextPart: "), maxReason))
	return value.NewSyntaxError(body, delimiterOffset(body, boundary, count), pointer, reason)
}

// delimiterOffset returns the offset of the delimiter before a part, whose number
// counts from 1.
func delimiterOffset(body []byte, boundary string, count int) int64 {
	delimiter := []byte("--" + boundary)
	offset := 0
	for {
		at := bytes.Index(body[offset:], delimiter)
		if at < 0 {
			return int64(len(body))
		}
		offset += at
		end := offset + len(delimiter)
		startsLine := offset == 0 || body[offset-1] == '\n'
		if startsLine && (end == len(body) || bytes.IndexByte([]byte(" \t\r\n-"), body[end]) >= 0) {
			if count--; count <= 0 {
				return int64(offset)
			}
		}
		offset = end
	}
}
