package toolchain

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// An Instruction is one machine instruction of a compiled function.
type Instruction struct {
	File   string // of the line that it comes from: "cell[3]", else the base name
	Line   int
	Offset uint64 // from the beginning of its function, bytes
	Size   int    // bytes
	Text   string // in the Go assembler's notation: "ADDSD X2, X0"
	Target string // what it calls or addresses by name, "" for none
}

// A Routine is a compiled function.
type Routine struct {
	Name         string // as the linker has it: "nb/c7.X_f.func1"
	Instructions []Instruction
}

// Assembly compiles a package as Build does and returns the machine code of its
// functions, in the order of the text. Nothing is linked or kept, so the path
// may be one that is in use. Errors of the text are *Errors. It takes as long as
// the compiler, and seconds the first time on a machine: the go command compiles
// its disassembler then.
func (t *Toolchain) Assembly(ctx context.Context, p Package) ([]Routine, error) {
	var list []Routine
	err := t.inspect(ctx, p, nil, func(ctx context.Context, s *setup, archive, _ string) (err error) {
		list, err = disassemble(ctx, s, archive, "")
		return err
	})
	return list, err
}

// Decisions compiles a package as Build does and returns what the compiler tells
// of its decisions, a line each behind its place: what is inlined (-m=2), what
// escapes to the heap and why, and where indices are checked
// (-d=ssa/check_bce/debug=1). Errors of the text are *Errors.
func (t *Toolchain) Decisions(ctx context.Context, p Package) ([]Error, error) {
	var list []Error
	err := t.inspect(ctx, p, []string{"-m=2", "-d=ssa/check_bce/debug=1"}, func(_ context.Context, _ *setup, _, told string) error {
		list, _ = parseErrors(told)
		return nil
	})
	return list, err
}

// inspect compiles a package with more flags and hands what came of it to look.
func (t *Toolchain) inspect(ctx context.Context, p Package, flags []string, look func(ctx context.Context, s *setup, archive, told string) error) error {
	ctx, end, err := t.begin(ctx)
	if err != nil {
		return err
	}
	defer end()
	s, err := t.check(ctx)
	if err != nil {
		return err
	}
	imports := importsOf(p)
	if _, _, err := t.ownPackages(ctx, imports); err != nil {
		return err
	}
	leave, err := t.lanes.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	work, err := t.folder("check")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	cfg, _, err := t.importcfg(ctx, s, s.plugin, work, imports)
	if err != nil {
		return err
	}
	archive := filepath.Join(work, "package.a")
	told, err := t.compileWith(ctx, s, work, cfg.file, p.Path, archive, p.Files, true, flags...)
	if err != nil {
		return err
	}
	return look(ctx, s, archive, told)
}

// AssemblyOf returns the machine code of functions of a package that cells
// import, as programs have it: those whose names behind the package's path match
// a regular expression. The session's own program has the same.
func (t *Toolchain) AssemblyOf(ctx context.Context, path, match string) ([]Routine, error) {
	ctx, end, err := t.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer end()
	s, err := t.check(ctx)
	if err != nil {
		return nil, err
	}
	leave, err := t.lanes.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	list, err := t.closure(ctx, s, s.program, []string{path})
	if err != nil {
		return nil, err
	}
	for _, x := range list {
		if x.Path == path {
			return disassemble(ctx, s, x.File, `^`+regexp.QuoteMeta(path)+`\.`+match)
		}
	}
	return nil, fmt.Errorf("no compiled form of %s", path)
}

// disassemble runs go tool objdump on an archive.
func disassemble(ctx context.Context, s *setup, archive, match string) ([]Routine, error) {
	args := []string{"tool", "objdump"}
	if match != "" {
		args = append(args, "-s", match)
	}
	out, err := command(ctx, s.source, s.env, s.goCmd, append(args, archive)...)
	if err != nil {
		return nil, fmt.Errorf("disassemble: %w", err)
	}
	return parseObjdump(string(out)), nil
}

// dumped is a line of go tool objdump: file:line, address, bytes, instruction,
// and what the linker fills in.
var dumped = regexp.MustCompile(`^  (.+?):(\d+)\t+0x([0-9a-f]+)\t+([0-9a-f]+)\t+([^\t]*)\t*(.*)$`)

// parseObjdump reads what go tool objdump prints.
func parseObjdump(out string) (list []Routine) {
	var start uint64
	for line := range strings.Lines(out) {
		line = strings.TrimRight(line, "\n")
		if rest, ok := strings.CutPrefix(line, "TEXT "); ok {
			name, _, _ := strings.Cut(rest, "(SB)")
			list = append(list, Routine{Name: name})
			continue
		}
		m := dumped.FindStringSubmatch(line)
		if m == nil || len(list) == 0 {
			continue
		}
		at, err := strconv.ParseUint(m[3], 16, 64)
		if err != nil {
			continue
		}
		f := &list[len(list)-1]
		if len(f.Instructions) == 0 {
			start = at
		}
		i := Instruction{File: m[1], Offset: at - start, Size: len(m[4]) / 2, Text: strings.TrimSpace(m[5]), Target: relocated(m[6])}
		i.Line, _ = strconv.Atoi(m[2])
		i.Text = relative(i.Text, start)
		f.Instructions = append(f.Instructions, i)
	}
	return list
}

// relocated is the name in the first of a line's relocations that stands for
// something: "[1:5]R_CALL:runtime.convT64<1>".
func relocated(text string) string {
	for _, r := range strings.Fields(text) {
		_, r, ok := strings.Cut(r, "]R_")
		kind, target, named := strings.Cut(r, ":")
		if !ok || !named || strings.HasPrefix(kind, "USE") { // of the linker's own
			continue
		}
		if i := strings.LastIndexByte(target, '<'); i > 0 && strings.HasSuffix(target, ">") {
			target = target[:i] // the ABI
		}
		return target
	}
	return ""
}

// jump is the target of a jump within the file.
var jump = regexp.MustCompile(`^(J\w+|B\w*|CB\w+ \w+,|TB\w+ .*,) 0x([0-9a-f]+)$`)

// relative writes the target of a jump as its place in the function.
func relative(text string, start uint64) string {
	m := jump.FindStringSubmatch(text)
	if m == nil {
		return text
	}
	at, err := strconv.ParseUint(m[2], 16, 64)
	if err != nil || at < start {
		return text
	}
	return fmt.Sprintf("%s 0x%x", m[1], at-start)
}
