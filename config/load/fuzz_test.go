package load_test

import (
	"bytes"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/webhook-gateway/gateway/config/load"
)

// corpus returns the flow files of testdata.
func corpus(tb testing.TB) [][]byte {
	tb.Helper()
	var out [][]byte
	for _, dir := range []string{"testdata/good", "testdata/bad"} {
		err := filepath.WalkDir(dir, func(p string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() || !strings.HasSuffix(p, ".hcl") {
				return err
			}
			src, err := os.ReadFile(p)
			out = append(out, src)
			return err
		})
		if err != nil {
			tb.Fatal(err)
		}
	}
	return out
}

// checkLoad loads a file with any content: the load must return without a panic,
// every finding must have a text and a place inside of the file, and a second load
// must find the same.
func checkLoad(t *testing.T, src []byte) {
	t.Helper()
	o := options(fstest.MapFS{
		"flows/a.hcl":           {Data: src},
		"files/secret.txt":      text("sekret-of-a-file\n"),
		"files/texts/hello.txt": text("hello\n"),
	}, "flows")
	c, diags := load.Files(o)
	for _, d := range diags {
		if d.Summary == "" || d.Detail == "" {
			t.Errorf("a finding without words: %v", d)
		}
		if s := d.Subject; s != nil && (s.Filename != "flows/a.hcl" || s.Start.Byte < 0 || s.End.Byte < s.Start.Byte || s.End.Byte > len(src)) {
			t.Errorf("a finding outside of the file of %d bytes: %v", len(src), d)
		}
	}
	again, more := load.Files(o)
	if len(more) != len(diags) || len(again.Flows) != len(c.Flows) {
		t.Errorf("%d findings and %d flows at first, then %d and %d", len(diags), len(c.Flows), len(more), len(again.Flows))
	}
}

// FuzzLoad loads any bytes.
func FuzzLoad(f *testing.F) {
	for _, src := range corpus(f) {
		f.Add(src)
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		if len(src) > 64<<10 {
			t.Skip("a larger file finds nothing that a small one doesn't")
		}
		checkLoad(t, src)
	})
}

// FuzzLoadTokens loads files of testdata with tokens of other files. This reaches
// more code than random bytes, because most of these files parse.
func FuzzLoadTokens(f *testing.F) {
	m := newMixer(corpus(f))
	for seed := range uint64(300) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		src := m.mix(seed)
		checkLoad(t, src)
		if t.Failed() {
			t.Logf("the file:\n%s", src)
		}
	})
}

// mixer exchanges tokens between files.
type mixer struct {
	files  []hclsyntax.Tokens
	values [][]byte                         // right sides of attributes
	alike  map[hclsyntax.TokenType][][]byte // by type
}

func newMixer(sources [][]byte) *mixer {
	m := &mixer{alike: map[hclsyntax.TokenType][][]byte{}}
	for _, src := range sources {
		tokens, _ := hclsyntax.LexConfig(src, "", hcl.InitialPos)
		m.files = append(m.files, tokens)
		for _, t := range tokens {
			m.alike[t.Type] = append(m.alike[t.Type], t.Bytes)
		}
		if file, diags := hclsyntax.ParseConfig(src, "", hcl.InitialPos); !diags.HasErrors() {
			_ = hclsyntax.VisitAll(file.Body.(*hclsyntax.Body), func(n hclsyntax.Node) hcl.Diagnostics {
				if a, ok := n.(*hclsyntax.Attribute); ok {
					m.values = append(m.values, a.Expr.Range().SliceBytes(src))
				}
				return nil
			})
		}
	}
	return m
}

// mix changes some tokens of a file.
func (m *mixer) mix(seed uint64) []byte {
	r := rand.New(rand.NewPCG(seed, 1)) //nolint:gosec // the same seed must give the same file
	file := m.files[r.IntN(len(m.files))]
	changed := map[int][]byte{}
	for range 1 + r.IntN(6) {
		i := r.IntN(len(file))
		switch r.IntN(5) {
		case 0:
			changed[i] = nil
		case 1:
			changed[i] = bytes.Repeat(file[i].Bytes, 2)
		case 2:
			changed[i] = m.values[r.IntN(len(m.values))]
		default:
			like := m.alike[file[i].Type]
			changed[i] = like[r.IntN(len(like))]
		}
	}
	return joinTokens(file, changed)
}

// joinTokens joins tokens with their original blanks.
func joinTokens(file hclsyntax.Tokens, changed map[int][]byte) []byte {
	var out bytes.Buffer
	line, column := 1, 1
	for i, t := range file {
		if t.Range.Start.Line != line {
			column = 1
		}
		out.WriteString(strings.Repeat(" ", max(0, t.Range.Start.Column-column)))
		text, ok := changed[i]
		if !ok {
			text = t.Bytes
		}
		out.Write(text)
		line, column = t.Range.End.Line, t.Range.End.Column
	}
	return out.Bytes()
}
