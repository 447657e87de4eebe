package dockerfile

import (
	"strings"
	"testing"
	"testing/fstest"
)

// sound is a Dockerfile without a fault; each case changes one thing of it.
const sound = `# comment
ARG BASE=1
FROM golang:1.26-bookworm AS build
COPY go.mod go.sum ./
COPY cmd/ cmd/
RUN one && \
    # between
    two
FROM scratch
COPY --from=build --chown=1:1 /out/gateway /gateway
COPY LICENSE /
USER 65532:65532
HEALTHCHECK --interval=5s CMD ["/gateway", "health"]
ENTRYPOINT ["/gateway"]
CMD ["run"]
`

func TestCheck(t *testing.T) {
	t.Parallel()
	folder := fstest.MapFS{"go.mod": {}, "go.sum": {}, "cmd/main.go": {}, "LICENSE": {}, "secret.pem": {}}
	cases := []struct{ name, old, new, want string }{
		{name: "sound"},
		{"empty", sound, "", "no FROM"},
		{"unknown instruction", "RUN one", "RAN one", "line 6: unknown instruction RAN"},
		{"here-document", "RUN one && \\\n    # between\n    two", "RUN <<EOF\necho hello\nEOF", "unknown instruction ECHO"},
		{"no argument", "USER 65532:65532", "WORKDIR\nUSER 65532:65532", "WORKDIR has no argument"},
		{"before FROM", "ARG BASE=1", "RUN true", "only ARG"},
		{"no tag", "golang:1.26-bookworm", "debian", "image debian names no version"},
		{"latest", "golang:1.26-bookworm", "example.com:5000/debian:latest", "names no version"},
		{"another Go", "golang:1.26-bookworm", "golang:1.25-bookworm", "go.mod asks for Go 1.26.0"},
		{"exactly the Go", "golang:1.26-bookworm", "golang:1.26.0", ""},
		{"from an earlier stage", "FROM scratch", "FROM build", ""},
		{"unknown stage", "--from=build", "--from=builder", "line 10: COPY --from=builder"},
		{"later stage", "AS build\n", "AS build\nCOPY --from=final /a /b\n", "--from=final"},
		{"nothing to copy", "COPY LICENSE /", "COPY LICENCE /", "COPY LICENCE, but the folder"},
		{"ignored", "COPY LICENSE /", "COPY secret.pem /", ".dockerignore leaves it out"},
		{"no destination", "COPY LICENSE /", "COPY LICENSE", "needs a source and a destination"},
		{"root by name", "USER 65532:65532", "USER root", "USER root is root"},
		{"root by number", "USER 65532:65532", "USER 0:65532", "is root"},
		{"no user", "USER 65532:65532\n", "", "runs as root"},
		{"user of another stage", "RUN one", "USER nobody\nRUN one", ""},
		{"shell form", `ENTRYPOINT ["/gateway"]`, "ENTRYPOINT /gateway", "ENTRYPOINT is not in exec form"},
		{"health in shell form", `CMD ["/gateway", "health"]`, "CMD /gateway health", "HEALTHCHECK is not in exec form"},
		{"no health", `HEALTHCHECK --interval=5s CMD ["/gateway", "health"]` + "\n", "", "no HEALTHCHECK"},
		{"no command", "\nCMD [\"run\"]", "", "no CMD"},
		{"not copied", `ENTRYPOINT ["/gateway"]`, `ENTRYPOINT ["/bin/gateway"]`, "ENTRYPOINT starts /bin/gateway"},
		{"copied into a folder", "/out/gateway /gateway", "/out/gateway /", ""},
		{"health of another program", `["/gateway", "health"]`, `["/curl", "health"]`, "HEALTHCHECK starts /curl"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if c.old != "" && strings.Count(sound, c.old) != 1 {
				t.Fatalf("%q must stand once in the sound file", c.old)
			}
			text := sound
			if c.old != "" {
				text = strings.Replace(sound, c.old, c.new, 1)
			}
			faults := strings.Join(check(parse(text), folder, parseIgnore("*.pem"), "1.26.0"), "\n")
			if c.want == "" && faults != "" || !strings.Contains(faults, c.want) {
				t.Errorf("faults %q, want %q", faults, c.want)
			}
		})
	}
}

func TestIgnore(t *testing.T) {
	t.Parallel()
	rules := parseIgnore("# comment\n\n.git\n/bin/\n*.md\n**/testdata\n**/*_test.go\ndocs/**/draft?\nconfig/**\n!README.md\n")
	cases := map[string]bool{
		".git":                   true,
		".git/config":            true,
		".gitattributes":         false,
		"bin/gateway":            true,
		"cmd/bin":                false,
		"NOTES.md":               true,
		"cmd/NOTES.md":           false,
		"README.md":              false,
		"testdata":               true,
		"a/b/testdata/c":         true,
		"a/mytestdata":           false,
		"flow/run_test.go":       true,
		"run_test.go":            true,
		"flow/run_test.gox":      false,
		"docs/draft1":            true,
		"docs/a/b/draft2/page":   true,
		"docs/a/b/drafts-of-all": false,
		"config/a.go":            true,
	}
	for path, want := range cases {
		if got := rules.excludes(path); got != want {
			t.Errorf("excludes(%q) = %v, want %v", path, got, want)
		}
	}
}
