package toolchain

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
)

// linker is how Go's linker gets at the system's, without which there are no
// plugins. By default it starts the C compiler four times, three of them to ask
// what it can do. That is half of the time that linking takes, so we give it a
// script instead that knows the answers and runs the system's linker itself.
type linker struct {
	Ways []linkWay // the quickest first
	Use  int       // the first that is known to work
}

// A linkWay is one choice.
type linkWay struct {
	Name   string
	Extld  string // for the linker's -extld
	Direct bool   // no C compiler in between
}

func (l *linker) save() []byte {
	data, err := json.Marshal(l)
	if err != nil {
		panic("BUG: " + err.Error())
	}
	return data
}

// restore reads what save has written, and reports whether it still holds.
func (l *linker) restore(data []byte) bool {
	if json.Unmarshal(data, l) != nil || l.Use < 0 || l.Use >= len(l.Ways) {
		return false
	}
	for _, w := range l.Ways {
		if _, err := os.Stat(w.Extld); filepath.IsAbs(w.Extld) && err != nil {
			return false
		}
	}
	return true
}

// find lists the ways of this machine, the C compiler's own last.
func (l *linker) find(ctx context.Context, s *setup) error {
	*l = linker{}
	if runtime.GOOS == "linux" {
		if before, after, err := s.ldArguments(ctx); err == nil {
			for _, name := range []string{"ld.gold", "mold", "ld.bfd", "ld"} {
				path, err := exec.LookPath(name)
				if err != nil {
					continue
				}
				file, err := s.script(extldScript(s.cc, path, before, after))
				if err != nil {
					return err
				}
				l.Ways = append(l.Ways, linkWay{Name: name, Extld: file, Direct: true})
			}
		} else if ctx.Err() != nil {
			return err
		}
		file, err := s.script(extldScript(s.cc, "", nil, nil))
		if err != nil {
			return err
		}
		l.Ways = append(l.Ways, linkWay{Name: s.cc + " without questions", Extld: file})
	}
	l.Ways = append(l.Ways, linkWay{Name: s.cc, Extld: s.cc})
	return nil
}

// ldArguments asks the C compiler what it puts before and behind the objects of
// a shared library.
func (s *setup) ldArguments(ctx context.Context) (before, after []string, err error) {
	cc := strings.Fields(s.cc)
	cmd := exec.CommandContext(ctx, cc[0], append(cc[1:], "-shared", "-###", "weft-object.o", "-o", "weft-output")...)
	cmd.Env = append(s.env[:len(s.env):len(s.env)], "LC_ALL=C")
	out, err := cmd.CombinedOutput()
	if err != nil {
		return nil, nil, err
	}
	for line := range strings.Lines(string(out)) {
		words := splitQuoted(line)
		at := -1
		for i, w := range words {
			if w == "weft-object.o" {
				at = i
			}
		}
		if at < 0 || strings.Contains(words[0], "=") {
			continue // not the command, or the options' echo
		}
		return ldWords(words[1:at]), ldWords(words[at+1:]), nil
	}
	return nil, nil, fmt.Errorf("%s -### shows no linker", s.cc)
}

// ldWords drops what is the C compiler's own business: the output, its plugin
// for link-time optimization, which Go objects have no use for, and a sum of the
// output, which nobody reads.
func ldWords(words []string) []string {
	var list []string
	for i := 0; i < len(words); i++ {
		switch w := words[i]; {
		case w == "-o" || w == "-plugin":
			i++
		case strings.HasPrefix(w, "-plugin-opt"), strings.HasPrefix(w, "--build-id"), w == "-shared":
		default:
			list = append(list, w)
		}
	}
	return list
}

// splitQuoted splits a line at spaces, as a shell would with "…" and '…'.
func splitQuoted(line string) []string {
	var words []string
	var word strings.Builder
	in := false
	var quote rune
	escaped := false
	for _, r := range strings.TrimSpace(line) {
		switch {
		case escaped:
			word.WriteRune(r)
			escaped = false
		case r == '\\' && quote != '\'':
			in, escaped = true, true
		case quote != 0 && r == quote:
			quote = 0
		case quote == 0 && (r == '"' || r == '\''):
			in, quote = true, r
		case quote == 0 && r == ' ':
			if in {
				words = append(words, word.String())
				word.Reset()
				in = false
			}
		default:
			in = true
			word.WriteRune(r)
		}
	}
	if in {
		words = append(words, word.String())
	}
	return words
}

