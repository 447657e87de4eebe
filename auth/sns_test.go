package auth

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/hcl/v2"
)

// The time of a message is checked if the file says so. It is signed, so that nobody
// can make an old message new.
func TestSNSTolerance(t *testing.T) {
	t.Parallel()
	sent := time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)
	for _, f := range readVectors(t) {
		if f.name != "sns" {
			continue
		}
		for name, c := range map[string]struct {
			tolerance string
			now       time.Time
			change    func(body string) string
			want      string
		}{
			"at once":           {"1h", sent, nil, ""},
			"after an hour":     {"1h", sent.Add(time.Hour), nil, ""},
			"a second later":    {"1h", sent.Add(time.Hour + time.Second), nil, "3601s old, tolerance 3600s"},
			"before its time":   {"1h", sent.Add(-time.Hour - time.Second), nil, "ahead"},
			"without tolerance": {"", sent.Add(1000 * time.Hour), nil, ""},
			"a changed time": {"1h", sent.Add(time.Hour + time.Second), func(body string) string {
				return strings.Replace(body, "2026-03-14T12:00:00.000Z", "2026-03-14T12:00:01.000Z", 1)
			}, errMismatch.Error()},
			"no time": {"1h", sent, func(body string) string { return strings.Replace(body, `"Timestamp"`, `"Timestamq"`, 1) }, "no time in"},
		} {
			block := f.Config
			if c.tolerance != "" {
				block += "\ntolerance = \"" + c.tolerance + "\""
			}
			check := mustDecode(t, "sns", block).(*sns)
			check.certificates.kept = nil
			check.certificates.fetch = func(_ context.Context, url string) ([]byte, error) { return []byte(f.Fetched[url]), nil }
			r := f.Requests[0].request(t)
			key, err := check.certificates.get(t.Context(), snsCertificateOf(f), r.Now)
			if err != nil {
				t.Fatal(err)
			}
			key.NotBefore, key.NotAfter = sent.AddDate(-1, 0, 0), sent.AddDate(1, 0, 0) // of the vectors, whatever their date
			r.Now = c.now
			if c.change != nil {
				r.Body = []byte(c.change(string(r.Body)))
			}
			if err := check.Verify(t.Context(), r); (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: %v, want %q", name, err, c.want)
			}
		}
	}
	checkFindings(t, "sns", []finding{
		{"no tolerance", "topic_arn = \"arn:aws:sns:eu-central-1:123456789012:orders\"\ntolerance = \"0s\"", hcl.DiagError, "Wrong value", "must be positive", "3:13-3:17"},
	})
}

// A host with the form of a region in its middle may belong to a customer, who can put
// a certificate of his own there.
func TestSNSHosts(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]bool{
		"sns.us-east-1.amazonaws.com":               true,
		"sns.ap-southeast-2.amazonaws.com":          true,
		"sns.us-gov-west-1.amazonaws.com":           true,
		"sns.mx-central-1.amazonaws.com":            true,
		"sns.cn-northwest-1.amazonaws.com.cn":       true,
		"sns.s3.amazonaws.com":                      false,
		"sns.s3-us-west-2.amazonaws.com":            false,
		"sns.s3-website-us-east-1.amazonaws.com":    false,
		"sns.s3.us-east-1.amazonaws.com":            false,
		"sns.s3-fips-us-gov-west-1.amazonaws.com":   false,
		"sns.elb.amazonaws.com":                     false,
		"sns.us-east-1.amazonaws.com.evil.example":  false,
		"sns.us-east-1.amazonaws.com\n":             false,
		"snsxus-east-1.amazonaws.com":               false,
		"sns.US-EAST-1.amazonaws.com":               false,
		"sns.us-east-1.amazonaws.com.":              false,
		"evil.example/sns.us-east-1.amazonaws.com":  false,
		"sns.us-east-1.amazonaws.com:443":           false,
		"sns.us-east-1.amazonaws.com@evil.example":  false,
		"sns.us-east-1-evil.amazonaws.com":          false,
		"sns.us-east-1.vpce.amazonaws.com":          false,
		"bucket.sns.us-east-1.amazonaws.com":        false,
		"sns.us-east-1.elasticbeanstalk.com":        false,
		"sns.ec2-us-east-1.compute-1.amazonaws.com": false,
	} {
		if got := IsSNSHost(host); got != want {
			t.Errorf("%q: %t, want %t", host, got, want)
		}
	}
}

func snsCertificateOf(f vectorFile) string {
	for url := range f.Fetched {
		return url
	}
	return ""
}
