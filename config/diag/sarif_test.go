package diag_test

import (
	"encoding/json"
	"net/url"
	"testing"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/diag"
)

// sarifLog is the part of the SARIF 2.1.0 schema that a reader relies on;
// pointers distinguish a missing member from a zero one.
type sarifLog struct {
	Schema  string `json:"$schema"`
	Version string
	Runs    []struct {
		Tool struct {
			Driver struct {
				Name  string
				Rules []struct {
					ID               string
					ShortDescription struct{ Text *string }
				}
			}
		}
		ColumnKind string
		Results    []sarifResult
	}
}

type sarifResult struct {
	RuleID    string
	RuleIndex *int
	Level     string
	Message   struct{ Text string }
	Locations []struct {
		PhysicalLocation struct {
			ArtifactLocation struct{ URI, URIBaseID string }
			Region           *struct{ StartLine, StartColumn, EndLine, EndColumn int }
		}
	}
}

func readSARIF(t *testing.T, r diag.Report) sarifLog {
	t.Helper()
	var log sarifLog
	if err := json.Unmarshal([]byte(write(t, "sarif", r, diag.Options{})), &log); err != nil {
		t.Fatal(err)
	}
	if len(log.Runs) != 1 {
		t.Fatalf("%d runs", len(log.Runs))
	}
	return log
}

func TestSARIFMembers(t *testing.T) {
	t.Parallel()
	log := readSARIF(t, sample(t))
	run := log.Runs[0]
	if log.Version != "2.1.0" || run.Tool.Driver.Name != "gateway" || run.ColumnKind != "utf16CodeUnits" {
		t.Errorf("version %q, driver %q, columns %q", log.Version, run.Tool.Driver.Name, run.ColumnKind)
	}
	if len(run.Results) != 6 {
		t.Errorf("%d results", len(run.Results))
	}
	for _, result := range run.Results {
		rules := run.Tool.Driver.Rules
		if result.RuleIndex == nil || rules[*result.RuleIndex].ID != result.RuleID {
			t.Errorf("%s: the index is not that of the rule", result.RuleID)
		}
		if result.Message.Text == "" || result.Level != "error" && result.Level != "warning" {
			t.Errorf("%s: message %q, level %q", result.RuleID, result.Message.Text, result.Level)
		}
		for _, location := range result.Locations {
			r := location.PhysicalLocation.Region
			if r.StartLine < 1 || r.StartColumn < 1 || r.EndLine < r.StartLine || r.EndColumn < 1 {
				t.Errorf("%s: region %+v", result.RuleID, *r)
			}
		}
	}
}

func TestSARIFRules(t *testing.T) {
	t.Parallel()
	log := readSARIF(t, diag.Report{Diags: hcl.Diagnostics{
		{Severity: hcl.DiagError, Summary: "unknown, name"}, {Severity: hcl.DiagWarning, Summary: "Unknown name"}, {Severity: hcl.DiagError, Summary: "!"},
	}})
	rules := log.Runs[0].Tool.Driver.Rules
	if len(rules) != 2 || rules[0].ID != "finding" || rules[1].ID != "unknown-name" {
		t.Errorf("rules %+v", rules)
	}
	if text := rules[1].ShortDescription.Text; text == nil || *text != "Unknown name" {
		t.Errorf("description %v", text)
	}
}

func TestSARIFArtifacts(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, file, uri, base string }{
		{"relative", "flows/a.hcl", "flows/a.hcl", "%SRCROOT%"},
		{"percent-encoded", "flöws/100% of #1?.hcl", "fl%C3%B6ws/100%25%20of%20%231%3F.hcl", "%SRCROOT%"},
		{"colon that is no scheme", "a:b.hcl", "./a:b.hcl", "%SRCROOT%"},
		{"above the root", "../a.hcl", "../a.hcl", ""},
		{"absolute", "/etc/my flows/a.hcl", "file:///etc/my%20flows/a.hcl", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			log := readSARIF(t, diag.Report{Diags: hcl.Diagnostics{{Severity: hcl.DiagError, Summary: "S", Subject: &hcl.Range{Filename: tt.file}}}})
			location := log.Runs[0].Results[0].Locations[0].PhysicalLocation
			if got := location.ArtifactLocation; got.URI != tt.uri || got.URIBaseID != tt.base {
				t.Errorf("got %+v, want %q below %q", got, tt.uri, tt.base)
			}
			if location.Region != nil {
				t.Error("a region without a line")
			}
			if _, err := url.Parse(location.ArtifactLocation.URI); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestSARIFWithoutPlace(t *testing.T) {
	t.Parallel()
	log := readSARIF(t, diag.Report{Diags: hcl.Diagnostics{{Severity: hcl.DiagError, Summary: "S"}}})
	if n := len(log.Runs[0].Results[0].Locations); n != 0 {
		t.Errorf("%d locations", n)
	}
}
