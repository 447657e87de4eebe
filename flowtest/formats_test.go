package flowtest_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"strings"
	"testing"
)

func TestFormats(t *testing.T) {
	t.Parallel()
	r := run(t, orders, `
test "good" {
  flow = "orders"
  request { signed = false }
  expect { status = 401 }
}
test "bad <x>" {
  flow = "orders"
  request { signed = false }
  expect { status = 200 }
}
test "later" {
  flow = "orders"
  skip = "not yet"
  request {}
  expect { status = 200 }
}
`)
	texts := map[string]string{}
	for _, format := range []string{"text", "json", "junit", "github"} {
		var out bytes.Buffer
		if err := r.Write(&out, format, textOptions()); err != nil {
			t.Fatal(err)
		}
		texts[format] = out.String()
	}
	for format, words := range map[string]string{
		"text": "1 failed, 1 passed, 1 skipped in", "json": `"state": "failed"`,
		"junit": `<failure message="Wrong status">`, "github": "::error file=flows/main.test.hcl,line=10",
	} {
		if !strings.Contains(texts[format], words) {
			t.Errorf("%s has not %q:\n%s", format, words, texts[format])
		}
	}
	var decoded struct{ Passed, Failed, Skipped int }
	if err := json.Unmarshal([]byte(texts["json"]), &decoded); err != nil || decoded.Passed != 1 || decoded.Failed != 1 || decoded.Skipped != 1 {
		t.Errorf("%v %+v", err, decoded)
	}
	var suites struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
	}
	if err := xml.Unmarshal([]byte(texts["junit"]), &suites); err != nil || suites.Tests != 3 || suites.Failures != 1 {
		t.Errorf("%v %+v", err, suites)
	}
	if err := r.Write(&bytes.Buffer{}, "yaml", textOptions()); err == nil || !strings.Contains(err.Error(), "text, json, junit, github") {
		t.Errorf("error %v", err)
	}
}
