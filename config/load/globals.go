package load

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/expr"
)

// globals are the locals, secrets and connections that a block names. The scope of a
// flow or a connection has no others, so that the result of its compilation can't
// depend on them. Blocks that name the same share one.
type globals struct {
	key     string
	dir     string
	names   []string // sorted: "local.limit", or "connection.http." for all of a kind
	consts  map[string]cty.Value
	written map[string]bool
	scope   *expr.Scope
}

// globalsFor returns what the blocks of a folder that name the same globals may read.
func (s *scopes) globalsFor(dir string, names []string) *globals {
	key := dir + "\x00" + strings.Join(names, "\x00")
	if _, known := s.consts["connection"]; known {
		key += "\x00connection" // connections are decoded when there are none to read
	}
	if g := s.globals[key]; g != nil {
		return g
	}
	g := &globals{key: key, dir: dir, names: names, consts: s.pickConstants(names), written: s.pickWritten(names)}
	if before := s.kept.last.globals[key]; before != nil && before.equals(g) {
		g = before
	} else {
		g.scope = s.newScope(dir, g.consts, g.written, s.kept.functions)
	}
	s.globals[key] = g
	return g
}

func (g *globals) equals(other *globals) bool {
	return maps.Equal(g.written, other.written) && maps.EqualFunc(g.consts, other.consts, cty.Value.RawEquals)
}

// pickConstants returns the roots with the members that are named.
func (s *scopes) pickConstants(names []string) map[string]cty.Value {
	out := make(map[string]cty.Value, len(s.consts))
	for root, v := range s.consts {
		var paths [][]string
		for _, name := range names {
			if rest, ok := strings.CutPrefix(name, root+"."); ok {
				paths = append(paths, strings.Split(rest, "."))
			}
		}
		out[root] = pickMembers(v, paths)
	}
	return out
}

// pickMembers returns an object with the members at the paths; "" stands for all.
func pickMembers(v cty.Value, paths [][]string) cty.Value {
	if !v.Type().IsObjectType() || !v.IsKnown() || v.IsNull() || v.IsMarked() {
		return v
	}
	below := map[string][][]string{}
	for _, p := range paths {
		if p[0] == "" {
			return v
		}
		below[p[0]] = append(below[p[0]], p[1:])
	}
	members := make(map[string]cty.Value, len(below))
	for name, more := range below {
		if !v.Type().HasAttribute(name) {
			continue
		}
		members[name] = v.GetAttr(name)
		if !slices.ContainsFunc(more, func(p []string) bool { return len(p) == 0 }) {
			members[name] = pickMembers(members[name], more)
		}
	}
	return cty.ObjectVal(members)
}

// pickWritten returns which of the named locals the files alone state.
func (s *scopes) pickWritten(names []string) map[string]bool {
	out := map[string]bool{}
	for _, name := range names {
		local, ok := strings.CutPrefix(name, "local.")
		switch {
		case ok && local == "":
			return s.written
		case ok && s.written[local]:
			out[local] = true
		}
	}
	return out
}

// namedInText matches the globals that a text of a block names: a text that looks like
// a reference causes a warning.
var namedInText = regexp.MustCompile(`\b(local|secret|connection)((?:\.[A-Za-z_][\w-]*)+)`)

// namesIn returns the globals that a block names in expressions, which are given, and
// in texts.
func namesIn(reads []string, text []byte) []string {
	var names []string
	for _, name := range reads {
		if root, _, _ := strings.Cut(name, "."); root == "local" || root == "secret" || root == "connection" {
			names = append(names, name)
		}
	}
	for _, m := range namedInText.FindAllSubmatch(text, -1) {
		members := strings.Split(string(m[2]), ".")[1:]
		labels := 1
		if string(m[1]) == "connection" {
			labels = 2
		}
		if len(members) >= labels {
			names = append(names, string(m[1])+"."+strings.Join(members[:labels], "."))
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
