package body

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"context"
	"errors"
	"io"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"

	"github.com/webhook-gateway/gateway/internal/value"
)

// compressors returns a compressor for each content coding, by a name for tests.
func compressors(t testing.TB) map[string]func(w io.Writer) io.WriteCloser {
	t.Helper()
	return map[string]func(w io.Writer) io.WriteCloser{
		"gzip":    func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) },
		"x-gzip":  func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) },
		"deflate": func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) },
		"br":      func(w io.Writer) io.WriteCloser { return brotli.NewWriter(w) },
		"zstd": func(w io.Writer) io.WriteCloser {
			encoder, err := zstd.NewWriter(w, zstd.WithEncoderConcurrency(1))
			if err != nil {
				t.Fatal(err)
			}
			return encoder
		},
	}
}

func compress(t testing.TB, coding string, plain []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := compressors(t)[coding](&b)
	if _, err := w.Write(plain); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestDecompress(t *testing.T) {
	t.Parallel()
	const limit = 1 << 20
	small := []byte(`{"event":"push","city":"Köln"}`)
	large := bytes.Repeat([]byte("0123456789abcdef"), limit/16)
	for coding := range compressors(t) {
		t.Run(coding, func(t *testing.T) {
			t.Parallel()
			for _, plain := range [][]byte{{}, small, large} {
				got, err := Decompress(context.Background(), coding, compress(t, coding, plain), limit)
				if err != nil || !bytes.Equal(got, plain) {
					t.Fatalf("%d bytes became %d, %v", len(plain), len(got), err)
				}
			}
			for _, size := range []int{limit + 1, 64 << 20} {
				bomb := compress(t, coding, make([]byte, size))
				if got, err := Decompress(context.Background(), coding, bomb, limit); !errors.Is(err, ErrTooLarge) || got != nil {
					t.Errorf("%d bytes, compressed to %d: got %d bytes, %v", size, len(bomb), len(got), err)
				}
			}
			whole := compress(t, coding, small)
			for name, wrong := range map[string][]byte{
				"plain": small, "nothing": {}, "cut off": whole[:len(whole)-1], "half": whole[:len(whole)/2], "other bytes": {1, 2, 3, 4, 0xff},
			} {
				_, err := Decompress(context.Background(), coding, wrong, limit)
				if coding == "zstd" && name == "nothing" {
					continue // no frame is a valid text of no frames
				}
				if _, ok := errors.AsType[*value.SyntaxError](err); !ok {
					t.Errorf("%s: got %v, want a syntax error", name, err)
				}
			}
		})
	}
}

// TestDecompressPieces checks bodies of several members or frames, whose sizes
// count together.
func TestDecompressPieces(t *testing.T) {
	t.Parallel()
	for _, coding := range []string{"gzip", "zstd"} {
		piece := compress(t, coding, bytes.Repeat([]byte("x"), 1000))
		body := bytes.Repeat(piece, 3)
		if got, err := Decompress(context.Background(), coding, body, 3000); err != nil || len(got) != 3000 {
			t.Errorf("%s: got %d bytes, %v", coding, len(got), err)
		}
		if _, err := Decompress(context.Background(), coding, body, 2999); !errors.Is(err, ErrTooLarge) {
			t.Errorf("%s: got %v", coding, err)
		}
	}
}

// TestDecompressBareDeflate checks the stream without the zlib format, which some
// senders call deflate.
func TestDecompressBareDeflate(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(w, `{"a":1}`)
	_ = w.Close()
	got, err := Decompress(context.Background(), "deflate", b.Bytes(), 100)
	if err != nil || string(got) != `{"a":1}` {
		t.Errorf("got %q, %v", got, err)
	}
}

// TestDecompressLies checks that an announced size or window is not believed.
func TestDecompressLies(t *testing.T) {
	for name, frame := range map[string][]byte{
		"content of 2^62 bytes": {0x28, 0xb5, 0x2f, 0xfd, 0xe0, 0, 0, 0, 0, 0, 0, 0, 0x40, 1, 0, 0},
		"window of 2^41 bytes":  {0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xf8, 1, 0, 0},
	} {
		got, err := Decompress(context.Background(), "zstd", frame, 1<<20)
		if err == nil || len(got) > 0 {
			t.Errorf("%s: got %d bytes, %v", name, len(got), err)
		}
	}
	claim := []byte{0x28, 0xb5, 0x2f, 0xfd, 0xa0, 0, 0, 0x08, 0, 1, 0, 0} // half a MiB, and then an empty block
	allocated := allocatedBytes(func() { _, _ = Decompress(context.Background(), "zstd", claim, 1<<20) })
	if allocated > 2<<20 {
		t.Errorf("%d bytes for an announcement", allocated)
	}
}

func TestDecompressUnknown(t *testing.T) {
	t.Parallel()
	for _, coding := range []string{"", "identity", "compress", "GZIP", "gzip, br"} {
		if _, err := Decompress(context.Background(), coding, []byte("x"), 100); !errors.Is(err, ErrUnknownCoding) {
			t.Errorf("%q: got %v", coding, err)
		}
	}
}

// TestDecompressWaits checks that a caller that leaves does not wait for others.
func TestDecompressWaits(t *testing.T) {
	for range cap(decompressions) {
		decompressions <- struct{}{}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := Decompress(ctx, "gzip", []byte("x"), 100)
	for range cap(decompressions) {
		<-decompressions
	}
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func FuzzDecompress(f *testing.F) {
	for coding := range compressors(f) {
		f.Add(coding, compress(f, coding, []byte(`{"a":1}`)))
	}
	f.Add("zstd", []byte{0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xf8, 1, 0, 0})
	f.Fuzz(func(t *testing.T, coding string, data []byte) {
		const limit = 1000
		out, err := Decompress(context.Background(), coding, data, limit)
		if len(out) > limit || err != nil && out != nil {
			t.Fatalf("%d bytes, %v", len(out), err)
		}
	})
}
