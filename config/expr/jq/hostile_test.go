package jq

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/internal/testutil/racetest"
)

// hostile are programs and inputs that gojq alone does not survive: it takes
// minutes within one step, or more memory than there is. The last column lists
// parts of the result or of the message; "end" stands for the end of the time.
var hostile = map[string]struct {
	program string
	input   func() any
	want    string
}{
	"gsub on a long text":                 {`gsub("a"; "b") | length`, long("a", 1<<19), "524288"},
	"gsub with groups":                    {`gsub("(?<c>[a-z])"; .c + "") | length`, long("ab", 1<<19), "1048576"},
	"gsub with a program":                 {`gsub("(?<c>[a-z])"; .c | ascii_upcase) | length`, long("ab", 1<<17), "262144"},
	"scan":                                {`[scan("a")] | length`, long("a", 1<<19), "524288"},
	"splits":                              {`[splits(",")] | length`, long("a,", 1<<18), "262145"},
	"split with a pattern":                {`split(","; null) | length`, long("a,", 1<<18), "262145"},
	"capture":                             {`[capture("(?<x>a)"; "g")] | length`, long("a", 1<<17), "131072"},
	"match":                               {`[match("ä"; "g").offset] | last`, long("ä", 1<<17), "131071"},
	"a pattern that looks ahead":          {`[match("a.*z|a"; "g")] | length`, long("a", 1<<20), "end"},
	"a slow pattern":                      {`test("(a?){300}(b?){300}(c?){300}(d?){300}e")`, long("abcd", 1<<20), "end"},
	"a large pattern":                     {`test("(a?){1000}(b?){1000}(c?){1000}(d?){1000}e")`, long("abcd", 1<<20), "too large"},
	"a pattern of the caller":             {`.p as $p | .t | test($p)`, texts(10), "too large"},
	"list minus list":                     {`. - . | length`, numbers(500_000), "0"},
	"list contains list":                  {`contains(.)`, numbers(300_000), "true"},
	"list of texts contains list":         {`. as $l | map(. + "x") | contains($l)`, manyTexts(200_000), "end"},
	"inside":                              {`inside(.)`, numbers(300_000), "true"},
	"indices of a text":                   {`indices("a" * 100000) | length`, long("a", 1<<19), "424289"},
	"index of a list":                     {`[.[:200000], [1]] | add as $w | index($w)`, same(500_000), "<nil>"},
	"list as an index":                    {`.[.]`, numbers(100_000), "can't be an index"},
	"list as a step of a path":            {`getpath([.])`, numbers(100_000), "can't be an index"},
	"list in a pattern":                   {`. as $l | {a: .} as {([$l[]]): $x} | $x`, numbers(1000), "can't be an index"},
	"unique":                              {`unique | length`, same(500_000), "1"},
	"group_by":                            {`group_by(. % 2) | length`, numbers(300_000), "2"},
	"doubling a list":                     {`reduce range(40) as $_ ([1]; . + .) | length`, nothing, "more than 1048576 elements"},
	"doubling a text":                     {`reduce range(60) as $_ ("ab"; . + .) | length`, nothing, "longer than 16 MiB"},
	"doubling in a text":                  {`reduce range(60) as $_ ("ab"; "\(.)\(.)") | length`, nothing, "longer than 16 MiB"},
	"doubling by +=":                      {`[1] | until(false; . += .)`, nothing, "more than 1048576 elements"},
	"doubling an object":                  {`{a: 1} | until(false; . + with_entries(.key += "x"))`, nothing, "end|memory grew"},
	"doubling a number":                   {`reduce range(40) as $_ (10; . * .)`, nothing, "more than 1000 digits"},
	"doubling an integer":                 {`reduce range(40) as $_ (123456789123456789123; . * .)`, nothing, "more than 1000 digits"},
	"doubling in depth":                   {`reduce range(60) as $_ (1; [., .])`, nothing, "longer than 64 MiB"},
	"doubling in depth, as a text":        {`reduce range(60) as $_ (1; [., .]) | tojson`, nothing, "longer than 16 MiB"},
	"doubling in depth, flat":             {`reduce range(60) as $_ (1; [., .]) | flatten`, nothing, "more than 1048576 elements"},
	"doubling in depth, compared":         {`reduce range(60) as $_ (1; [., .]) | . == (. | tojson? // .)`, nothing, "end|memory grew"},
	"doubling in depth, sorted":           {`reduce range(60) as $_ (1; [., .]) | [., .] | sort | length`, nothing, "end|memory grew"},
	"doubling in depth, deleted":          {`reduce range(60) as $_ (1; [., .]) | del(.[0][0]) | length`, nothing, "2"},
	"doubling in depth, as an error":      {`reduce range(60) as $_ (1; [., .]) | error`, nothing, "longer than 16 MiB"},
	"doubling in depth, halted":           {`reduce range(60) as $_ (1; [., .]) | halt_error`, nothing, "longer than 16 MiB"},
	"depth":                               {`reduce range(100000) as $_ (1; [.]) | tojson`, nothing, "more than 10000 levels"},
	"depth, yielded":                      {`reduce range(100000) as $_ (1; [.])`, nothing, "more than 10000 levels"},
	"depth, compared":                     {`reduce range(100000) as $_ (1; [.]) | . == [.]`, nothing, "more than 10000 levels"},
	"depth, merged":                       {`reduce range(20000) as $_ ({}; {a: .}) | . * .`, nothing, "more than 10000 levels"},
	"a far place":                         {`.[130000000] = 1`, nothing, "more than 1048576 elements"},
	"a far place, computed":               {`.[$w.n * 130000000] |= 1`, nothing, "more than 1048576 elements"},
	"a far place by setpath":              {`setpath([130000000]; 1)`, nothing, "more than 1048576 elements"},
	"a far place by a stream":             {`fromstream([[130000000], 1], [[130000000]])`, nothing, "more than 1048576 elements"},
	"a far place by +=":                   {`.[130000000] += 1`, nothing, "more than 1048576 elements"},
	"repeating a text":                    {`"abc" * 1e8 | length`, nothing, "longer than 16 MiB"},
	"collecting a range":                  {`[range(1e9)] | length`, nothing, "more than 1048576 elements"},
	"collecting for ever":                 {`[repeat(1)] | length`, nothing, "more than 1048576 elements"},
	"map for ever":                        {`[1] | map(repeat(1)) | length`, nothing, "more than 1048576 elements"},
	"add for ever":                        {`add(repeat(1))`, nothing, "more than 1048576 elements"},
	"combinations":                        {`[1] | [combinations(1e9)] | length`, nothing, "more than 1048576 elements"},
	"join with a long separator":          {`join($w.long) | length`, numbers(100_000), "longer than 16 MiB"},
	"transpose":                           {`[[range(100000)], (range(100000) | [])] | transpose | length`, nothing, "more than 1048576 elements"},
	"explode":                             {`("a" * 16e6) | explode | length`, nothing, "more than 1048576 elements"},
	"split into characters":               {`("a" * 16e6) | split("") | length`, nothing, "more than 1048576 elements"},
	"text into lists":                     {`("[" * 5e6) | fromjson`, nothing, "more than 1048576 elements"},
	"long number":                         {`("9" * 5e6) | tonumber`, nothing, "more than 1000 digits"},
	"long number in JSON":                 {`("9" * 5e6) | fromjson | . + 1`, nothing, "more than 1000 digits"},
	"Bessel functions":                    {`jn(1e15; 1e18)`, nothing, "order is larger"},
	"iterating in depth":                  {`def f: .[] as $x | $x, f; [range(1000000)] | f | empty`, nothing, "end|memory grew"},
	"recursion":                           {`def f: [f]; f`, nothing, "memory grew"},
	"recursion that catches its end":      {`def f: try f catch f; f`, nothing, "end|memory grew"},
	"an endless loop":                     {`def f: f; f`, nothing, "end"},
	"catching the end":                    {`def f: try ([range(1e9)]) catch f; f`, nothing, "end|memory grew"},
	"dropping many places":                {`del(.[range(500000)]) | length`, numbers(500_000), "0"},
	"dropping many slices":                {`[range(100000) | [{start: ., end: null}]] as $p | delpaths($p) | length`, numbers(100_000), "end"},
	"replacing by many":                   {`sub("a"; range(1e9)|tostring) | empty`, long("a", 1000), "more than 1048576 elements"},
	"many outputs of a replacement":       {`[gsub("a"; "x", "y")] | length`, long("a", 1<<18), "2"},
	"keeping many lists":                  {`[range(1000) | [range(1000000)]] | length`, nothing, "memory grew"},
	"time format":                         {`0 | strftime("%1000d" * 100000) | length`, nothing, "time format is longer"},
	"many numbers in the order of text":   {`sort_by(tostring) | length`, numbers(300_000), "300000"},
	"walk":                                {`walk(if type == "number" then . + 1 else . end) | length`, numbers(300_000), "300000"},
	"until for ever":                      {`until(false; . + 1)`, func() any { return 0 }, "end"},
	"a long reduction":                    {`reduce range(1e12) as $i (0; $i)`, nothing, "end"},
	"ranges in ranges":                    {`first(range(1e6) | range(1e6) | range(1e6) | select(. < 0))`, nothing, "end"},
	"while for ever":                      {`[limit(1e7; 1 | while(true; . + 1))] | length`, nothing, "more than 1048576 elements"},
	"recursion without end":               {`[1 | recurse(. + 1)] | length`, nothing, "more than 1048576 elements"},
	"recursion in depth":                  {`last(1 | recurse(if . < 300000 then . + 1 else empty end))`, nothing, "300000"},
	"descending into depth":               {`reduce range(100000) as $_ (1; [.]) | last(..)`, nothing, "1"},
	"functions that call two each":        {`def a: ., .; def b: a | a; def c: b | b; def d: c | c; def e: d | d; def f: e | e; reduce (1 | f) as $x (0; . + 1)`, nothing, "end"},
	"commas whose values nobody needs":    {strings.Repeat("(., .) | ", 48) + `empty`, nothing, "end"},
	"commas that are tested":              {`any(` + strings.Repeat("(., .) | ", 48) + `.; .)`, nothing, "end"},
	"commas of places":                    {`del(` + strings.Repeat("(., .) | ", 48) + `empty)`, nothing, "end"},
	"commas of paths":                     {`path(` + strings.Repeat("(., .) | ", 48) + `empty)`, nothing, "end"},
	"a character far in a text":           {`. as $s | first(range(1e12) | $s[-1] | select(. == "y"))`, long("x", 1023*64), "end"},
	"the length of a long text":           {`. as $s | first(range(1e12) | select(($s | length) == 1))`, long("x", 16<<20), "end"},
	"a long text without itself":          {`. as $s | ($s + "x") as $t | first(range(1e12) | select(($t | ltrimstr($s)) == "y"))`, long("x", 15<<20), "end"},
	"long texts that are equal":           {`. as $s | ("x" * ($s | length)) as $t | first(range(1e12) | select($s != $t))`, long("x", 15<<20), "end"},
	"a text of many pieces":               {`"\(.)\(.)\(.)\(.)" | length`, long("a", 8<<20), "33554432"},
	"texts that are joined":               {`[.[] | tostring * 1000] | join("") | length`, numbers(100_000), "longer than 16 MiB|memory grew"},
	"objects in objects":                  {`[.[] | {a: ., b: {c: ., d: [., .]}}] | [., ., .] | length`, numbers(300_000), "3|memory grew"},
	"entries of entries":                  {`to_entries | to_entries | to_entries | to_entries | length`, numbers(100_000), "100000|memory grew"},
	"paths of everything":                 {`[paths] | length`, numbers(300_000), "300000"},
	"an error for each element":           {`[.[] | try error("x") catch 1] | add`, numbers(300_000), "300000"},
	"an error at the end":                 {`[.[] | if . == 299999 then error("last") else . end]`, numbers(300_000), "last"},
	"keys of everything":                  {`[.[] | keys? // [1]] | length`, numbers(300_000), "300000"},
	"changing every element":              {`.[] += 1 | length`, numbers(300_000), "300000"},
	"changing every element of an object": {`map_values(. + 1) | length`, members(100_000), "100000"},
}

