package outbound

import (
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/webhook-gateway/gateway/internal/body"
)

// Response is the answer to a [Request], read to its end.
type Response struct {
	Status int         // of three digits; 1xx do not come through
	Header http.Header // without Content-Encoding and Content-Length where the body was decoded
	Body   []byte      // decoded from gzip, deflate, br and zstd; other encodings stay as they are

	// FinalURL is the URL that answered, after redirects. Like any URL it may
	// be a secret.
	FinalURL  string
	Target    string // "https://example.com:8443", the part of it that may be shown
	Redirects int    // how many were followed
}

var errTooLarge = errors.New("larger than its limit")

// capped reads at most left bytes of r and fails with errTooLarge if there are
// more. It remembers how r ended.
type capped struct {
	r    io.Reader
	left int64
	end  error
}

func (c *capped) Read(p []byte) (int, error) {
	if c.end != nil {
		return 0, c.end
	}
	var probe [1]byte
	full := c.left == 0
	switch {
	case full:
		p = probe[:]
	case int64(len(p)) > c.left:
		p = p[:c.left]
	}
	n, err := c.r.Read(p)
	c.end = err
	if full && n > 0 {
		n, c.end = 0, errTooLarge
	}
	c.left -= int64(n)
	return n, c.end
}

// readBody reads the whole body, decoded, and closes it. More than limit bytes
// are an error, whether the server announces them or not.
func readBody(ctx context.Context, answer *http.Response, limit int64) ([]byte, *Error) {
	defer answer.Body.Close()
	if answer.Body == http.NoBody {
		return nil, nil
	}
	if codings := otherCodings(answer.Header); len(codings) > 0 {
		return readCodings(ctx, answer, codings, limit)
	}
	zipped := isGzip(answer.Header)
	if answer.ContentLength > limit && !zipped {
		return nil, tooLarge(limit)
	}
	wire := &capped{r: answer.Body, left: limit}
	var data []byte
	var err error
	if zipped {
		wire.left = wireLimit(limit)
		data, err = readGzip(wire, limit)
	} else {
		data, err = io.ReadAll(wire)
	}
	switch {
	case err == nil:
	case errors.Is(err, errTooLarge):
		return nil, tooLarge(limit)
	case zipped && (wire.end == nil || errors.Is(wire.end, io.EOF)):
		return nil, newError(ReasonProtocol, "the response body is not the gzip its Content-Encoding says", nil)
	default:
		return nil, classifyError(ctx, wire.end)
	}
	if zipped && wire.left < wireLimit(limit) {
		answer.Header.Del("Content-Encoding")
		answer.Header.Del("Content-Length")
	}
	return data, nil
}

func tooLarge(limit int64) *Error {
	return newError(ReasonTooLarge, fmt.Sprintf("the response body is larger than its limit of %s", sizeText(limit)), nil)
}

// otherCodings returns the content codings of a body in lower case, unless the only
// one is gzip, or one is unknown.
func otherCodings(header http.Header) []string {
	if isGzip(header) {
		return nil
	}
	var codings []string
	for _, coding := range strings.Split(strings.ToLower(strings.Join(header["Content-Encoding"], ",")), ",") {
		if coding = strings.TrimSpace(coding); coding == "" || coding == "identity" {
			continue
		}
		if !body.IsCoding(coding) {
			return nil
		}
		codings = append(codings, coding)
	}
	return codings
}

// readCodings reads a body and undoes its content codings, the last one first.
// Servers send some of them although the request did not accept them.
func readCodings(ctx context.Context, answer *http.Response, codings []string, limit int64) ([]byte, *Error) {
	wire := &capped{r: answer.Body, left: wireLimit(limit)}
	data, err := io.ReadAll(wire)
	switch {
	case errors.Is(err, errTooLarge):
		return nil, tooLarge(limit)
	case err != nil:
		return nil, classifyError(ctx, err)
	case len(data) == 0:
		return nil, nil
	}
	for _, coding := range slices.Backward(codings) {
		data, err = body.Decompress(ctx, coding, data, limit)
		switch {
		case errors.Is(err, body.ErrTooLarge):
			return nil, tooLarge(limit)
		case err != nil && ctx.Err() != nil:
			return nil, contextError(ctx)
		case err != nil:
			return nil, newError(ReasonProtocol, "the response body is not the "+coding+" its Content-Encoding says", nil)
		}
	}
	answer.Header.Del("Content-Encoding")
	answer.Header.Del("Content-Length")
	return data, nil
}

func isGzip(header http.Header) bool {
	switch strings.ToLower(strings.TrimSpace(strings.Join(header["Content-Encoding"], ","))) {
	case "gzip", "x-gzip":
		return true
	}
	return false
}

// readGzip decodes at most limit bytes. No bytes at all decode to none, as servers
// label empty bodies too.
func readGzip(wire io.Reader, limit int64) ([]byte, error) {
	buffered := bufio.NewReader(wire)
	if _, err := buffered.Peek(1); errors.Is(err, io.EOF) {
		return nil, nil
	}
	decoded, err := gzip.NewReader(buffered)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(&capped{r: decoded, left: limit})
}

// wireLimit is more than any gzip of limit bytes takes. It stops streams that
// decode to nothing for ever.
func wireLimit(limit int64) int64 {
	const most = 1 << 62
	return min(limit, most) + min(limit, most)/64 + 64<<10
}

// sizeText writes a size as the flow language does.
func sizeText(n int64) string {
	switch {
	case n >= 1<<20 && n%(1<<20) == 0:
		return fmt.Sprintf("%dMiB", n>>20)
	case n >= 1<<10 && n%(1<<10) == 0:
		return fmt.Sprintf("%dKiB", n>>10)
	}
	return fmt.Sprintf("%d bytes", n)
}
