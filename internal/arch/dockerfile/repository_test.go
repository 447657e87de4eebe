package dockerfile

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// root is the repository's folder, seen from this package's tests.
const root = "../../.."

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, path))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func goCommand(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Dir = root
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, stderr.String())
	}
	return string(out)
}

func TestDockerfile(t *testing.T) {
	t.Parallel()
	goVersion := regexp.MustCompile(`(?m)^go (\S+)$`).FindStringSubmatch(read(t, "go.mod"))
	if goVersion == nil {
		t.Fatal("go.mod names no Go version")
	}
	faults := check(parse(read(t, "Dockerfile")), os.DirFS(root), parseIgnore(read(t, ".dockerignore")), goVersion[1])
	for _, f := range faults {
		t.Errorf("Dockerfile, %s", f)
	}
}

// The build within the image sees no file that .dockerignore leaves out.
func TestIgnoreKeepsWhatTheBinaryIsBuiltFrom(t *testing.T) {
	t.Parallel()
	const files = `{{if .Module}}{{if .Module.Main}}{{$d := .Dir}}` +
		`{{range .GoFiles}}{{$d}}/{{.}}{{"\n"}}{{end}}{{range .EmbedFiles}}{{$d}}/{{.}}{{"\n"}}{{end}}{{end}}{{end}}`
	top, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	sources := strings.Fields(goCommand(t, "list", "-deps", "-f", files, "./cmd/gateway"))
	if len(sources) == 0 {
		t.Fatal("go list names no source file")
	}
	rules := parseIgnore(read(t, ".dockerignore"))
	for _, path := range sources {
		inside, err := filepath.Rel(top, path)
		if err != nil {
			t.Fatal(err)
		}
		if rules.excludes(filepath.ToSlash(inside)) {
			t.Errorf(".dockerignore leaves out %s, which the binary is built from", inside)
		}
	}
}

// What the image runs by default is a command line that the program takes.
func TestCommandLineIsTheProgramsOwn(t *testing.T) {
	t.Parallel()
	stages := parse(read(t, "Dockerfile")).stages
	program := filepath.Join(t.TempDir(), "gateway")
	goCommand(t, "build", "-o", program, "./cmd/gateway")
	for _, name := range []string{"CMD", "HEALTHCHECK"} {
		in, _ := stages[len(stages)-1].last(name)
		words, err := in.exec()
		if err != nil {
			t.Fatal(err)
		}
		if name == "HEALTHCHECK" {
			words = words[1:] // the program itself
		}
		help, err := exec.CommandContext(t.Context(), program, words[0], "--help").CombinedOutput()
		if err != nil {
			t.Fatalf("gateway %s --help: %v\n%s", words[0], err, help)
		}
		known := regexp.MustCompile(`--[a-z][a-z-]*`).FindAllString(string(help), -1)
		if !strings.Contains(string(help), "gateway "+words[0]) {
			t.Errorf("%s: gateway has no command %s", name, words[0])
		}
		for _, word := range words[1:] {
			flag, _, _ := strings.Cut(word, "=")
			if strings.HasPrefix(word, "--") && !slices.Contains(known, flag) {
				t.Errorf("%s: gateway %s has no flag %s", name, words[0], flag)
			}
		}
	}
}
