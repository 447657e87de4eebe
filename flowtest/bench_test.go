package flowtest_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/webhook-gateway/gateway/flowtest"
)

// manyFlows returns files with n flows of five tests each.
func manyFlows(n int) fstest.MapFS {
	files := fstest.MapFS{}
	for i := range n {
		name := fmt.Sprintf("flow%d", i)
		text := strings.ReplaceAll(strings.ReplaceAll(paying, `"paying"`, `"`+name+`"`), "/paying", "/"+name)
		text, _, _ = strings.Cut(text, "flow \"sync\"")
		files["flows/"+name+".hcl"] = &fstest.MapFile{Data: []byte(text)}
		tests := ""
		for k := range 5 {
			tests += fmt.Sprintf("test \"%d\" {\n flow = %q\n request {\n json = {\n a = 1\n b = 2\n }\n }\n mock \"charge\" {}\n mock \"mail\" {}\n expect { actions = [\"sum\", \"charge\", \"mail\", \"done\"] }\n assert { condition = input.charge.json.sum == 3 }\n}\n", k, name)
		}
		files["flows/"+name+".test.hcl"] = &fstest.MapFile{Data: []byte(tests)}
	}
	return files
}

// BenchmarkManyFlows runs 500 tests over 100 flows.
func BenchmarkManyFlows(b *testing.B) {
	o := options("", "")
	o.FS = manyFlows(100)
	for b.Loop() {
		r, diags := flowtest.Run(b.Context(), o)
		if diags.HasErrors() || r.Failed() > 0 || len(r.Results) != 500 {
			b.Fatal(diags, r.Summary())
		}
	}
}