// extldScript is what stands in for the C compiler. Go's linker asks whether
// flags are known by compiling a file trivial.c: all are but clang's
// -Qunused-arguments and the compression of the debugging information, of which
// plugins have none. With ld the linking itself goes there, as long as all flags
// are known; else, and without ld, to the C compiler.
func extldScript(cc, ld string, before, after []string) string {
	var b strings.Builder
	b.WriteString("#!/bin/sh\n# Stands in for the C compiler when Go's linker makes a plugin. Written by weft.\n" +
		"for last; do :; done\n" +
		"case $last in */trivial.c)\n" +
		"\tcase \" $* \" in *' -Qunused-arguments '* | *compress-debug-sections*) exit 1 ;; esac\n" +
		"\texit 0 ;;\n" +
		"esac\n")
	if ld != "" {
		b.WriteString("known() {\n\tfor a; do\n\t\tcase $a in\n" +
			"\t\t-m64 | -s | -shared | -o | -rdynamic | -O2 | -g | -pthread | -l* | -L* | -Wl,* | [!-]*) ;;\n" +
			"\t\t*) return 1 ;;\n\t\tesac\n\tdone\n}\n" +
			"if known \"$@\"; then\n\tn=$#\n\twhile [ $n -gt 0 ]; do\n\t\ta=$1\n\t\tshift\n\t\tn=$((n - 1))\n\t\tcase $a in\n" +
			"\t\t-m64 | -O2 | -g) ;;\n" +
			"\t\t-rdynamic) set -- \"$@\" --export-dynamic ;;\n" +
			"\t\t-pthread) set -- \"$@\" -lpthread ;;\n" +
			"\t\t-Wl,*,*,*,*) exec " + cc + " \"$@\" ;;\n" +
			"\t\t-Wl,*,*,*)\n\t\t\ta=${a#-Wl,}\n\t\t\tb=${a#*,}\n\t\t\tset -- \"$@\" \"${a%%,*}\" \"${b%%,*}\" \"${b#*,}\"\n\t\t\t;;\n" +
			"\t\t-Wl,*,*)\n\t\t\ta=${a#-Wl,}\n\t\t\tset -- \"$@\" \"${a%%,*}\" \"${a#*,}\"\n\t\t\t;;\n" +
			"\t\t-Wl,*) set -- \"$@\" \"${a#-Wl,}\" ;;\n" +
			"\t\t*) set -- \"$@\" \"$a\" ;;\n\t\tesac\n\tdone\n" +
			"\texec " + shellWords(append([]string{ld}, before...)) + " \"$@\" " + shellWords(after) + "\nfi\n")
	}
	b.WriteString("exec " + cc + " \"$@\"\n")
	return b.String()
}

// shellWords quotes words for sh.
func shellWords(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
	}
	return strings.Join(quoted, " ")
}

// script writes a program into the cache and returns its path.
func (s *setup) script(text string) (string, error) {
	file := filepath.Join(s.cache, "extld-"+sum(text))
	if _, err := os.Stat(file); err == nil {
		return file, nil
	}
	return file, writeFile(file, []byte(text), 0o700)
}

// link links a compiled package into a plugin.
func (t *Toolchain) link(ctx context.Context, s *setup, way linkWay, cfg config, path, archive, so string) error {
	args := []string{"-o", so, "-importcfg", cfg.file, "-buildmode=plugin", "-pluginpath", path, "-s", "-w", "-extld", way.Extld}
	if s.race {
		args = append(args, "-race")
	}
	tmp, err := tmpfs()
	if err != nil {
		return err
	}
	if tmp != "" {
		defer os.RemoveAll(tmp)
		args = append(args, "-tmpdir", tmp)
	}
	_, err = tool(ctx, s, filepath.Dir(so), "link", append(args, archive)...)
	return err
}

// linkPlugin links in the quickest way that works, and reports whether it went
// without a C compiler.
func (t *Toolchain) linkPlugin(ctx context.Context, s *setup, cfg config, path, archive, so string) (direct bool, err error) {
	way := s.linker.Ways[s.linker.Use]
	last := s.linker.Ways[len(s.linker.Ways)-1]
	if cfg.cgo {
		way = last // a package's own flags for the C compiler
	}
	err = t.link(ctx, s, way, cfg, path, archive, so)
	if err == nil || ctx.Err() != nil || way == last {
		return way.Direct, err
	}
	t.o.Log("%s can't link %s, now with %s: %v", way.Name, path, last.Name, err)
	return false, t.link(ctx, s, last, cfg, path, archive, so)
}

// shm is memory that looks like a folder.
const shm = "/dev/shm"

// tmpfs returns a new folder in memory for the linker's intermediate files, ""
// where there is no such place or little room.
func tmpfs() (string, error) {
	const room = 512 << 20
	if runtime.GOOS != "linux" {
		return "", nil
	}
	var st syscall.Statfs_t
	if syscall.Statfs(shm, &st) != nil || st.Bavail*uint64(st.Bsize) < room {
		return "", nil
	}
	dir, err := os.MkdirTemp(shm, linkPrefix)
	if err != nil {
		return "", nil // not ours to write
	}
	return dir, nil
}
