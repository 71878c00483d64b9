package all

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The assembly of the kernels keeps two rules that decide about its speed and
// that of what runs behind it (Intel 64 and IA-32 Architectures Optimization
// Reference Manual, "Mixing AVX code with SSE code"):
//
//   - It has no SSE instructions in their old encoding, which leave the upper
//     part of a register alone: after an AVX instruction each of them waits for
//     the register's last result, or all registers are saved.
//   - It leaves no upper halves in use when it returns or calls, because Go's
//     compiler emits old encodings.
//
// The sources are assembled by "go tool asm", "go tool objdump" tells the bytes
// of each function, and GNU's objdump, which knows AVX-512, disassembles them.
func TestAssembly(t *testing.T) {
	if runtime.GOARCH != "amd64" {
		t.Skip("there is assembly for amd64 only, and this is " + runtime.GOARCH)
	}
	sources, err := filepath.Glob("../*/zz_amd64.s")
	if err != nil {
		t.Fatal(err)
	}
	inner, err := filepath.Glob("../internal/*/zz_amd64.s")
	if err != nil {
		t.Fatal(err)
	}
	sources = append(sources, inner...)
	if len(sources) == 0 {
		t.Fatal("no assembly found")
	}
	needObjdump(t)
	for _, source := range sources {
		t.Run(filepath.Base(filepath.Dir(source)), func(t *testing.T) {
			t.Parallel()
			functions := assembled(t, source)
			code := disassemble(t, functions)
			for i, f := range functions {
				for _, problem := range problems(code[i]) {
					t.Errorf("%s: %s", f.name, problem)
				}
			}
			t.Logf("%d functions", len(functions))
		})
	}
}

// needObjdump skips the test where GNU's objdump for x86-64 is not at hand. On
// Linux it comes with gcc, which Weft needs anyway: there it must be.
func needObjdump(t *testing.T) {
	t.Helper()
	missing := t.Skipf
	if runtime.GOOS == "linux" {
		missing = t.Fatalf
	}
	text, err := exec.Command("objdump", "--version").Output()
	if err != nil {
		missing("no objdump to disassemble with: %v", err)
	}
	if !bytes.HasPrefix(text, []byte("GNU objdump")) {
		missing("objdump is not GNU's, which knows AVX-512: %s", text)
	}
	if help, _ := exec.Command("objdump", "--help").Output(); !bytes.Contains(help, []byte("x86-64")) {
		missing("objdump does not know x86-64")
	}
}

// An assembledFunction is the bytes of a function in an assembly file.
type assembledFunction struct {
	name string
	code []byte
}

var (
	textLine   = regexp.MustCompile(`(?m)^TEXT ·(\w+)\(SB\)`)
	symbolLine = regexp.MustCompile(`^TEXT kernel\.(\w+)\(SB\)`)
	byteLine   = regexp.MustCompile(`^  \S+\s+0x([0-9a-f]+)\t+([0-9a-f]+)\t`)
)

// assembled returns the functions of a source.
func assembled(t *testing.T, source string) []assembledFunction {
	t.Helper()
	text, err := os.ReadFile(source)
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, m := range textLine.FindAllSubmatch(text, -1) {
		want = append(want, string(m[1]))
	}
	if len(want) == 0 {
		t.Fatalf("%s has no functions", source)
	}
	object := filepath.Join(t.TempDir(), "assembled.o")
	include := filepath.Join(strings.TrimSpace(string(goTool(t, "env", "GOROOT"))), "pkg", "include")
	goTool(t, "tool", "asm", "-p", "kernel", "-I", include, "-o", object, source)
	var functions []assembledFunction
	var next uint64 // address of the next instruction; 0: a function begins
	for line := range strings.Lines(string(goTool(t, "tool", "objdump", object))) {
		if m := symbolLine.FindStringSubmatch(line); m != nil {
			functions = append(functions, assembledFunction{name: m[1]})
			next = 0
		} else if m := byteLine.FindStringSubmatch(line); m != nil && len(functions) > 0 {
			at, err := strconv.ParseUint(m[1], 16, 64)
			if err != nil || next != 0 && at != next {
				t.Fatalf("go tool objdump: %s: want address %#x, %v", line, next, err)
			}
			b, err := hex.DecodeString(m[2])
			if err != nil {
				t.Fatalf("go tool objdump: %s: %v", line, err)
			}
			next = at + uint64(len(b))
			f := &functions[len(functions)-1]
			f.code = append(f.code, b...)
		}
	}
	got := make([]string, len(functions))
	for i, f := range functions {
		got[i] = f.name
	}
	slices.Sort(want)
	if have := slices.Sorted(slices.Values(got)); !slices.Equal(want, have) {
		t.Fatalf("%s has functions %q, assembled %q", source, want, have)
	}
	return functions
}