func nothing() any { return nil }

func long(s string, n int) func() any { return func() any { return strings.Repeat(s, n) } }

func texts(n int) func() any {
	return func() any {
		return map[string]any{"t": strings.Repeat("x", n), "p": strings.Repeat("(xy?z){900}", 20)}
	}
}

func numbers(n int) func() any {
	return func() any {
		list := make([]any, n)
		for i := range list {
			list[i] = i
		}
		return list
	}
}

func same(n int) func() any {
	return func() any { return slices.Repeat([]any{0}, n) }
}

func manyTexts(n int) func() any {
	return func() any {
		list := make([]any, n)
		for i := range list {
			list[i] = strconv.Itoa(i)
		}
		return list
	}
}

func members(n int) func() any {
	return func() any {
		object := make(map[string]any, n)
		for i := range n {
			object[strconv.Itoa(i)] = i
		}
		return object
	}
}

const (
	hostileVariable     = "GATEWAY_TEST_HOSTILE"
	interpretedVariable = "GATEWAY_TEST_HOSTILE_INTERPRETED"
)

// TestHostile runs each program in a process of its own, which must end by
// itself and stay below a limit of memory. Programs that run as closures run with
// gojq alone too. A program has one goroutine, so the race detector would find
// nothing.
func TestHostile(t *testing.T) {
	t.Parallel()
	if name := os.Getenv(hostileVariable); name != "" {
		runHostile(name)
	}
	if testing.Short() || racetest.On {
		t.Skip("it takes half a minute, and minutes with the race detector; make test runs it without")
	}
	closures := 0
	for _, name := range sortedKeys(hostile) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkHostile(t, name)
		})
		if p, err := compileHostile(name); err == nil && p.compiled != nil {
			closures++
			t.Run(name+", interpreted", func(t *testing.T) {
				t.Parallel()
				checkHostile(t, name, interpretedVariable+"=1")
			})
		}
	}
	if closures < len(hostile)/3 {
		t.Errorf("%d of %d programs run as closures", closures, len(hostile))
	}
}

