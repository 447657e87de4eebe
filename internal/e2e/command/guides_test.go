package command_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

// TestGuides follows the guides as a newcomer does: in an empty folder with the
// binary in the PATH, from the top of a page to its end. A block that begins with the
// name of a file in a comment is written to that file, the commands of console blocks
// are executed, and their output is compared as that of the README is. In the end the
// files are formatted and valid, and their tests pass.
func TestGuides(t *testing.T) {
	t.Parallel()
	for page, least := range map[string]int{
		"first-flow.md": 15,
		"testing.md":    15,
		"ci.md":         5,
		"recipes.md":    2,
	} {
		t.Run(page, func(t *testing.T) {
			t.Parallel()
			followGuide(t, page, least)
		})
	}
}

// followGuide follows a page, which has that many commands at least.
func followGuide(t *testing.T, page string, least int) {
	t.Helper()
	root, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(root, "docs", "guide", page)) //nolint:gosec // a page of the repository
	if err != nil {
		t.Fatal(err)
	}
	guide := &tour{root: root, dir: t.TempDir(), ports: freePorts(t), terminal: true}
	guide.env = append(guide.env, "GATEWAY_DATA="+filepath.Join(t.TempDir(), "data"))
	defer guide.stop()
	commands, flows := 0, false
	for _, b := range guideBlocks(guide.replacePorts(string(text))) {
		switch b.language {
		case "console":
			for _, s := range consoleSteps("```console\n" + b.text + "```") {
				commands++
				if err := guide.do(s); err != nil {
					t.Fatalf("$ %s\n%v", s.command, err)
				}
			}
		case "hcl", "yaml", "ini":
			guide.writeFile(t, b)
			flows = flows || b.language == "hcl"
			switch b.language {
			case "ini":
				guide.startUnit(t, b.text)
			case "yaml":
				guide.runJob(t, b.text)
			}
		}
	}
	if commands < least {
		t.Fatalf("%s has %d commands in console blocks", page, commands)
	}
	if !flows {
		return
	}
	for _, check := range []string{"gateway fmt --check .", "gateway validate .", "gateway test ."} {
		if out, err := guide.shell(check).CombinedOutput(); err != nil {
			t.Errorf("after the last command, %s: %v\n%s", check, err, out)
		}
	}
}

// guideBlock is a fenced block of a page.
type guideBlock struct{ language, text string }

var fencedBlock = regexp.MustCompile("(?ms)^```([a-z]+)\n(.*?)^```$")

func guideBlocks(text string) []guideBlock {
	var blocks []guideBlock
	for _, m := range fencedBlock.FindAllStringSubmatch(text, -1) {
		blocks = append(blocks, guideBlock{language: m[1], text: m[2]})
	}
	return blocks
}

// fileComment is the first line of a block that shows a whole file.
var fileComment = regexp.MustCompile(`\A# ([\w./-]+)\n\n?`)

// writeFile writes the file that a block shows. Flow and test files are formatted.
func (r *tour) writeFile(t *testing.T, b guideBlock) {
	t.Helper()
	name := fileComment.FindStringSubmatch(b.text)
	if name == nil {
		t.Fatalf("a block of %s does not begin with the name of its file:\n%s", b.language, b.text)
	}
	path := filepath.Join(r.dir, name[1])
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(b.text), 0o600); err != nil {
		t.Fatal(err)
	}
	if b.language != "hcl" {
		return
	}
	if out, err := r.shell("gateway fmt --diff " + name[1]).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("%s is not formatted: %v\n%s", name[1], err, out)
	}
}

// export sets a variable for the commands after it, as the shell of a reader does.
func (r *tour) export(assignment string) error {
	name, _, _ := strings.Cut(assignment, "=")
	out, err := r.shell(fmt.Sprintf("export %s && printf %%s \"$%s\"", assignment, name)).Output()
	if err != nil {
		return err
	}
	r.env = append(r.env, name+"="+string(out))
	return nil
}

// endLast stops the server that was started last.
func (r *tour) endLast() error {
	last := len(r.running) - 1
	if last < 0 {
		return fmt.Errorf("no command runs in the background")
	}
	cmd := r.running[last]
	r.running = r.running[:last]
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	return cmd.Wait()
}

var execStart = regexp.MustCompile(`(?m)^ExecStart=(.+)$`)

// startUnit starts the command of a unit of systemd with the files of the guide, and
// stops it.
func (r *tour) startUnit(t *testing.T, unit string) {
	t.Helper()
	command := execStart.FindStringSubmatch(unit)
	if command == nil {
		t.Fatalf("no ExecStart in\n%s", unit)
	}
	here := strings.NewReplacer("/usr/local/bin/gateway", "gateway", "/etc/gateway/", "", "/var/lib/gateway", "$GATEWAY_DATA").Replace(command[1])
	if err := r.background("exec "+here, "…"); err != nil {
		t.Fatalf("%s: %v", here, err)
	}
	if err := r.endLast(); err != nil {
		t.Errorf("%s: %v", here, err)
	}
}

// jobCommand is a line of a pipeline that runs the gateway.
var jobCommand = regexp.MustCompile(`(?m)^ *(?:- )?(?:run: )?(gateway .+)$`)

// runJob executes the commands of the gateway in a pipeline of CI, which must succeed
// with the files of the guide.
func (r *tour) runJob(t *testing.T, pipeline string) {
	t.Helper()
	commands := jobCommand.FindAllStringSubmatch(pipeline, -1)
	if len(commands) < 3 {
		t.Fatalf("%d commands of the gateway in\n%s", len(commands), pipeline)
	}
	for _, c := range commands {
		if out, err := r.shell(c[1]).CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", c[1], err, out)
		}
	}
}