// goTool runs the go command.
func goTool(t *testing.T, args ...string) []byte {
	t.Helper()
	cmd := exec.Command("go", args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, &stderr)
	}
	return out
}

// disassemble returns the instructions of each function.
func disassemble(t *testing.T, functions []assembledFunction) [][]instruction {
	t.Helper()
	// All in one file, with one-byte instructions between them, so that
	// none is taken for a part of the next.
	var all []byte
	begins := make([]uint64, len(functions))
	for i, f := range functions {
		begins[i] = uint64(len(all))
		all = append(append(all, f.code...), bytes.Repeat([]byte{0x90}, 16)...)
	}
	file := filepath.Join(t.TempDir(), "code")
	if err := os.WriteFile(file, all, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("objdump", "-D", "-w", "-b", "binary", "-m", "i386:x86-64", "--no-show-raw-insn", file).Output()
	if err != nil {
		t.Fatalf("objdump: %v", err)
	}
	code := make([][]instruction, len(functions))
	for _, in := range parseDisassembly(string(out)) {
		for i := range functions {
			if begins[i] <= in.at && in.at < begins[i]+uint64(len(functions[i].code)) {
				code[i] = append(code[i], in)
			}
		}
	}
	for i, f := range functions {
		if len(code[i]) == 0 {
			t.Fatalf("objdump shows nothing of %s", f.name)
		}
	}
	return code
}

// An instruction is a line of a disassembly.
type instruction struct {
	at       uint64
	name     string // without prefixes, "vaddpd"
	operands string
}

var prefixes = []string{"lock", "rep", "repz", "repnz", "bnd", "notrack", "data16", "addr32", "cs", "ds", "es", "ss", "fs", "gs", "{vex}", "{evex}", "{vex3}"}

func parseDisassembly(text string) []instruction {
	var code []instruction
	for line := range strings.Lines(text) {
		address, rest, ok := strings.Cut(strings.TrimSpace(line), ":\t")
		at, err := strconv.ParseUint(address, 16, 64)
		if !ok || err != nil {
			continue
		}
		words := strings.Fields(rest)
		for len(words) > 1 && (slices.Contains(prefixes, words[0]) || strings.HasPrefix(words[0], "rex")) {
			words = words[1:]
		}
		if len(words) > 0 {
			code = append(code, instruction{at, words[0], strings.Join(words[1:], " ")})
		}
	}
	return code
}

func (in instruction) String() string {
	return strings.TrimSpace(fmt.Sprintf("%#x: %s %s", in.at, in.name, in.operands))
}

// wide reports whether it uses more of a register than its lower 128 bits.
func (in instruction) wide() bool {
	return strings.Contains(in.operands, "%ymm") || strings.Contains(in.operands, "%zmm")
}

// clears reports whether it takes upper halves out of use.
func (in instruction) clears() bool { return in.name == "vzeroupper" || in.name == "vzeroall" }

// leaves reports whether code behind the function is run next: Go's.
func (in instruction) leaves() bool {
	return strings.HasPrefix(in.name, "ret") || strings.HasPrefix(in.name, "call")
}

// target returns where a jump goes, and whether it is one.
func (in instruction) target() (at uint64, jump bool, err error) {
	if !strings.HasPrefix(in.name, "j") && !strings.HasPrefix(in.name, "loop") {
		return 0, false, nil
	}
	word, _, _ := strings.Cut(in.operands, " ")
	at, err = strconv.ParseUint(strings.TrimPrefix(word, "0x"), 16, 64)
	return at, true, err
}

// problems returns what is wrong with a function's code. It follows all ways
// through it to see which instructions may find upper halves in use.
func problems(code []instruction) []string {
	var found []string
	report := func(in instruction, format string, args ...any) {
		found = append(found, fmt.Sprintf("%v: ", in)+fmt.Sprintf(format, args...))
	}
	place := make(map[uint64]int)
	for i, in := range code {
		place[in.at] = i
		if in.name == "(bad)" {
			report(in, "not an instruction, or one that objdump is too old for")
		}
		if strings.Contains(in.operands, "%xmm") && !strings.HasPrefix(in.name, "v") {
			report(in, "an SSE instruction in its old encoding")
		}
	}
	dirty := make([]bool, len(code))
	seen := make([]bool, len(code))
	type state struct {
		i     int
		dirty bool
	}
	todo := []state{{0, false}}
	for len(todo) > 0 {
		s := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if s.i >= len(code) {
			report(code[len(code)-1], "the function runs on behind it")
			continue
		}
		if seen[s.i] && (dirty[s.i] || !s.dirty) {
			continue
		}
		in := code[s.i]
		seen[s.i], dirty[s.i] = true, s.dirty
		if in.leaves() && s.dirty {
			report(in, "upper halves of registers are in use: no VZEROUPPER on a way to it")
		}
		if strings.HasPrefix(in.name, "ret") || in.name == "ud2" || in.name == "int3" {
			continue
		}
		next := (s.dirty || in.wide()) && !in.clears()
		at, jump, err := in.target()
		if jump {
			to, inside := place[at]
			switch {
			case err != nil:
				report(in, "a jump that can't be followed")
			case inside:
				todo = append(todo, state{to, next})
			case next:
				report(in, "upper halves of registers are in use where the function is left")
			}
		}
		if in.name != "jmp" {
			todo = append(todo, state{s.i + 1, next})
		}
	}
	return found
}

// The checker finds what it is there for, and nothing else.
func TestAssemblyChecker(t *testing.T) {
	for _, c := range []struct{ name, code, want string }{
		{"fine", `
			0:	vmovupd (%rax),%ymm0
			4:	vaddsd %xmm0,%xmm1,%xmm1
			8:	movq   %rbx,%rcx
			c:	vzeroupper
			f:	vmovsd %xmm1,0x20(%rsp)
			14:	ret`, ""},
		{"narrow only", "0:\tvaddsd %xmm0,%xmm1,%xmm1\n4:\tret", ""},
		{"early return", "0:\ttest %rax,%rax\n3:\tje 0xd\n5:\tvpxor %ymm0,%ymm0,%ymm0\n9:\tvzeroupper\nc:\tnop\nd:\tret", ""},
		{"no registers", "0:\tlock cmpxchg %rax,(%rbx)\n5:\tret", ""},
		{"old encoding", "0:\taddsd %xmm0,%xmm1\n4:\tret", "0x0: addsd %xmm0,%xmm1: an SSE instruction"},
		{"old encoding, move", "0:\trex.W movq %rax,%xmm15\n5:\tret", "0x0: movq %rax,%xmm15: an SSE instruction"},
		{"no vzeroupper", "0:\tvpxor %ymm0,%ymm0,%ymm0\n4:\tret", "0x4: ret: upper halves"},
		{"no vzeroupper, 512", "0:\tvpxord %zmm20,%zmm0,%zmm0\n6:\trepz ret", "0x6: ret: upper halves"},
		{"used again", "0:\tvzeroupper\n3:\tvmovupd %ymm0,(%rax)\n7:\tret", "0x7: ret: upper halves"},
		{"jumped over", "0:\tvpxor %ymm0,%ymm0,%ymm0\n4:\tjne 0x9\n6:\tvzeroupper\n9:\tret", "0x9: ret: upper halves"},
		{"second way out", "0:\tvpxor %ymm0,%ymm0,%ymm0\n4:\tje 0xa\n6:\tvzeroupper\n9:\tret\na:\tret", "0xa: ret: upper halves"},
		{"loop", "0:\tvzeroupper\n3:\tje 0xa\n5:\tvpxor %ymm0,%ymm0,%ymm0\n8:\tjmp 0x3\na:\tret", "0xa: ret: upper halves"},
		{"call", "0:\tvpxor %ymm0,%ymm0,%ymm0\n4:\tcall 0x9\n9:\tvzeroupper\nc:\tret", "0x4: call 0x9: upper halves"},
		{"leaves by a jump", "0:\tvpxor %ymm0,%ymm0,%ymm0\n4:\tjmp 0x100", "0x4: jmp 0x100: upper halves"},
		{"indirect", "0:\tjmp *%rax", "can't be followed"},
		{"runs on", "0:\tnop", "runs on behind it"},
		{"bad", "0:\t(bad)\n1:\tret", "not an instruction"},
	} {
		code := parseDisassembly(strings.ReplaceAll(c.code, "\n\t\t\t", "\n"))
		got := strings.Join(problems(code), "\n")
		if len(code) == 0 || c.want == "" && got != "" || !strings.Contains(got, c.want) || strings.Contains(got, "\n") {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// The whole way, with a function of bytes: vpxor, addsd, ret.
func TestAssemblyCheckerOnBytes(t *testing.T) {
	needObjdump(t)
	code := disassemble(t, []assembledFunction{
		{"good", []byte{0xc5, 0xfd, 0xef, 0xc0, 0xc5, 0xf8, 0x77, 0xc3}},
		{"bad", []byte{0xc5, 0xfd, 0xef, 0xc0, 0xf2, 0x0f, 0x58, 0xc8, 0xc3}},
	})
	if found := problems(code[0]); len(found) > 0 || len(code[0]) != 3 {
		t.Errorf("%v: %q", code[0], found)
	}
	if found := problems(code[1]); len(found) != 2 || !strings.Contains(found[0], "addsd") || !strings.Contains(found[1], "ret") {
		t.Errorf("%v: %q", code[1], found)
	}
}
