package body

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"context"
	"errors"
	"io"
	"runtime"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"

	"github.com/webhook-gateway/gateway/internal/value"
)

// Codings lists the content codings that [Decompress] undoes, as a header field.
const Codings = "gzip, deflate, br, zstd"

var (
	// ErrUnknownCoding says that a content coding is none of [Codings].
	ErrUnknownCoding = errors.New("unknown content coding")
	// ErrTooLarge says that a body is larger than the limit after decompression.
	ErrTooLarge = errors.New("the decompressed body is too large")
)

// maxWindow bounds the window of zstd, as RFC 9659 does for HTTP.
const maxWindow = 8 << 20

// decompressions bounds how many bodies are decompressed at once. A brotli body
// of a few bytes makes its reader allocate a window of 16 MiB.
var decompressions = make(chan struct{}, runtime.GOMAXPROCS(0))

// Decompress undoes a content coding (RFC 9110, section 8.4.1), whose name is in
// lower case. The result has at most limit bytes; a larger one is [ErrTooLarge].
// An error of the compressed data is a [*value.SyntaxError].
func Decompress(ctx context.Context, coding string, data []byte, limit int64) ([]byte, error) {
	undo, known := coders[coding]
	if !known {
		return nil, ErrUnknownCoding
	}
	select {
	case decompressions <- struct{}{}:
		defer func() { <-decompressions }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	out, err := undo(data, limit)
	switch {
	case errors.Is(err, ErrTooLarge):
		return nil, err
	case err != nil:
		return nil, &value.SyntaxError{Reason: "the body does not match its content encoding, which is " + coding}
	}
	return out, nil
}

// IsCoding reports whether [Decompress] undoes a content coding, whose name is in
// lower case.
func IsCoding(name string) bool { return coders[name] != nil }

// coders holds a function for each content coding that undoes it.
var coders = map[string]func(data []byte, limit int64) ([]byte, error){
	"gzip":    undoGzip,
	"x-gzip":  undoGzip, // its old name (RFC 9110, section 8.4.1.3)
	"deflate": undoDeflate,
	"br":      undoBrotli,
	"zstd":    undoZstd,
}

func undoGzip(data []byte, limit int64) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	return readLimited(r, limit)
}

// undoDeflate reads the zlib format, which the coding means, or a bare deflate
// stream, which some senders mean.
func undoDeflate(data []byte, limit int64) ([]byte, error) {
	if r, err := zlib.NewReader(bytes.NewReader(data)); err == nil {
		return readLimited(r, limit)
	}
	return readLimited(flate.NewReader(bytes.NewReader(data)), limit)
}

func undoBrotli(data []byte, limit int64) ([]byte, error) {
	return readLimited(brotli.NewReader(bytes.NewReader(data)), limit)
}

// undoZstd decodes at once, because a reader would allocate a window of the size
// that the data announces.
func undoZstd(data []byte, limit int64) ([]byte, error) {
	r, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
		zstd.WithDecoderMaxWindow(maxWindow), zstd.WithDecoderMaxMemory(uint64(max(limit, maxWindow))))
	if err != nil {
		return nil, err
	}
	defer r.Close()
	out, err := r.DecodeAll(data, nil)
	if int64(len(out)) > limit || errors.Is(err, zstd.ErrDecoderSizeExceeded) {
		return nil, ErrTooLarge
	}
	return out, err
}

// readLimited reads at most limit bytes.
func readLimited(r io.Reader, limit int64) ([]byte, error) {
	out, err := io.ReadAll(io.LimitReader(r, limit+1))
	if int64(len(out)) > limit {
		return nil, ErrTooLarge
	}
	return out, err
}