func checkHostile(t *testing.T, name string, environment ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestHostile$")
	cmd.Env = append(append(os.Environ(), hostileVariable+"="+name), environment...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %.500s", err, out)
	}
	text := string(out)
	if !slices.ContainsFunc(strings.Split(hostile[name].want, "|"), func(want string) bool { return strings.Contains(text, want) }) {
		t.Errorf("got %.300s, want %q", text, hostile[name].want)
	}
	if m := regexp.MustCompile(`memory=(\d+)`).FindSubmatch(out); m != nil {
		const limit = 900 << 10 // kB
		if kilobytes, _ := strconv.Atoi(string(m[1])); kilobytes > limit {
			t.Errorf("it took %d kB", kilobytes)
		}
	}
}

// runHostile runs a program in the child, and ends the process.
func runHostile(name string) {
	debug.SetMemoryLimit(512 << 20)
	_, _ = fmt.Fprintf(os.Stdout, "%.300s\n", hostileResult(name))
	status, _ := os.ReadFile("/proc/self/status")
	if m := regexp.MustCompile(`VmHWM:\s*(\d+)`).FindSubmatch(status); m != nil {
		_, _ = fmt.Fprintf(os.Stdout, "memory=%s\n", m[1])
	}
	os.Exit(0)
}

func compileHostile(name string) (*Program, error) {
	return Compile(hostile[name].program, []string{"$w"})
}

func hostileResult(name string) string {
	h := hostile[name]
	p, err := compileHostile(name)
	if err != nil {
		return err.Error()
	}
	run := p.Run
	if os.Getenv(interpretedVariable) != "" {
		run = p.interpret
	}
	limit := time.Minute
	if strings.HasPrefix(h.want, "end") {
		limit = time.Second
	}
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	out, err := run(ctx, Input{Value: h.input(), Variables: []any{map[string]any{"n": 1, "long": strings.Repeat("x", 1<<20)}}})
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return "end"
	case err != nil:
		return err.Error()
	}
	return fmt.Sprint(out...)
}
