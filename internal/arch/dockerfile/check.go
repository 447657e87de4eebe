package dockerfile

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// check returns a line for each fault of a Dockerfile that is built with
// folder as its context. goVersion is what go.mod asks for.
func check(f file, folder fs.FS, rules ignore, goVersion string) []string {
	if len(f.stages) == 0 {
		return []string{"there is no FROM"}
	}
	c := checker{file: f, folder: folder, rules: rules}
	for _, in := range f.global {
		c.known(in)
		if in.name != "ARG" {
			c.fault(in, "only ARG may stand before the first FROM")
		}
	}
	for i, s := range f.stages {
		c.from(i, goVersion)
		for _, in := range s.instructions {
			c.known(in)
			c.copied(i, in)
		}
	}
	final := f.stages[len(f.stages)-1]
	c.user(final)
	c.execForms(final)
	c.entrypoint(final)
	return c.faults
}

type checker struct {
	file   file
	folder fs.FS
	rules  ignore
	faults []string
}

func (c *checker) fault(in instruction, format string, args ...any) {
	c.faults = append(c.faults, fmt.Sprintf("line %d: ", in.line)+fmt.Sprintf(format, args...))
}

func (c *checker) known(in instruction) {
	names := []string{
		"ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL",
		"RUN", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR",
	}
	switch {
	case !slices.Contains(names, in.name):
		c.fault(in, "unknown instruction %s", in.name)
	case in.args == "":
		c.fault(in, "%s has no argument", in.name)
	}
}

// from checks that a stage begins with an earlier stage, scratch, or an image
// of a stated version; a Go image with the version of go.mod.
func (c *checker) from(i int, goVersion string) {
	s := c.file.stages[i]
	if s.image == "scratch" || c.stageBefore(i, s.image) {
		return
	}
	in := s.instructions[0]
	name, tag, _ := strings.Cut(path.Base(s.image), ":")
	if tag == "" || tag == "latest" {
		c.fault(in, "image %s names no version; write one, as in %s:1.2", s.image, name)
	}
	version, _, _ := strings.Cut(tag, "-")
	if name == "golang" && version != goVersion && !strings.HasPrefix(goVersion, version+".") {
		c.fault(in, "image %s, but go.mod asks for Go %s", s.image, goVersion)
	}
}

func (c *checker) stageBefore(i int, name string) bool {
	return slices.ContainsFunc(c.file.stages[:i], func(s stage) bool { return s.name != "" && s.name == name })
}

// copied checks that what COPY takes is there to be taken.
func (c *checker) copied(i int, in instruction) {
	if in.name != "COPY" {
		return
	}
	sources, _ := copyPaths(in)
	if len(sources) == 0 {
		c.fault(in, "COPY needs a source and a destination")
	}
	if from, ok := in.flags["from"]; ok {
		if !c.stageBefore(i, from) {
			c.fault(in, "COPY --from=%s, but no earlier stage has that name", from)
		}
		return
	}
	for _, source := range sources {
		found, err := fs.Glob(c.folder, path.Clean(source))
		switch {
		case err != nil || len(found) == 0:
			c.fault(in, "COPY %s, but the folder has no such file", source)
		case slices.ContainsFunc(found, c.rules.excludes):
			c.fault(in, "COPY %s, but .dockerignore leaves it out", source)
		}
	}
}

func copyPaths(in instruction) (sources []string, destination string) {
	words := strings.Fields(in.args)
	if len(words) < 2 {
		return nil, ""
	}
	return words[:len(words)-1], words[len(words)-1]
}

func (c *checker) user(final stage) {
	in, ok := final.last("USER")
	if !ok {
		c.fault(final.instructions[0], "the last stage has no USER, so the program runs as root")
		return
	}
	name, _, _ := strings.Cut(in.args, ":")
	if name == "root" || strings.Trim(name, "0") == "" {
		c.fault(in, "USER %s is root", in.args)
	}
}

func (c *checker) execForms(final stage) {
	for _, name := range []string{"ENTRYPOINT", "CMD", "HEALTHCHECK"} {
		in, ok := final.last(name)
		if !ok {
			c.fault(final.instructions[0], "the last stage has no %s", name)
			continue
		}
		if _, err := in.exec(); err != nil {
			c.fault(in, "%s", err)
		}
	}
}

// entrypoint checks that the image starts, and asks for its health, a file
// that the last stage copied to that very path.
func (c *checker) entrypoint(final stage) {
	var copied []string
	for _, in := range final.instructions {
		if in.name == "COPY" {
			sources, destination := copyPaths(in)
			for _, source := range sources {
				copied = append(copied, target(source, destination))
			}
		}
	}
	for _, name := range []string{"ENTRYPOINT", "HEALTHCHECK"} {
		in, _ := final.last(name)
		words, err := in.exec()
		if err == nil && !slices.Contains(copied, words[0]) {
			c.fault(in, "%s starts %s, which no COPY of the last stage puts there", name, words[0])
		}
	}
}

// target returns where a file ends: a destination that ends in a slash is a
// folder.
func target(source, destination string) string {
	if strings.HasSuffix(destination, "/") {
		return path.Join(destination, path.Base(source))
	}
	return destination
}
