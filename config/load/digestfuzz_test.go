package load

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/internal/testutil/fuzztest"
)

var hugeNumber = regexp.MustCompile(`[eE]\+?\d{4}`)

// FuzzDigest changes what stands between the tokens of a text: texts of one digest mean
// the same. The digest of any text is that of the tokens of HCL's lexer.
func FuzzDigest(f *testing.F) {
	names, err := filepath.Glob("testdata/good/*/*.hcl")
	if err != nil || len(names) == 0 {
		f.Fatal("no files", err)
	}
	for _, name := range names {
		src, err := os.ReadFile(name) //nolint:gosec // a file of testdata
		if err != nil {
			f.Fatal(err)
		}
		f.Add(src, []byte(name))
	}
	for _, src := range []string{
		"a = <<-E\n  x\n   ${y}\n  E\n", "a = [\n1, # c\n 2]\n", "a = {\n b : 1, /* \n */ c = 2\n\n}\n", "a \"b\" {}\n", "a = \"${ x ~} y\"\n", "a = x.0.1 == -1\n", "a = b ? c : d.*.e[*].f\n",
		"a = provider::x(y...)\n", "a = <<E\n%{ if x ~}\n\n%{ endif }\nE\n", "a = (\n1\n+\n2)\n", "a = x // c", "a = <<E\nx\nE", "a = 1 .5\n", "a = [for k, v in x : k => v... if v]\n",
	} {
		f.Add([]byte(src), []byte("a"))
	}
	f.Fuzz(func(t *testing.T, src, decisions []byte) {
		if len(src) > 16<<10 || hugeNumber.Match(src) {
			return // a number such as 1e99999999 takes HCL long
		}
		other := changeGaps(fuzztest.NewRand(decisions), src)
		for _, text := range [][]byte{src, other} {
			if got, want := digestText(text), lexedDigest(text); got != want {
				t.Fatalf("%q has the digest %x, its tokens %x", text, got[:4], want[:4])
			}
		}
		if digestText(src) != digestText(other) {
			return
		}
		one, oneDiags := hclsyntax.ParseConfig(src, "", hcl.InitialPos)
		two, twoDiags := hclsyntax.ParseConfig(other, "", hcl.InitialPos)
		if oneDiags.HasErrors() || twoDiags.HasErrors() {
			return // there is no flow: the end of a text that is cut may look like another token
		}
		if a, b := shapeOf(one.Body), shapeOf(two.Body); a != b {
			t.Fatalf("texts with one digest differ:\n%q is %s\n%q is %s", src, a, other, b)
		}
	})
}

// lexedDigest is digestText by HCL's lexer.
func lexedDigest(src []byte) Digest {
	var r tokenReader
	tokens, _ := hclsyntax.LexConfig(src, "", hcl.InitialPos)
	for _, t := range tokens {
		r.add(t.Type, t.Bytes)
	}
	return sha256.Sum256(r.text)
}

// changeGaps changes some of the gaps between tokens.
func changeGaps(r *rand.Rand, src []byte) []byte {
	tokens, _ := hclsyntax.LexConfig(src, "", hcl.InitialPos)
	var out bytes.Buffer
	end, each := 0, 1+r.IntN(30)
	for _, t := range tokens {
		gap := src[end:t.Range.Start.Byte]
		end = t.Range.End.Byte
		if r.IntN(each) > 0 {
			out.Write(gap)
			out.Write(t.Bytes)
			continue
		}
		gaps := []string{"", " ", "\t", "  ", "\n", "\r\n", "\n\n", "/**/", " /* \n */", "# c\n", "\n// c\n", "\n/* c */", "/* c */\n"}
		out.WriteString(gaps[r.IntN(len(gaps))])
		if isGap := t.Type == hclsyntax.TokenNewline || t.Type == hclsyntax.TokenComment; !isGap || r.IntN(2) == 0 {
			out.Write(t.Bytes)
		}
	}
	return out.Bytes()
}

// shapeOf writes a syntax tree without its places.
func shapeOf(n any) string {
	var out strings.Builder
	writeShape(&out, reflect.ValueOf(n))
	return out.String()
}

func writeShape(out *strings.Builder, v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			out.WriteString("nil")
			return
		}
		if v.Type() == reflect.TypeFor[*hclsyntax.Operation]() {
			fmt.Fprintf(out, "operation %x", v.Pointer())
			return
		}
		writeShape(out, v.Elem())
	case reflect.Slice:
		for i := range v.Len() {
			out.WriteString("- ")
			writeShape(out, v.Index(i))
		}
	case reflect.Map:
		for _, key := range sortedKeys(v) {
			fmt.Fprintf(out, "%q: ", key)
			writeShape(out, v.MapIndex(reflect.ValueOf(key)))
		}
	case reflect.Struct:
		writeShapeOfStruct(out, v)
	default:
		fmt.Fprintf(out, "%q ", fmt.Sprint(v))
	}
}

func writeShapeOfStruct(out *strings.Builder, v reflect.Value) {
	switch v.Type() {
	case reflect.TypeFor[hcl.Range](), reflect.TypeFor[hcl.Pos]():
		return
	case reflect.TypeFor[cty.Value]():
		if v.CanInterface() {
			value, _ := v.Interface().(cty.Value)
			out.WriteString(value.GoString())
		}
		return
	}
	fmt.Fprintf(out, "%s{", v.Type())
	for i := range v.NumField() {
		if v.Type().Field(i).IsExported() {
			fmt.Fprintf(out, "%s: ", v.Type().Field(i).Name)
			writeShape(out, v.Field(i))
		}
	}
	out.WriteString("}\n")
}

func sortedKeys(v reflect.Value) []string {
	var keys []string
	for _, k := range v.MapKeys() {
		keys = append(keys, k.String())
	}
	slices.Sort(keys)
	return keys
}
