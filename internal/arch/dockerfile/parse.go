package dockerfile

import (
	"encoding/json"
	"fmt"
	"strings"
)

// instruction is one instruction with its continued lines joined.
type instruction struct {
	line  int // where it begins, from 1
	name  string
	flags map[string]string // --name=value before the arguments
	args  string
}

// stage is what one FROM begins.
type stage struct {
	image, name  string
	instructions []instruction
}

// file is a whole Dockerfile. What stands before the first FROM is in global.
type file struct {
	global []instruction
	stages []stage
}

// parse splits text into stages. It fails on no text: what it does not know is
// for the checks to report.
func parse(text string) file {
	var f file
	for _, in := range instructions(text) {
		if in.name == "FROM" {
			f.stages = append(f.stages, begin(in))
		}
		if n := len(f.stages); n > 0 {
			f.stages[n-1].instructions = append(f.stages[n-1].instructions, in)
		} else {
			f.global = append(f.global, in)
		}
	}
	return f
}

func begin(from instruction) stage {
	words := strings.Fields(from.args)
	var s stage
	if len(words) > 0 {
		s.image = words[0]
	}
	if len(words) == 3 && strings.EqualFold(words[1], "AS") {
		s.name = words[2]
	}
	return s
}

func instructions(text string) []instruction {
	var found []instruction
	var joined string
	start := 0
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if joined == "" {
			start = i + 1
		}
		rest, continued := strings.CutSuffix(line, `\`)
		joined += rest + " "
		if !continued {
			found = append(found, split(start, joined))
			joined = ""
		}
	}
	if joined != "" {
		found = append(found, split(start, joined))
	}
	return found
}

func split(line int, text string) instruction {
	name, rest, _ := strings.Cut(strings.TrimSpace(text), " ")
	in := instruction{line: line, name: strings.ToUpper(name), flags: make(map[string]string)}
	for rest = strings.TrimSpace(rest); strings.HasPrefix(rest, "--"); {
		var flag string
		flag, rest, _ = strings.Cut(rest, " ")
		key, value, _ := strings.Cut(strings.TrimPrefix(flag, "--"), "=")
		in.flags[key] = value
		rest = strings.TrimSpace(rest)
	}
	in.args = rest
	return in
}

// exec returns the words of an instruction in exec form, a JSON list.
func (in instruction) exec() ([]string, error) {
	args := in.args
	if in.name == "HEALTHCHECK" {
		args = strings.TrimSpace(strings.TrimPrefix(args, "CMD"))
	}
	var words []string
	if err := json.Unmarshal([]byte(args), &words); err != nil || len(words) == 0 {
		return nil, fmt.Errorf("%s is not in exec form, as in %s [\"/program\", \"argument\"]", in.name, in.name)
	}
	return words, nil
}

// last returns the stage's last instruction of the name, which is the one that
// counts.
func (s stage) last(name string) (instruction, bool) {
	for i := len(s.instructions) - 1; i >= 0; i-- {
		if s.instructions[i].name == name {
			return s.instructions[i], true
		}
	}
	return instruction{}, false
}
