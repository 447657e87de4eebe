package expr

import (
	"runtime"
	"strings"
	"sync"
	"weak"

	"github.com/itchyny/gojq"

	"github.com/webhook-gateway/gateway/config/expr/jq"
	"github.com/webhook-gateway/gateway/internal/value"
)

// Programs are compiled jq programs by their text and the names that they read. Equal
// programs are compiled once and share their memory. A program is kept as long as an
// expression has it. The zero value is ready; it is safe for concurrent use.
type Programs struct {
	mu     sync.Mutex
	byText map[string]weak.Pointer[sharedProgram]
}

// sharedProgram is what equal programs share.
type sharedProgram struct {
	code  *jq.Program
	reads *value.Parts // of the input; nil for all
}

// WithPrograms returns a scope whose programs are shared with other scopes.
func (s *Scope) WithPrograms(p *Programs) *Scope {
	return s.withBase(func(b *scopeBase) { b.programs = p })
}

// find returns a program that was compiled before, nil if there is none. The Programs
// may be nil.
func (p *Programs) find(text string, names []string) *sharedProgram {
	if p == nil {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.byText[programKey(text, names)].Value()
}

func (p *Programs) add(text string, names []string, program *sharedProgram) {
	if p == nil {
		return
	}
	key := programKey(text, names)
	kept := weak.Make(program)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.byText == nil {
		p.byText = map[string]weak.Pointer[sharedProgram]{}
	}
	p.byText[key] = kept
	runtime.AddCleanup(program, func(key string) {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.byText[key] == kept {
			delete(p.byText, key)
		}
	}, key)
}

func programKey(text string, names []string) string { return strings.Join(names, " ") + "\x00" + text }

// compileProgram compiles a program, or returns one that was compiled before. The
// error is one of the syntax if parsed is false.
func (s *Scope) compileProgram(text string, names []string) (program *sharedProgram, parsed bool, err error) {
	if program = s.programs.find(text, names); program != nil {
		return program, true, nil
	}
	query, err := gojq.Parse(text)
	if err != nil {
		return nil, false, err
	}
	program = &sharedProgram{reads: jqReads(query)}
	if program.code, err = jq.Compile(text, names); err != nil {
		return nil, true, err
	}
	s.programs.add(text, names, program)
	return program, true, nil
}
