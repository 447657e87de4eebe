package body

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"strconv"
	"strings"

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

// ParseMultipart reads a body of the type multipart/form-data (RFC 7578).
// boundary is the parameter of its content type.
//
// A part without a file name is a field: its content becomes a string, with
// U+FFFD for bytes that are not UTF-8. A part with a file name becomes the object
//
//	{"filename": string, "content_type": string, "size": number, "content": string}
//
// where filename has no folders, content_type is text/plain if the sender gave
// none, size counts bytes and content is base64 (RFC 4648, section 4). A part
// with an empty file name is a field: browsers send one if no file was chosen.
//
// Names nest as in [ParseQuery], and several parts with one name become an
// array. At most [MaxParameters] parts are accepted. Parts in the encoding
// quoted-printable are decoded.
//
// Each error is a [*value.SyntaxError]. The place of an error in a part is the
// delimiter before the part.
func ParseMultipart(body []byte, boundary string, lim value.Limits) (map[string]any, error) {
	if !isBoundary(boundary) {
		return nil, &value.SyntaxError{Reason: "the content type has no valid boundary; it takes 1 to 70 characters"}
	}
	tree := newParameterTree(lim)
	parts := multipart.NewReader(bytes.NewReader(body), boundary)
	for count := 1; ; count++ {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) && isClosed(body, boundary) {
			return tree.buildValue(), nil
		}
		if err == nil && count > MaxParameters {
			err = fmt.Errorf("too many parts; at most %d are accepted", MaxParameters)
		}
		if err == nil {
			err = addPart(tree, part)
		}
		if err != nil {
			return nil, partError(body, boundary, count, err)
		}
	}
}

// addPart reads a part and adds it to the tree.
func addPart(tree *parameterTree, part *multipart.Part) error {
	if err := checkPartHeader(part); err != nil {
		return err
	}
	name := part.FormName()
	if name == "" {
		return errors.New("a part without a name; its header needs Content-Disposition: form-data; name=\"…\"")
	}
	content, err := io.ReadAll(part)
	if err != nil {
		return err
	}
	if part.FileName() == "" {
		tree.addParameter(toUTF8(name), toUTF8(string(content)))
		return nil
	}
	contentType := part.Header.Get("Content-Type")
	if contentType == "" {
		contentType = "text/plain"
	}
	tree.addParameter(toUTF8(name), map[string]any{
		"filename":     toUTF8(baseName(part.FileName())),
		"content_type": toUTF8(contentType),
		"size":         json.Number(strconv.Itoa(len(content))),
		"content":      base64.StdEncoding.EncodeToString(content),
	})
	return nil
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
	reason := fmt.Sprintf("part %d: %s", count, termtext.Line(strings.TrimPrefix(err.Error(), "multipart: NextPart: "), maxReason))
	return value.NewSyntaxError(body, delimiterOffset(body, boundary, count), "", reason)
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
