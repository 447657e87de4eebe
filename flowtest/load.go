package flowtest

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/config/syntax"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/store/sqlite"
)

// suite is the tests under the paths, with the flows that they test.
type suite struct {
	Options
	cases   []*Case
	sources map[string][]byte
	flows   map[string]*flow.Flow // of the files with made-up secrets, by name
	listed  []*flow.Flow          // the same in the order of the files
	diags   hcl.Diagnostics

	flowsFailed bool // diags are those of the flow files

	mu      sync.Mutex
	secrets map[string]bool           // the names of those that the flow files declare
	configs map[string]*configuration // by the settings with which they were loaded
	image   func() (sqlite.Image, error)
}

// configuration is the flow files, loaded with the secrets and variables of tests.
type configuration struct {
	once  sync.Once
	load  *load.Config
	diags hcl.Diagnostics
}

func loadSuite(o Options) *suite {
	s := &suite{Options: o, sources: map[string][]byte{}, flows: map[string]*flow.Flow{}, secrets: map[string]bool{}, configs: map[string]*configuration{}}
	s.image = sync.OnceValues(func() (sqlite.Image, error) { return sqlite.NewImage(o.Clock) })
	var found load.Found
	if o.Text == nil {
		var diags hcl.Diagnostics
		found, diags = load.FindTests(o.FS, o.Paths)
		s.report(diags...)
		if len(found.Files) == 0 {
			return s
		}
	}
	s.loadFlows()
	if s.diags.HasErrors() {
		return s
	}
	for _, p := range found.Files {
		src, body, diags := load.ParseFile(o.FS, p)
		s.report(diags...)
		s.addFile(p, src, body)
	}
	if o.Text != nil {
		p := load.Path{Dir: path.Join(s.flowPaths()[0].Dir, textName), Name: textName}
		body, diags := syntax.Parse(textName, o.Text)
		s.report(diags...)
		s.addFile(p, o.Text, body)
	}
	s.checkOnly()
	return s
}

// textName is the name of Options.Text in findings.
const textName = "run.test.hcl"

func (s *suite) report(d ...*hcl.Diagnostic) { s.diags = append(s.diags, d...) }

// loadFlows loads the flow files with made-up secrets. If those have not the form
// that a flow needs, the flows are known nevertheless, and tests bring secrets.
func (s *suite) loadFlows() {
	c := s.configFor(settings{})
	if c.diags.HasErrors() {
		c = &configuration{}
		c.load, c.diags = load.Files(s.loadOptions(settings{}, load.AllowUnset))
	}
	maps.Copy(s.sources, c.load.Files)
	if c.diags.HasErrors() {
		s.flowsFailed = true
		s.report(c.diags...)
	}
	s.listed = slices.Clone(c.load.Flows)
	for _, f := range c.load.Flows {
		s.flows[f.Name] = f
	}
}

// settings are the values that a test gives to secrets and to variables of the
// environment.
type settings struct{ secrets, env map[string]string }

// key identifies the settings.
func (v settings) key() string { return fmt.Sprintf("%q %q", v.secrets, v.env) } // fmt sorts maps

// configFor returns the flow files with the settings. Equal settings share one
// configuration, which never changes.
func (s *suite) configFor(v settings) *configuration {
	s.mu.Lock()
	c := s.configs[v.key()]
	if c == nil {
		c = &configuration{}
		s.configs[v.key()] = c
	}
	s.mu.Unlock()
	c.once.Do(func() {
		c.load, c.diags = load.Files(s.loadOptions(v, load.RequireSet))
		c.load.Gateway.PublicURL = cmp.Or(c.load.Gateway.PublicURL, madeUpURL)
	})
	return c
}

// madeUpURL is the public URL of a gateway whose files state none, as senders that sign
// the URL of a request need one. Domains below .test reach nobody (RFC 6761).
const madeUpURL = "https://gateway.test"

// enabledFlow returns a disabled flow as the settings enable it, such as by a
// variable of the environment. It replaces the flow for coverage.
func (s *suite) enabledFlow(disabled *flow.Flow, v settings) *flow.Flow {
	c := s.configFor(v)
	if c.diags.HasErrors() {
		return disabled // the test reports them
	}
	for _, f := range c.load.Flows {
		if f.Name != disabled.Name || !f.Enabled {
			continue
		}
		if i := slices.Index(s.listed, disabled); i >= 0 {
			s.listed[i] = f
		}
		return f
	}
	return disabled
}

func (s *suite) loadOptions(v settings, unset load.Unset) load.Options {
	o := load.Options{
		FS: s.FS, Paths: s.flowPaths(), Clock: s.Clock, Kinds: s.Kinds, Connections: s.Connections, Unset: unset,
		Env: func(name string) (string, bool) {
			text, ok := v.env[name]
			if !ok && s.Env != nil {
				return s.Env(name)
			}
			return text, ok
		},
	}
	if unset == load.AllowUnset {
		return o // secrets stay unknown, so that their form does not matter
	}
	o.Secret = func(name string) (string, bool) {
		s.mu.Lock()
		s.secrets[name] = true
		s.mu.Unlock()
		return v.secret(name), true
	}
	return o
}

// secret returns the value of a secret in a test.
func (v settings) secret(name string) string {
	if text, ok := v.secrets[name]; ok {
		return text
	}
	return madeUpSecret(name)
}

// secretType is the type of secret in the expressions of tests.
func (s *suite) secretType() cty.Type {
	s.mu.Lock()
	defer s.mu.Unlock()
	names := map[string]cty.Type{}
	for name := range s.secrets {
		names[name] = cty.String
	}
	return cty.Object(names)
}

// secretValues returns the values of all secrets in a test.
func (s *suite) secretValues(v settings) map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	values := map[string]any{}
	for name := range s.secrets {
		values[name] = v.secret(name)
	}
	return values
}

// flowPaths returns the paths of the flow files: a path that is a test file stands
// for its folder.
func (s *suite) flowPaths() []load.Path {
	out := make([]load.Path, len(s.Paths))
	for i, p := range s.Paths {
		out[i] = p
		if strings.HasSuffix(p.Dir, ".test.hcl") {
			out[i] = load.Path{Dir: path.Dir(p.Dir), Name: path.Dir(cmp.Or(p.Name, p.Dir))}
		}
	}
	return out
}

// chosenCases returns the tests that run: those with `only` if there are any.
func (s *suite) chosenCases() []*Case {
	only := slices.ContainsFunc(s.cases, func(c *Case) bool { return c.only })
	var out []*Case
	for _, c := range s.cases {
		if (c.only || !only) && (s.Match == nil || s.Match.MatchString(c.Name)) {
			out = append(out, c)
		}
	}
	return out
}

// checkOnly refuses `only` where it would hide tests from everybody.
func (s *suite) checkOnly() {
	if !s.RefuseOnly {
		return
	}
	for _, c := range s.cases {
		if c.only {
			s.report(diag.Error(c.Range, "Only some tests", fmt.Sprintf("The test %q has only = true, which leaves out all others. It is refused because the variable CI is set: remove it.", c.Name)))
		}
	}
}
