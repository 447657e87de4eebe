package diag

import (
	"io/fs"
	"maps"
	"net/url"
	"path"
	"slices"
	"strings"
	"unicode"

	"github.com/hashicorp/hcl/v2"
)

// The types below are the part of SARIF 2.1.0 (OASIS standard) that reports
// findings in text files.

type sarifLog struct {
	Schema  string     `json:"$schema"`
	Version string     `json:"version"`
	Runs    []sarifRun `json:"runs"`
}

type sarifRun struct {
	Tool       sarifTool     `json:"tool"`
	ColumnKind string        `json:"columnKind"`
	Results    []sarifResult `json:"results"`
}

type sarifTool struct {
	Driver sarifDriver `json:"driver"`
}

type sarifDriver struct {
	Name    string      `json:"name"`
	Version string      `json:"version,omitempty"`
	Rules   []sarifRule `json:"rules"`
}

type sarifRule struct {
	ID               string       `json:"id"`
	ShortDescription sarifMessage `json:"shortDescription"`
}

type sarifMessage struct {
	Text string `json:"text"`
}

type sarifResult struct {
	RuleID    string          `json:"ruleId"`
	RuleIndex int             `json:"ruleIndex"`
	Level     string          `json:"level"`
	Message   sarifMessage    `json:"message"`
	Locations []sarifLocation `json:"locations,omitempty"`
}

type sarifLocation struct {
	PhysicalLocation sarifPhysicalLocation `json:"physicalLocation"`
}

type sarifPhysicalLocation struct {
	ArtifactLocation sarifArtifactLocation `json:"artifactLocation"`
	Region           *sarifRegion          `json:"region,omitempty"`
}

type sarifArtifactLocation struct {
	URI       string `json:"uri"`
	URIBaseID string `json:"uriBaseId,omitempty"`
}

type sarifRegion struct {
	StartLine   int `json:"startLine"`
	StartColumn int `json:"startColumn"`
	EndLine     int `json:"endLine"`
	EndColumn   int `json:"endColumn"`
}

// renderSARIF writes one run. Columns are UTF-16 code units, as editors and code
// hosts count them.
func renderSARIF(r Report, version string) ([]byte, error) {
	findings := r.findings()
	rules := sarifRules(findings)
	results := make([]sarifResult, 0, len(findings))
	for _, f := range findings {
		id := ruleID(f.Summary)
		results = append(results, sarifResult{
			RuleID:    id,
			RuleIndex: slices.IndexFunc(rules, func(rule sarifRule) bool { return rule.ID == id }),
			Level:     sarifLevel(f.Severity),
			Message:   sarifMessage{Text: f.messageText()},
			Locations: f.sarifLocations(),
		})
	}
	return marshalIndented(sarifLog{
		Schema:  "https://json.schemastore.org/sarif-2.1.0.json",
		Version: "2.1.0",
		Runs: []sarifRun{{
			Tool:       sarifTool{sarifDriver{Name: "gateway", Version: version, Rules: rules}},
			ColumnKind: "utf16CodeUnits",
			Results:    results,
		}},
	})
}

// sarifRules returns one rule for each kind of finding, sorted by id.
func sarifRules(findings []finding) []sarifRule {
	summaries := map[string]string{}
	for _, f := range findings {
		id := ruleID(f.Summary)
		if known, ok := summaries[id]; !ok || f.Summary < known {
			summaries[id] = f.Summary
		}
	}
	rules := make([]sarifRule, 0, len(summaries))
	for _, id := range slices.Sorted(maps.Keys(summaries)) {
		rules = append(rules, sarifRule{ID: id, ShortDescription: sarifMessage{Text: summaries[id]}})
	}
	return rules
}

// ruleID returns the summary as a slug: "Unknown name" is "unknown-name". It
// depends only on the summary, so ids stay the same from run to run.
func ruleID(summary string) string {
	words := strings.FieldsFunc(strings.ToLower(summary), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsNumber(r)
	})
	if len(words) == 0 {
		return "finding"
	}
	return strings.Join(words, "-")
}

func sarifLevel(s hcl.DiagnosticSeverity) string {
	if s == hcl.DiagWarning {
		return "warning"
	}
	return "error"
}

func (f *finding) sarifLocations() []sarifLocation {
	if f.Subject == nil || f.Subject.Filename == "" {
		return nil
	}
	at := sarifPhysicalLocation{ArtifactLocation: artifactLocation(f.Subject.Filename)}
	if r, ok := f.region(); ok {
		at.Region = &sarifRegion{r.startLine, r.startColumn, r.endLine, r.endColumn}
	}
	return []sarifLocation{{at}}
}

// artifactLocation names a file: relative to the root of the sources if the path
// stays below it, and by a file URL if the path is absolute.
func artifactLocation(name string) sarifArtifactLocation {
	switch {
	case path.IsAbs(name):
		return sarifArtifactLocation{URI: (&url.URL{Scheme: "file", Path: name}).String()}
	case fs.ValidPath(name):
		return sarifArtifactLocation{URI: (&url.URL{Path: name}).String(), URIBaseID: "%SRCROOT%"}
	default:
		return sarifArtifactLocation{URI: (&url.URL{Path: name}).String()}
	}
}
