package cmd

import (
	"bytes"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/admin/ops"
)

// Wrong flags are named as they were given, before the gateway is asked.
func TestKeysWithWrongFlags(t *testing.T) {
	t.Parallel()
	for want, args := range map[string]string{
		"name flows with --flow, or open all with --all-flows": "create acme",
		"--expires: a duration":                                "create acme --flow orders --expires yesterday",
		"--overlap: a duration":                                "rotate acme --overlap soon",
	} {
		code, out, errs := runCommand(t, append([]string{"keys"}, strings.Fields(args)...)...)
		if code != exitError || out != "" || !strings.Contains(errs, want) {
			t.Errorf("%s: code %d, %q %q, want %q", args, code, out, errs, want)
		}
	}
}

// A key that does not open what it names says so, beside the key itself.
func TestNewKeyOfFlowsWithoutCheck(t *testing.T) {
	t.Parallel()
	var out, errs bytes.Buffer
	c := &command{}
	c.out, c.err = &out, &errs
	key := ops.KeyCreated{Key: ops.Key{Name: "acme", Flows: []string{"orders", "stripe"}}, Secret: "gwk_a", Closed: []string{"stripe"}}
	if err := c.printNewKey(&key, false); err != nil {
		t.Fatal(err)
	}
	if out.String() != "gwk_a\n" || !strings.Contains(errs.String(), `the flow stripe has no auth "key"`) || strings.Contains(errs.String(), "the flow orders") {
		t.Errorf("%q %q", out.String(), errs.String())
	}
}
